"""What the database says of a visit reads the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, select

from surveys.db import db, writing
from surveys.models import Draft, Link, Study, Visit
from surveys.store.visit import found
from tests.support.answers import send
from tests.support.study import CRISIS, FACE, invite

SPOKEN = 'Wörter, "Zeichen" and 100 %\n'


def test_every_value_comes_as_it_was_stored(app: Flask) -> None:
    """Words, lists and texts by language, days and instants; nothing said yet is nothing."""
    invited = invite(app, who_reads={"en": SPOKEN}, title="Faces 'n' \\ more")
    with app.app_context():
        link = db.session.scalars(select(Link)).one()
        row = found.read(db.session, link.id, lock=False)
        assert row is not None
        visit, study = db.session.get_one(Visit, invited.visit_id), db.session.get_one(Study, row.study_id)
        assert (row.visit_id, row.patient_id, row.name) == (visit.id, visit.patient_id, visit.name)
        assert (row.opens_on, row.closes_on, row.battery) == (visit.opens_on, visit.closes_on, visit.battery)
        assert (row.expires_at, row.revoked_at, row.withdrawn_at) == (link.expires_at, None, None)
        assert (row.title, row.locales, row.who_reads) == (study.title, study.locales, {"en": SPOKEN})
        assert (row.crisis_texts, row.privacy_notices) == ({"en": CRISIS}, study.privacy_notices)
        assert (row.study_status, row.patient_status) == ("active", "active")
        assert (bool(row.simulated), bool(row.consent_due), bool(row.help_told)) == (True, False, False)
        assert (row.begun, row.sent, row.unseen, row.permitted) == ([], [], [], [])


def test_what_was_said_comes_with_it(app: Flask) -> None:
    """The response that was sent, the draft that was begun and the alert that it raised."""
    invited = invite(app, plan=())
    low = (0, 0, 0, 0, 0, 0, 0, 0, 2)
    send(app, invited.token, FACE, draft=low)
    with app.app_context(), writing():
        link_id = db.session.scalars(select(Link.id)).one()
        row = found.read(db.session, link_id, lock=True)
        assert row is not None
        draft = db.session.scalars(select(Draft)).one()
        [begun], [sent], [unseen] = row.begun, row.sent, row.unseen
        assert (begun.instrument, begun.answers, begun.locale) == ("phq9", draft.answers, "en")
        assert (begun.started_at, begun.started_at.tzinfo) == (draft.started_at, UTC)
        assert (sent.instrument, sent.completed_on) == ("face", datetime.now(UTC).date())
        assert (unseen.instrument, unseen.rule) == ("phq9", "item9")


@pytest.mark.parametrize("database_url", ["postgres_url"], indirect=True)
def test_the_driver_keeps_how_it_read_the_question(app: Flask) -> None:
    """That of PostgreSQL does so for at most 4,096 signs."""
    seen: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _, cursor, sql, *more: seen.append(sql))
        found.read(db.session, 999, lock=True)
    lock, question = seen
    assert len(lock) < len(question) <= 4096


def test_an_unknown_link_is_none(app: Flask) -> None:
    """Also for who is going to write."""
    with app.app_context():
        assert found.read(db.session, 999, lock=True) is None
