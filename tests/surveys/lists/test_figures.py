"""Which events make a figure old, and which forbid showing an older one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from surveys.db import db
from surveys.lists import figures
from surveys.models import Patient
from surveys.store import audit
from surveys.store.patient import erasing
from tests.support.study import changing, invite

STORE = Path(__file__).parents[3] / "surveys" / "store"


def happen(app: Flask, *actions: str) -> None:
    """Events without anything behind them."""
    with changing(app) as session:
        for action in actions:
            audit.record(session, audit.Entry(datetime.now(UTC), "test", action))


def known(app: Flask, since: int = 0) -> tuple[int, int]:
    """The newest change, and the newest loss after `since`."""
    with app.app_context():
        return figures.newest_change(db.session), figures.newest_loss(db.session, since=since)


def test_an_empty_trail_is_no_state(app: Flask) -> None:
    assert known(app) == (0, 0)


def test_signing_in_and_sending_change_no_figure(app: Flask) -> None:
    happen(app, "response.stored", "staff.signed_in", "message.sent", "study.exported", "alert.closed")
    assert known(app) == (1, 0)


def test_more_answers_make_a_figure_old_but_not_wrong_to_show(app: Flask) -> None:
    happen(app, "patient.status", "response.stored", "patient.enrolled", "treatment.added")
    assert known(app) == (4, 1)
    assert known(app, since=1) == (4, 0)


@pytest.mark.parametrize(
    "action",
    [
        "response.annulled",
        "consent.declined",
        "consent.agreed",
        "patient.status",
        "study.changed",
        "new.action",
    ],
)
def test_whatever_may_take_away_forbids_older_figures(app: Flask, action: str) -> None:
    """An action that nobody has thought of yet does so too."""
    happen(app, "response.stored", action, "response.stored")
    assert known(app) == (3, 2)


def test_an_erasure_forbids_older_figures(app: Flask) -> None:
    """As the store makes it, with all that goes with it."""
    invited = invite(app)
    newest, _ = known(app)
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    change, loss = known(app, since=newest)
    assert change == loss > newest


def test_every_action_named_is_one_of_the_store() -> None:
    """A slip of the pen would make nothing fail and figures older than they are."""
    source = "".join(path.read_text(encoding="utf-8") for path in STORE.rglob("*.py"))
    named = {one for one in figures.ADDING if not one.startswith("message.")}
    assert [one for one in sorted(named) if f'"{one}"' not in source] == []
