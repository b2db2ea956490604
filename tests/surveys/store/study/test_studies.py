"""Making a study and letting it go live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Event, Study, Timepoint
from surveys.schedule import preset
from surveys.store.errors import Refused
from surveys.store.study import readiness, studies
from surveys.store.study.studies import NewStudy
from tests.surveys.store.conftest import AT

READY = NewStudy(
    "S2",
    contact="call us",
    who_reads={"en": "Dr Abel."},
    crisis_texts={"en": "Call 112."},
    simulated=True,
)


def create(session: Session, library: Library, new: NewStudy, plan: Any = None) -> Study:
    """A draft study with the registry's plan, or with `plan`."""
    rows = preset("registry") if plan is None else plan
    return studies.create(session, new, rows, library, at=AT, actor="command:study create")


def test_only_the_code_is_required(session: Session, library: Library) -> None:
    """The rest has defaults; the plan is stored in order, PHQ-9 never last."""
    study = create(session, library, NewStudy("S2"))
    session.commit()
    assert (study.title, study.timezone, study.lowest_age, study.status) == ("S2", "UTC", 18, "draft")
    rows = session.scalars(select(Timepoint).order_by(Timepoint.position)).all()
    assert [row.key for row in rows] == ["baseline", "month_3", "month_6", "month_12", "month_24"]
    assert {tuple(row.battery) for row in rows} == {("face", "phq9", "saq")}
    assert session.scalars(select(Event.action)).all() == ["study.created"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "S 2"}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"lowest_age": -1}, "lowest_age"),
    ],
)
def test_an_impossible_study_is_refused(
    session: Session, library: Library, change: dict[str, Any], field: str
) -> None:
    """At the field it speaks of."""
    with pytest.raises(Refused) as refused:
        create(session, library, replace(READY, **change))
    assert refused.value.field == field


def test_a_code_is_taken_once(session: Session, library: Library) -> None:
    """Across the installation."""
    create(session, library, READY)
    with pytest.raises(Refused, match="already is a study S2"):
        create(session, library, READY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"contact": ""}, "whom to ask"),
        ({"who_reads": {}}, "who reads the answers"),
        ({"crisis_texts": {}}, "write the crisis text in English"),
        ({"locales": ("en", "de")}, "Say in German who reads"),
        ({"simulated": False}, "working wording"),
    ],
)
def test_a_study_goes_active_with_nothing_missing(
    session: Session, library: Library, change: dict[str, Any], reason: str
) -> None:
    """Each obstacle is a sentence; without any the study is active and the audit says so."""
    ready = create(session, library, READY)
    studies.activate(session, ready, library, at=AT, actor="command:study activate")
    assert ready.status == "active"

    lacking = create(session, library, replace(READY, code="S3", **change))
    with pytest.raises(Refused, match=reason):
        studies.activate(session, lacking, library, at=AT, actor="command:study activate")
    assert lacking.status == "draft"


def test_a_plan_that_asks_nothing_is_an_obstacle(session: Session, library: Library) -> None:
    """Nobody could answer anything."""
    study = create(session, library, READY, ())
    with pytest.raises(Refused, match="asks no questionnaire"):
        studies.activate(session, study, library, at=AT, actor="test")


def test_only_a_draft_goes_active(session: Session, library: Library) -> None:
    """Not a second time."""
    study = create(session, library, READY)
    studies.activate(session, study, library, at=AT, actor="test")
    with pytest.raises(Refused, match="is active"):
        studies.activate(session, study, library, at=AT, actor="test")


def test_today_is_the_date_where_the_study_is() -> None:
    """At half past nine in the evening in London it is tomorrow in Auckland."""
    at = datetime(2026, 3, 10, 21, 30, tzinfo=UTC)
    assert studies.today(Study(timezone="Europe/London"), at) == date(2026, 3, 10)
    assert studies.today(Study(timezone="Pacific/Auckland"), at) == date(2026, 3, 11)


def test_a_restored_backup_is_remembered(session: Session) -> None:
    """The last one counts, and the audit names each."""
    assert readiness.backup_proved_at(session) is None
    for day in (1, 2):
        at = AT.replace(day=day)
        studies.note_backup_proved(session, sha256=str(day) * 64, at=at, actor="command:backup")
    session.commit()
    assert readiness.backup_proved_at(session) == AT.replace(day=2)
    assert session.scalars(select(Event.action)).all() == ["backup.proved"] * 2
