"""What a patient reported, visit by visit, and what staff decided about each fact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.lists import background
from surveys.lists.at_once import ask, read
from surveys.lists.background import CheckRow, Telling
from surveys.lists.scope import Scope
from surveys.models import Background, BackgroundCheck, Patient, Visit
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, add_visit, scope

MINUTE = timedelta(minutes=1)
MAY = {"on": "2025-05-01", "precision": "month"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def say(session: Session, visit: Visit, **answers: Any) -> dict[str, int]:
    """Answers a minute apart, None where the question was skipped; the ids of their rows."""
    ids = {}
    for number, (question, value) in enumerate(answers.items()):
        told = Background(
            visit_id=visit.id,
            question=question,
            answer={"skipped": True} if value is None else {"value": value},
            locale="en",
            reported_by="patient",
            at=AT + number * MINUTE,
        )
        session.add(told)
        session.flush()
        ids[question] = told.id
    return ids


def told(session: Session, patient: Patient) -> Telling:
    """The one form of the patient."""
    [telling] = ask(session, background.of_patient(patient.id))
    return telling


def facts(telling: Telling) -> dict[str, Any]:
    return {report.fact: report.value for report in telling.reports}


def test_a_patient_who_said_nothing_has_no_form(session: Session, patient: Patient) -> None:
    say(session, add_visit(session, add(session, "P2", patient)), side="left")
    assert ask(session, background.of_patient(patient.id)) == []


def test_the_last_answer_stands(session: Session, patient: Patient) -> None:
    """With the moment at which it was given. Until the form is sent it may change."""
    visit = add_visit(session, patient)
    say(session, visit, side="left", cause=None)
    ids = say(session, visit, onset=MAY, side="right")
    telling = told(session, patient)
    assert facts(telling) == {"onset": MAY, "side": "right", "cause": None}
    assert (telling.visit_id, telling.visit, telling.sent_at) == (visit.id, "v1", None)
    side = next(report for report in telling.reports if report.fact == "side")
    assert (side.background_id, side.said_at, side.checks) == (ids["side"], AT + MINUTE, ())
    say(session, visit, mood_before="never", recovered="no", symptoms=["pain"], sent="whole")
    telling = told(session, patient)
    assert (telling.mood_before, telling.recovered, telling.symptoms) == ("never", "no", ["pain"])
    assert telling.sent_at == AT + 3 * MINUTE


def test_forms_come_in_the_order_in_which_they_were_begun(session: Session, patient: Patient) -> None:
    later, earlier = add_visit(session, patient, "later"), add_visit(session, patient, "earlier", DUE - DAY)
    for visit in (later, earlier, later):
        say(session, visit, side="left")
    assert [telling.visit for telling in ask(session, background.of_patient(patient.id))] == [
        "later",
        "earlier",
    ]


def test_a_ticked_treatment_is_reported_with_or_without_its_date(session: Session, patient: Patient) -> None:
    """Without one it rests on the list in which it was ticked."""
    visit = add_visit(session, patient)
    ids = say(
        session,
        visit,
        treatments=["massage", "botulinum_toxin", "operation"],
        operations=["static_sling"],
        massage=MAY,
        botulinum_toxin=None,
    )
    rests = {report.fact: (report.background_id, report.value) for report in told(session, patient).reports}
    assert rests == {
        "massage": (ids["massage"], MAY),
        "botulinum_toxin": (ids["botulinum_toxin"], None),
        "static_sling": (ids["operations"], None),
    }
    say(session, visit, treatments=["antiviral"])
    assert list(facts(told(session, patient))) == ["antiviral"]


def test_an_operation_counts_while_operations_are_ticked(session: Session, patient: Patient) -> None:
    """Its date stays stored when the list is changed, and is reported no more."""
    visit = add_visit(session, patient)
    say(session, visit, treatments=["operation"], operations=["myectomy"], myectomy=MAY)
    assert facts(told(session, patient)) == {"myectomy": MAY}
    say(session, visit, treatments=["massage"])
    assert facts(told(session, patient)) == {"massage": None}


@pytest.mark.parametrize(
    ("answers", "facts_told", "awaits"),
    [
        ({"had_before": "first_time"}, {}, False),
        ({"had_before": "unknown"}, {}, False),
        ({"had_before": "from_birth"}, {"had_before": "from_birth"}, True),
        ({"had_before": "again", "another_onset": MAY}, {"another_onset": MAY}, True),
        ({"had_before": "again", "another_onset": None}, {"another_onset": None}, True),
        ({"came_again": "other_side", "another_onset": None}, {"another_onset": None}, True),
        ({"came_again": "no"}, {}, False),
        ({"onset": MAY, "had_before": "from_birth"}, {"had_before": "from_birth"}, True),
        ({"onset": None, "had_before": "from_birth"}, {"had_before": "from_birth"}, True),
    ],
)
def test_another_palsy_is_reported_with_or_without_its_onset(
    session: Session, patient: Patient, answers: dict[str, Any], facts_told: dict[str, Any], awaits: bool
) -> None:
    """And waits until it is decided; a first palsy needs no decision."""
    visit = add_visit(session, patient)
    visit.opened_at = AT
    ids = say(session, visit, **answers, sent="whole")
    assert facts(told(session, patient)) == facts_told
    assert waiting(session, patient) == (["v1"] if awaits else [])
    for fact in facts_told:
        assert background.find(session, scope(patient), ids[fact], fact)
        check(session, ids[fact], fact)
    assert waiting(session, patient) == []


def test_what_is_taken_back_is_reported_no_more(session: Session, patient: Patient) -> None:
    """The onset of another palsy, and an onset of what is there from birth."""
    visit = add_visit(session, patient)
    visit.opened_at = AT
    say(session, visit, had_before="again", another_onset=MAY, onset=MAY)
    say(session, visit, had_before="from_birth", sent="whole")
    assert facts(told(session, patient)) == {"had_before": "from_birth"}
    say(session, visit, had_before="unknown")
    assert facts(told(session, patient)) == {"onset": MAY}
    check(session, told(session, patient).reports[0].background_id, "onset")
    assert waiting(session, patient) == []


@pytest.mark.parametrize(
    ("answers", "fact", "is_treatment", "tells"),
    [
        ({"side": "left"}, "side", False, True),
        ({"side": "unknown"}, "side", False, False),
        ({"side": None}, "side", False, False),
        ({"treatments": ["massage"]}, "massage", True, True),
    ],
)
def test_only_what_tells_something_is_decided(
    session: Session,
    patient: Patient,
    answers: dict[str, Any],
    fact: str,
    is_treatment: bool,
    tells: bool,
) -> None:
    """That somebody had a treatment tells something without its date."""
    ids = say(session, add_visit(session, patient), **answers)
    [report] = told(session, patient).reports
    assert (report.is_treatment, report.tells) == (is_treatment, tells)
    [number] = ids.values()
    assert background.find(session, scope(patient), number, fact) == (("P1", report) if tells else None)


def test_decisions_stand_beside_the_answer_they_are_about(session: Session, patient: Patient) -> None:
    """In the order in which they were made, each at its own fact."""
    visit = add_visit(session, patient)
    ids = say(session, visit, treatments=["massage", "antiviral"], side="left")
    for number, (fact, rests, outcome) in enumerate(
        (
            ("massage", "treatments", "kept"),
            ("side", "side", "confirmed"),
            ("massage", "treatments", "corrected"),
        )
    ):
        session.add(
            BackgroundCheck(
                background_id=ids[rests],
                fact=fact,
                outcome=outcome,
                recorded={"number": number},
                note=f"note {number}",
                checked_by="staff:1",
                checked_at=AT,
            )
        )
        session.flush()
    found = {report.fact: report.checks for report in told(session, patient).reports}
    rows = [
        CheckRow(outcome, {"number": number}, f"note {number}", "staff:1", AT)
        for number, outcome in enumerate(("kept", "confirmed", "corrected"))
    ]
    assert found == {"side": (rows[1],), "massage": (rows[0], rows[2]), "antiviral": ()}


def test_a_report_is_found_within_the_scope_alone(session: Session, patient: Patient) -> None:
    """By its row and its fact; an answer that no longer stands is none."""
    other = add(session, "P2", patient, site="North")
    visit = add_visit(session, other)
    old = say(session, visit, side="left")
    ids = say(session, visit, side="right")
    north, south = (Scope(patient.study_id, site, DUE) for site in ("North", "South"))
    found = background.find(session, north, ids["side"], "side")
    assert found
    assert (found[0], found[1].value) == ("P2", "right")
    assert background.find(session, south, ids["side"], "side") is None
    assert background.find(session, north, old["side"], "side") is None
    assert background.find(session, north, ids["side"], "cause") is None
    assert background.find(session, north, ids["side"] + 1, "side") is None


def waiting(session: Session, patient: Patient) -> list[str]:
    """The visits whose reports wait for a decision."""
    rows = read(session, {"awaited": background.awaited(session, scope(patient))})["awaited"]
    assert all(row["in_all"] == len(rows) for row in rows)
    return [row["visit"] for row in rows]


def check(session: Session, background_id: int, fact: str) -> None:
    made = BackgroundCheck(background_id=background_id, fact=fact, outcome="kept", recorded={})
    made.checked_by, made.checked_at = "staff:1", AT
    session.add(made)
    session.flush()


def test_a_report_waits_until_each_fact_is_decided(session: Session, patient: Patient) -> None:
    """Once it is sent: what the patient does not know, and what nobody asked, needs no decision."""
    visit, silent = add_visit(session, patient), add_visit(session, patient, "v2")
    visit.opened_at = silent.opened_at = AT
    ids = say(
        session,
        visit,
        onset=MAY,
        side="unknown",
        cause=None,
        treatments=["massage", "operation"],
        operations=["static_sling"],
        massage=MAY,
    )
    say(session, silent, onset=None, side="unknown", treatments=[], sent="whole")
    assert waiting(session, patient) == []
    say(session, visit, sent="whole")
    assert waiting(session, patient) == ["v1"]
    check(session, ids["onset"], "onset")
    check(session, ids["massage"], "massage")
    assert waiting(session, patient) == ["v1"]
    check(session, ids["operations"], "static_sling")
    assert waiting(session, patient) == []
    say(session, visit, onset=MAY)
    assert waiting(session, patient) == ["v1"]
