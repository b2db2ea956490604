"""A study with four patients of two sites, and what a list of theirs shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.lists.own import choice as choices
from surveys.lists.own import page as lists
from surveys.lists.own.choice import ListChoice
from surveys.lists.own.fields import Condition, Field
from surveys.lists.own.page import OwnPage
from surveys.lists.scope import Scope
from surveys.models import Patient, Response, Score, Study, Timepoint, Visit
from surveys.store.words import versions
from surveys.views.clinic import display
from tests.support.engines import engine_of

TODAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 9, tzinfo=UTC)
LIBRARY = Library.load()
Shown = Callable[..., OwnPage]


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A study with a timepoint, and the patients A to D, A and B of the site North."""
    with writing(), engine_of(database_url) as engine, Session(engine) as made:
        study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
        made.add(study)
        made.flush()
        first = Timepoint(study_id=study.id, key="first", name="First visit", position=1, anchor="enrolment")
        first.offset_days = first.window_before = first.window_after = 0
        first.battery = ["saq"]
        made.add(first)
        for number, code in enumerate("ABCD"):
            facts = {"enrolled_on": date(2026, 1, 1), "status_since": date(2026, 1, 1)}
            site = "North" if code in "AB" else "South"
            made.add(Patient(study_id=study.id, code=code, site=site, birth_year=1960 + 10 * number, **facts))
        made.flush()
        yield made


def patient(session: Session, code: str) -> Patient:
    """The patient of that code."""
    return session.query(Patient).filter_by(code=code).one()


def scored(session: Session, code: str, instrument: str, scale: str, *values: float | None) -> list[Response]:
    """A visit and a response for each value, a month apart, the last on the day before today."""
    made, version = [], versions.freeze(session, LIBRARY.get(instrument), at=AT)
    found = patient(session, code)
    for nth, value in enumerate(values):
        on = TODAY - timedelta(days=1 + 30 * (len(values) - 1 - nth))
        visit = Visit(
            patient_id=found.id, study_id=found.study_id, name=f"{instrument} {nth}", battery=[instrument]
        )
        visit.opens_on = visit.due_on = visit.closes_on = on
        session.add(visit)
        session.flush()
        response = Response(
            visit_id=visit.id, instrument=instrument, instrument_version_id=version, source="paper"
        )
        response.answers, response.not_given, response.answered_at = {}, {}, {}
        response.submitted_at, response.completed_on = AT, on
        session.add(response)
        session.flush()
        session.add(
            Score(
                response_id=response.id,
                scale=scale,
                value=value,
                items_used=9,
                items_missing=0,
                prorated=False,
            )
        )
        made.append(response)
    session.flush()
    return made


def known(session: Session, scope: Scope) -> dict[str, Field]:
    """Every field."""
    return dict(lists.known(session, scope, list(LIBRARY), display.LISTS, display.scale_name))


@pytest.fixture
def shown(session: Session) -> Shown:
    """The page with these columns and conditions."""

    def show(
        columns: Sequence[str] = ("code",),
        *conditions: tuple[str, str, Sequence[str]],
        sort: str = "code",
        down: bool = False,
        site: str | None = None,
        size: int = 50,
        number: int = 1,
    ) -> OwnPage:
        session.flush()
        scope = Scope(patient(session, "A").study_id, site, TODAY)
        chosen = ListChoice(
            tuple(columns),
            tuple(Condition(key, how, tuple(values)) for key, how, values in conditions),
            sort,
            down,
        )
        asked = choices.askable(chosen, known(session, scope))
        assert not asked.lost
        return lists.page(session, scope, asked, number, size)

    return show


def codes(page: OwnPage) -> str:
    """The codes of its patients, in order."""
    return "".join(row.code for row in page.rows)
