"""Which events make a figure old, and which forbid showing an older one."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from surveys.db import db
from surveys.lists import figures
from surveys.models import Patient, Study
from surveys.models.audit import CONSENT_CORRECTED, PALSY_REMOVED, READ
from surveys.models.message import OUTCOMES
from surveys.models.response import UNPROVED
from surveys.store import audit
from surveys.store.patient import erasing
from tests.support.study import changing, invite

SURVEYS = Path(__file__).parents[3] / "surveys"
AUDITED = ("store", "exchange/importing.py", "simulate/study.py")
MORE = {  # put together, or among other words of a page
    *(f"message.{became}" for became in (*OUTCOMES, "arrived", "asked")),
    *(f"{mail}.{became}" for mail in ("notice", "heads") for became in OUTCOMES if became != "bounced"),
    *(f"question.{step}" for step in ("asked", "answered", "asked_again", "closed")),
    "consent.agreed",
    "consent.declined",
    "patient.copied",
    CONSENT_CORRECTED,
    PALSY_REMOVED,
    READ,
    UNPROVED,
}


@pytest.fixture
def study_id(app: Flask) -> int:
    """A study, whose making is the first state."""
    return invite(app).study_id


def happen(app: Flask, study_id: int | None, *actions: str) -> None:
    """Events without anything behind them."""
    with changing(app) as session:
        for action in actions:
            audit.record(session, audit.Entry(datetime.now(UTC), "test", action, study_id=study_id))


def known(app: Flask, study_id: int, since: int = 0) -> tuple[int, int]:
    """The newest change, and the newest loss after `since`."""
    with app.app_context():
        return (
            figures.newest_change(db.session, study_id),
            figures.newest_loss(db.session, study_id, since=since),
        )


def test_a_study_without_events_has_no_state(app: Flask) -> None:
    assert known(app, 1) == (0, 0)


def test_the_first_event_of_a_study_counts(app: Flask) -> None:
    """Which notes that it was made."""
    with changing(app) as session:
        study = Study(code="S9", title="S9", locales=["en"], who_reads={}, crisis_texts={})
        study.created_at = datetime.now(UTC)
        session.add(study)
        session.flush()
        study_id = study.id
    assert known(app, study_id) == (1, 1)


def test_signing_in_sending_and_other_studies_change_no_figure(app: Flask, study_id: int) -> None:
    """Nor does what the installation notes."""
    other = invite(app, study="S2").study_id
    before = known(app, study_id)
    happen(app, study_id, "staff.granted", "message.sent", "study.exported", "alert.closed")
    happen(app, other, "response.stored", "response.annulled")
    happen(app, None, "staff.signed_in", "new.action")
    assert known(app, study_id) == before


def test_more_answers_make_a_figure_old_but_not_wrong_to_show(app: Flask, study_id: int) -> None:
    last, _ = known(app, study_id)
    happen(app, study_id, "patient.status", "response.stored", "patient.enrolled", "treatment.added")
    happen(app, study_id, "link.issued")
    newest, loss = known(app, study_id)
    assert newest == loss + 3 > last + 3
    assert known(app, study_id, since=loss) == (newest, 0)


@pytest.mark.parametrize("action", ["response.annulled", "study.changed", "new.action"])
def test_whatever_may_take_away_forbids_older_figures(app: Flask, study_id: int, action: str) -> None:
    """An action that nobody has thought of yet does so too."""
    happen(app, study_id, "response.stored", action, "response.stored")
    newest, loss = known(app, study_id)
    assert newest == loss + 1


def test_an_erasure_forbids_older_figures(app: Flask) -> None:
    """As the store makes it, with all that goes with it."""
    invited = invite(app)
    newest, _ = known(app, invited.study_id)
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    change, loss = known(app, invited.study_id, since=newest)
    assert change == loss > newest


def test_every_action_of_the_program_is_said_to_be_read_by_frames_or_not() -> None:
    """In one of the three sets: a new action would draw every figure anew, or a slip none."""
    sets = (figures.WITHOUT_EFFECT, figures.ADDING, figures.TAKING)
    said = [action for one in sets for action in one]
    assert sorted(said) == sorted(set(said))
    assert set(said) == audited() | MORE


def audited() -> set[str]:
    """What reads like an action in what notes events."""
    paths = [
        path for place in AUDITED for path in sorted((SURVEYS / place).rglob("*.py")) or [SURVEYS / place]
    ]
    return {
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
    }
