"""Lists that staff make: whose they are, and under which name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.models import Event, OwnList
from surveys.store.errors import Refused
from surveys.store.study import own_lists as store
from tests.support.staff import employ
from tests.support.study import changing, invite

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
CHOSEN = {"columns": ["code"], "conditions": [], "sort": "code", "down": False, "labels": {}}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The unique name is a constraint on both."""
    return sqlite_url


def keep(session: Session, study: int, staff: int, name: str, *, shared: bool = False) -> OwnList:
    return store.keep(session, study, staff, name, CHOSEN, shared=shared, at=AT, actor=f"staff:{staff}")


def test_a_list_is_its_makers_unless_it_is_shared(app: Flask) -> None:
    """In its study alone; what was done is in the trail."""
    here, there = invite(app, study="S1"), invite(app, "P2", study="S2")
    anna, berta = employ(app, "anna@example.org", "coordinator"), employ(app, "b@example.org", "investigator")
    with changing(app) as session:
        mine = keep(session, here.study_id, anna, "Mine")
        ours = keep(session, here.study_id, anna, "Ours", shared=True)
        keep(session, there.study_id, anna, "Mine")

        def names(staff: int) -> list[str]:
            return [one.name for one in store.of_reader(session, here.study_id, staff)]

        assert names(anna) == ["Mine", "Ours"]
        assert names(berta) == ["Ours"]
        assert store.find(session, here.study_id, berta, mine.id) is None
        assert store.find(session, there.study_id, anna, ours.id) is None
        facts = {"at": AT, "actor": "test"}
        assert not store.change(session, ours, name=" Ours ", shared=True, **facts)
        assert store.change(session, ours, name="Ours", shared=False, **facts)
        assert names(berta) == []
        store.delete(session, mine, **facts)
        assert names(anna) == ["Ours"]
    with app.app_context():
        told = db.session.scalars(select(Event.action).where(Event.action.startswith("list."))).all()
    assert sorted(told) == ["list.changed", "list.deleted", *["list.kept"] * 3]


def test_a_name_is_ones_own_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as other names are; another person's list may have the same."""
    here = invite(app)
    anna, berta = employ(app, "anna@example.org", "coordinator"), employ(app, "b@example.org", "investigator")
    with changing(app) as session:
        other = keep(session, here.study_id, anna, "Other")
        keep(session, here.study_id, anna, "Toxin – May")
        keep(session, here.study_id, berta, "Toxin – May")
        for name in ("toxin - may", "  ", "x" * 101):
            with pytest.raises(Refused):
                keep(session, here.study_id, anna, name)
            with pytest.raises(Refused):
                store.change(session, other, name=name, shared=False, at=AT, actor="test")
        monkeypatch.setattr(store, "MOST", 2)
        with pytest.raises(Refused, match="Delete one first"):
            keep(session, here.study_id, anna, "A third")
