"""Changing what a study says of itself, and its plan; and the way from draft to active to closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Alert, Event, Patient, Study, Visit
from surveys.schedule import PlannedVisit, preset
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from surveys.store.patient import patients
from surveys.store.patient.patients import NewPatient
from surveys.store.study import readers, readiness, studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import setup
from tests.support.ready import DEPUTY, FIRST, make_ready
from tests.surveys.store.conftest import AT

VERBATIM = tuple(replace(row, battery=("phq9", "gad7")) for row in preset("registry"))


@pytest.fixture
def real(session: Session, library: Library) -> Study:
    """A draft for real patients that asks PHQ-9 and GAD-7, whose texts may be used by anybody."""
    new = NewStudy(
        "R1",
        contact="call us",
        who_reads={"en": "Dr Abel."},
        crisis_texts={"en": "Call 112. Dr Abel reads this on Mondays, not at once."},
    )
    return studies.create(session, new, VERBATIM, library, at=AT, actor="test")


def change(session: Session, study: Study, library: Library, **facts: Any) -> bool:
    return setup.change(session, study, facts, library, at=AT, actor="staff:1")


def plan(session: Session, study: Study, library: Library, rows: Any) -> bool:
    return setup.set_plan(session, study, list(rows), library, at=AT, actor="staff:1")


def sections(session: Session, study: Study, library: Library) -> list[str]:
    """Where something is missing, in order, once each."""
    return list(dict.fromkeys(gap.section for gap in readiness.gaps(session, study, library)))


def test_a_change_is_kept_with_what_was_before(session: Session, library: Library, real: Study) -> None:
    """And what does not differ is no change."""
    assert change(session, real, library, title="Faces", ethics_on=date(2026, 1, 2), lowest_age=18)
    assert not change(session, real, library, title="Faces")
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "study.changed")).all()
    assert event.facts == {
        "study": "R1",
        "title": {"before": "R1", "after": "Faces"},
        "ethics_on": {"before": None, "after": "2026-01-02"},
    }


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": "  "}, "title"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"locales": []}, "locales"),
        ({"lowest_age": 121}, "lowest_age"),
        ({"retention_years": 0}, "retention_years"),
        ({"smallest_group": 4}, "smallest_group"),
        ({"ethics_on": date(26, 1, 2)}, "ethics_on"),
        ({"alert_from": "9"}, "alert_from"),
        ({"alert_from": "10:00", "alert_until": "09:00"}, "alert_until"),
        ({"alert_days": ["someday"]}, "alert_days"),
        ({"escalate_after_hours": 0}, "escalate_after_hours"),
    ],
)
def test_the_impossible_is_refused(
    session: Session, library: Library, real: Study, facts: dict[str, Any], field: str
) -> None:
    """At the field it speaks of, and nothing is changed."""
    with pytest.raises(Refused) as refused:
        change(session, real, library, **facts)
    assert refused.value.field == field
    assert real.title == "R1"


def test_a_real_study_needs_all_of_it(session: Session, library: Library, real: Study) -> None:
    """Ethics, data protection, notices, readers who acknowledged a test alert, a restored backup."""
    assert sections(session, real, library) == ["ethics", "data", "notices", "alerts", "mail", "backup"]
    with pytest.raises(Refused, match="Fill in the ethics committee"):
        studies.activate(session, real, library, at=AT, actor="staff:1")
    make_ready(session, real, library, at=AT)
    assert readiness.gaps(session, real, library) == []
    studies.activate(session, real, library, at=AT, actor="staff:1")
    assert (real.status, real.activated_at) == ("active", AT)


def test_a_committee_may_not_be_required(session: Session, library: Library, real: Study) -> None:
    """Where somebody says why."""
    change(session, real, library, ethics_not_required="Quality assurance, letter of 3 May 2026")
    assert "ethics" not in sections(session, real, library)


def test_asking_phq8_nobody_needs_to_read_alerts(session: Session, library: Library, real: Study) -> None:
    """It leaves out the question about self-harm."""
    plan(session, real, library, setup.instead_of_crisis(studies.plan_of(real.timepoints), library))
    assert {tuple(row.battery) for row in real.timepoints} == {("phq8", "gad7")}
    assert "alerts" not in sections(session, real, library)
    change(session, real, library, crisis_texts={})
    assert "crisis" not in sections(session, real, library)


def test_an_active_study_cannot_lose_what_it_needs(session: Session, library: Library, real: Study) -> None:
    """It may say it otherwise; its time zone and its languages stay."""
    make_ready(session, real, library, at=AT)
    studies.activate(session, real, library, at=AT, actor="staff:1")
    with pytest.raises(Refused, match="cannot do without"):
        change(session, real, library, controller="")
    session.expire(real, ["controller"])
    assert change(session, real, library, controller="Another hospital")
    for field, value in (("timezone", "Europe/Berlin"), ("locales", ["de"])):
        with pytest.raises(Refused) as refused:
            change(session, real, library, **{field: value})
        assert refused.value.field == field


def test_readers_are_two_who_may_see_alerts(session: Session, library: Library, real: Study) -> None:
    """Whoever is new has to acknowledge a test alert; who was named before need not again."""
    make_ready(session, real, library, at=AT)
    first, deputy = (staff.find(session, email) for email in (FIRST, DEPUTY))
    third = staff.add(session, "third@example.org", "correct horse battery", at=AT, actor="test")
    assert first
    assert deputy
    with pytest.raises(Refused, match="somebody else"):
        readers.name(session, real, first.id, first.id, at=AT, actor="test")
    with pytest.raises(Refused, match="coordinator or investigator"):
        readers.name(session, real, first.id, third.id, at=AT, actor="test")
    staff.grant(session, third, real, "coordinator", at=AT, actor="test")
    assert readers.name(session, real, third.id, first.id, at=AT, actor="test")
    assert not readers.name(session, real, third.id, first.id, at=AT, actor="test")
    named = readiness.readers(session, real.id)
    assert [named[rank].acknowledged_at for rank in ("first", "deputy")] == [None, AT]
    with pytest.raises(Refused, match="No test alert"):
        readers.acknowledge(session, real, third.id, at=AT, actor="test")
    with pytest.raises(Refused, match="not named"):
        readers.acknowledge(session, real, deputy.id, at=AT, actor="test")
    readers.send_test(session, real, at=AT, actor="test")
    assert named["deputy"].acknowledged_at is None
    readers.acknowledge(session, real, third.id, at=AT, actor="test")
    assert named["first"].acknowledged_at == AT


def test_a_reader_who_may_see_no_alerts_is_none(session: Session, library: Library, real: Study) -> None:
    """Somebody else is to be named before the study goes active."""
    make_ready(session, real, library, at=AT)
    deputy = staff.find(session, DEPUTY)
    assert deputy
    staff.grant(session, deputy, real, "analyst", at=AT, actor="test")
    [gap] = readiness.gaps(session, real, library)
    assert gap.reason.startswith("The deputy may see the alerts no longer")


def test_a_study_closes_with_a_reason_and_no_open_alert(
    session: Session, library: Library, visit: Visit, study: Study
) -> None:
    """Then nothing about it changes any more."""
    with pytest.raises(Refused, match="Say why"):
        studies.close(session, study, reason=" ", at=AT, actor="staff:1")
    alert = Alert(
        visit_id=visit.id, instrument="phq9", rule="item9", first_answer=1, last_answer=1, raised_at=AT
    )
    session.add(alert)
    session.flush()
    with pytest.raises(Refused, match="1 alert is not closed"):
        studies.close(session, study, reason="the last visit", at=AT, actor="staff:1")
    alert.state, alert.acknowledged_at, alert.acknowledged_by = "historical", AT, "staff:1"
    studies.close(session, study, reason="the last visit", at=AT, actor="staff:1")
    assert (study.status, study.closed_at) == ("closed", AT)
    session.commit()
    assert session.scalars(select(Event.reason).where(Event.action == "study.closed")).all() == [
        "the last visit"
    ]
    session.refresh(study, ["timepoints"])
    with pytest.raises(Refused, match="is closed"):
        change(session, study, library, title="Other")
    with pytest.raises(Refused, match="only an active study"):
        studies.close(session, study, reason="again", at=AT, actor="staff:1")


def test_a_plan_is_edited_row_by_row(session: Session, library: Library, real: Study) -> None:
    """Rows keep who they are by their key; new ones come, others go; the audit has both plans."""
    ids = {row.key: row.id for row in real.timepoints}
    rows = [replace(VERBATIM[1], name="A quarter", battery=("gad7", "phq9")), VERBATIM[0]]
    assert plan(session, real, library, [*rows, replace(VERBATIM[2], key="new", times=3, every_days=90)])
    assert [(row.key, row.name, row.id if row.key != "new" else 0) for row in real.timepoints] == [
        ("month_3", "A quarter", ids["month_3"]),
        ("baseline", "First visit", ids["baseline"]),
        ("new", "6 months", 0),
    ]
    assert real.timepoints[0].battery == ["gad7", "phq9"]
    again = [replace(row, battery=tuple(row.battery)) for row in studies.plan_of(real.timepoints)]
    assert not plan(session, real, library, again)
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "plan.changed")).all()
    assert [row["key"] for row in event.facts["after"]] == ["month_3", "baseline", "new"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": " "}, "a name"),
        ({"key": "A b"}, "no key"),
        ({"anchor": "birthday"}, "no anchor"),
        ({"anchor": "treatment"}, "not both"),
        ({"anchor": "treatment", "treatment": "magic", "treatment_state": "given"}, "no treatment"),
        ({"offset_days": -1}, "0 or more"),
        ({"window_before": -1}, "0 or more"),
        ({"times": 2}, "days in between"),
        ({"every_days": 30}, "days in between"),
        ({"battery": ()}, "at least one"),
        ({"battery": ("tea",)}, "no questionnaire 'tea'"),
        ({"battery": ("house_brackmann",)}, "answered by staff"),
    ],
)
def test_an_impossible_row_is_refused(
    session: Session, library: Library, real: Study, change: dict[str, Any], fault: str
) -> None:
    """With its name, and the plan stays as it was."""
    with pytest.raises(Refused, match=fault):
        plan(session, real, library, [replace(VERBATIM[0], **change)])
    assert len(real.timepoints) == 5


def test_two_rows_with_one_key_are_refused(session: Session, library: Library, real: Study) -> None:
    """Visits could not tell them apart."""
    with pytest.raises(Refused, match="There are 2 timepoints 'baseline'"):
        plan(session, real, library, [VERBATIM[0], VERBATIM[0]])


def test_only_a_draft_has_its_plan_changed(session: Session, library: Library, study: Study) -> None:
    """Patients have visits by it."""
    session.refresh(study, ["timepoints"])
    with pytest.raises(Refused, match="its plan stands"):
        plan(session, study, library, VERBATIM)


def test_who_was_enrolled_already_follows_the_plan(session: Session, library: Library, real: Study) -> None:
    """Visits move, and new ones come; a row that has visits cannot be taken out."""
    new = NewPatient("P1", AT.date(), birth_year=1970)
    patient = patients.enrol(session, real, real.timepoints, new, library, at=AT, actor="test")
    rows: list[PlannedVisit] = [*VERBATIM, replace(VERBATIM[4], key="month_36", offset_days=1095)]
    rows[1] = replace(rows[1], offset_days=100)
    plan(session, real, library, rows)
    due = {row.name: row.due_on for row in _visits(session, patient)}
    assert due["month_3"] == AT.date() + timedelta(days=100)
    assert due["month_36"] == AT.date() + timedelta(days=1095)
    with pytest.raises(Refused, match="3 months cannot be taken out"):
        plan(session, real, library, [row for row in rows if row.key != "month_3"])


def _visits(session: Session, patient: Patient) -> list[Visit]:
    return list(session.scalars(select(Visit).where(Visit.patient_id == patient.id)))


def test_simulated_studies_need_no_committee(session: Session, library: Library) -> None:
    """Nobody real answers."""
    new = NewStudy("S9", simulated=True, contact="x", who_reads={"en": "x"}, crisis_texts={"en": "x"})
    made = studies.create(session, new, preset("registry"), library, at=AT, actor="test")
    assert readiness.gaps(session, made, library) == []
