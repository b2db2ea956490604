"""Dates in an impossible order."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from surveys.models import Grading, Patient, Treatment
from surveys.store.patient import dismissals
from tests.surveys.lists.checks.conftest import (
    AT,
    DAY,
    TODAY,
    Found,
    Stands,
    answered,
    findings,
    palsy_of,
    whole,
)

ONSET = date(2025, 12, 1)


def treated(session: Session, patient: Patient, on: date, kind: str = "botulinum_toxin") -> Treatment:
    made = Treatment(
        patient_id=patient.id, kind=kind, started_on=on, started_precision="day", dose=20, unit="U"
    )
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("kind", ["recovered", "synkinesis"])
def test_nothing_follows_a_palsy_before_its_onset(
    session: Session, patient: Patient, found: Found, stands: Stands, kind: str
) -> None:
    """On the day of the onset itself it may."""
    palsy = palsy_of(session, patient)
    column = {"recovered": "recovered_on", "synkinesis": "synkinesis_noted_on"}[kind]
    setattr(palsy, column, ONSET)
    assert found("order_of_dates") == []
    setattr(palsy, column, ONSET - DAY)
    assert found("order_of_dates") == [("P1", kind)]
    stands("order_of_dates")
    [one] = findings(session, "order_of_dates")
    assert (one.one_on, one.other_on, one.figure) == (ONSET - DAY, ONSET, 1)
    palsy.onset_on, palsy.onset_precision = date(2025, 11, 1), "month"
    assert found("order_of_dates") == []


def test_a_dismissal_holds_for_these_days_alone(session: Session, patient: Patient, found: Found) -> None:
    """Another wrong day comes back."""
    palsy = palsy_of(session, patient)
    palsy.recovered_on = ONSET - DAY
    [one] = findings(session, "order_of_dates")
    dismissals.dismiss(
        session, patient.id, "order_of_dates", one.subject, one.seen, "Told so", at=AT, actor="test"
    )
    assert found("order_of_dates") == []
    palsy.recovered_on = ONSET - 2 * DAY
    assert found("order_of_dates") == [("P1", "recovered")]


def test_gradings_and_treatments_have_their_order(session: Session, patient: Patient, found: Found) -> None:
    """Before onset, before birth, ahead of today."""
    palsy = palsy_of(session, patient)
    grading = Grading(patient_id=patient.id, palsy_id=palsy.id, scale="sunnybrook", value=50, graded_on=ONSET)
    session.add(grading)
    injected = treated(session, patient, ONSET)
    other = treated(session, patient, ONSET - 400 * DAY, "tumour_operation")
    assert found("order_of_dates") == []
    grading.graded_on = injected.started_on = ONSET - DAY
    before, seen = ONSET - DAY, f"{ONSET - DAY}|{ONSET}|"
    of_grading, of_treatment = f"grading:{grading.id}", f"treatment:{injected.id}"
    assert whole(session, "order_of_dates") == [
        ("graded", of_grading, seen, before, ONSET, grading.id, None),
        ("injected", of_treatment, seen, before, ONSET, injected.id, None),
    ]
    injected.started_precision = "month"
    grading.graded_on = ONSET
    assert found("order_of_dates") == []
    injected.started_on, injected.started_precision = TODAY, "day"
    other.started_on = date(1969, 12, 31)
    born = (f"treatment:{other.id}", "1969-12-31|1970|", other.started_on, None, other.id, None)
    assert whole(session, "order_of_dates") == [("treated_unborn", *born)]
    injected.started_on, other.started_on = TODAY + DAY, date(1970, 1, 1)
    ahead = (of_treatment, f"{TODAY + DAY}|", TODAY + DAY, None, injected.id, None)
    assert whole(session, "order_of_dates") == [("given_ahead", *ahead)]
    injected.state = "planned"
    assert found("order_of_dates") == []


def test_nobody_is_enrolled_unborn_or_answers_dead(session: Session, patient: Patient, found: Found) -> None:
    """Answers of the day of death may be."""
    made = answered(session, patient, "saq", None)
    patient.status, patient.status_since = "died", TODAY
    assert found("order_of_dates") == []
    patient.status_since = TODAY - DAY
    dead = (f"response:{made.id}", f"{TODAY}|{TODAY - DAY}|", TODAY, TODAY - DAY, made.id, None)
    assert whole(session, "order_of_dates") == [("answered_dead", *dead)]
    patient.status, patient.birth_year = "left", 2026
    unborn = ("palsy:1", f"{ONSET}|2026|", ONSET, None, 1, None)
    assert whole(session, "order_of_dates") == [("onset_unborn", *unborn)]
    patient.birth_year = 2027
    enrolled = patient.enrolled_on
    unborn = ("", f"{enrolled}|2027|", enrolled, None, None, None)
    assert ("enrolled_unborn", *unborn) in whole(session, "order_of_dates")
    patient.birth_year = None
    assert found("order_of_dates") == []
