"""A draft study to import into, and short files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, selectinload

from surveys.db import short_transaction, writing
from surveys.exchange.import_file import read
from surveys.exchange.importing import carry_out
from surveys.exchange.summary import Summary
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.schedule import PlannedVisit, preset
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.engines import engine_of

NOW = datetime(2025, 6, 15, 9, 0, tzinfo=UTC)
LIBRARY = Library.load()

Facts = dict[str, Any]


@dataclass
class Desk:
    """Imports into one study of one database; `at` is the clock."""

    session: Session
    folder: Path
    study_id: int
    at: datetime = NOW

    def study(self) -> Study:
        """The study as it is stored now."""
        query = select(Study).where(Study.id == self.study_id).options(selectinload(Study.timepoints))
        return self.session.scalars(query).one()

    def take(
        self,
        content: str | bytes,
        *,
        wording: str | None = None,
        ignore_unknown: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Summary:
        """Import a file of this content, as the command does; what the plan said."""
        path = self.folder / "import.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        file = read(path, LIBRARY, ignore_unknown=ignore_unknown)
        found = carry_out(
            self.moment,
            self.transaction,
            self.study_id,
            file,
            LIBRARY,
            wording=wording,
            at=self.at,
            progress=progress,
        )
        return found.summary

    @contextmanager
    def moment(self) -> Iterator[Session]:
        """A session that reads."""
        with Session(self.session.get_bind()) as session:
            yield session

    def transaction(self) -> AbstractContextManager[Session]:
        """A short transaction."""
        engine = self.session.get_bind()
        assert isinstance(engine, Engine)
        return short_transaction(engine)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        found = [tuple(row) for row in self.session.execute(text(query))]
        self.session.rollback()
        return found

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608


@pytest.fixture
def make_desk(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes the draft study S1 with facts and a plan of its own; `make_desk(timezone="Europe/Berlin")`."""
    with engine_of(database_url) as engine, Session(engine) as session:

        def make(plan: Sequence[PlannedVisit] = preset("registry"), **facts: Any) -> Desk:
            with writing():
                new = NewStudy(**{"code": "S1", **facts})
                made = studies.create(session, new, plan, LIBRARY, at=NOW, actor="test")
                study_id = made.id
                session.commit()
            return Desk(session, tmp_path, study_id)

        yield make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A draft study in UTC, from 18 years on, with the registry's plan."""
    return make_desk()
