"""Enrolling patients."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import (
    Contact,
    Event,
    EventValue,
    Grading,
    Palsy,
    Patient,
    Study,
    Timepoint,
    Treatment,
    Visit,
)
from surveys.store.errors import Refused
from surveys.store.patient import patients
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from tests.surveys.store.conftest import AT

TODAY = AT.date()
LIBRARY = Library.load()


def enrol(session: Session, study: Study, new: NewPatient) -> Patient:
    """Enrol as staff do."""
    session.refresh(study, ["timepoints"])
    return patients.enrol(session, study, study.timepoints, new, LIBRARY, at=AT, actor="staff:1")


def test_a_patient_is_stored_with_everything_around(session: Session, study: Study) -> None:
    """Palsy, treatments, gradings and visits by the code; the person apart."""
    new = NewPatient(
        code="P1",
        enrolled_on=TODAY,
        birth_year=1970,
        sex="female",
        side="left",
        cause="bells_palsy",
        begin="sudden",
        onset=PartialDate(date(2026, 2, 1), "month"),
        treatments=(
            NewTreatment("oral_corticosteroid", PartialDate(date(2026, 2, 3), "day"), dose=60, unit="mg"),
            NewTreatment("botulinum_toxin", None, state="planned"),
        ),
        contact=NewContact(name="Ada Byron", email="ada@example.org", born_on=date(1970, 5, 17)),
        gradings=(("house_brackmann", 4, TODAY),),
    )
    patient = enrol(session, study, new)
    session.commit()
    assert (patient.code, patient.sex, patient.status, patient.status_since) == (
        "P1",
        "female",
        "active",
        TODAY,
    )
    palsy = session.scalars(select(Palsy)).one()
    assert (palsy.number, palsy.is_index, palsy.side, palsy.cause) == (1, True, "left", "bells_palsy")
    assert (palsy.onset_on, palsy.onset_precision) == (date(2026, 2, 1), "month")
    steroid, toxin = session.scalars(select(Treatment).order_by(Treatment.id)).all()
    assert (steroid.dose, steroid.unit, steroid.started_precision, steroid.palsy_id) == (
        60,
        "mg",
        "day",
        palsy.id,
    )
    assert (toxin.state, toxin.started_on) == ("planned", None)
    assert session.scalars(select(Grading.value)).all() == [4]
    assert session.get_one(Contact, patient.contact_id).name == "Ada Byron"
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.action, event.patient_id) == ("patient.enrolled", patient.id)
    assert "Ada" not in str(event.facts)
    values = dict(session.execute(select(EventValue.field, EventValue.after)).all())
    assert values == {"name": "Ada Byron", "email": "ada@example.org", "born_on": "1970-05-17"}


def test_the_plan_becomes_dated_visits(session: Session, study: Study, patient: Patient) -> None:
    """In calendar days from the enrolment, with the battery of each timepoint."""
    visits = session.scalars(select(Visit).order_by(Visit.due_on)).all()
    assert [visit.name for visit in visits] == ["baseline", "month_3", "month_6", "month_12", "month_24"]
    three_months = visits[1]
    assert three_months.due_on == TODAY + timedelta(days=91)
    assert three_months.opens_on == three_months.due_on - timedelta(days=21)
    assert three_months.closes_on == three_months.due_on + timedelta(days=42)
    assert three_months.battery == ["face", "phq9", "saq"]


@pytest.mark.parametrize(
    ("precision", "visits"),
    [("day", {"acute", "week_6"}), ("month", {"acute", "week_6"}), ("year", {"acute"}), (None, {"acute"})],
)
def test_an_onset_known_by_day_or_month_plans_visits_from_the_onset(
    session: Session, study: Study, precision: str | None, visits: set[str]
) -> None:
    """A year is too coarse; what had closed before the enrolment is left out."""
    session.query(Timepoint).delete()
    for key, anchor, offset in (("acute", "enrolment", 0), ("week_6", "onset", 42), ("past", "onset", 3)):
        session.add(
            Timepoint(
                study_id=study.id,
                key=key,
                name=key,
                position=offset,
                anchor=anchor,
                offset_days=offset,
                window_before=2,
                window_after=2,
                battery=["face"],
            )
        )
    session.flush()
    onset = PartialDate(TODAY - timedelta(days=20), precision) if precision else None
    enrol(session, study, NewPatient("P9", TODAY, 1970, onset=onset))
    assert set(session.scalars(select(Visit.name))) == visits


IMPOSSIBLE = (
    ({"code": "P 1"}, "code", "no spaces"),
    ({"code": ""}, "code", "cannot be a study code"),
    ({"site": "@north"}, "site", "A site cannot begin with @: spreadsheets would run it"),
    ({"birth_year": TODAY.year + 1}, "birth_year", "not a possible year"),
    ({"birth_year": TODAY.year - 121}, "birth_year", "not a possible year"),
    ({"birth_year": TODAY.year - 17}, "birth_year", "from 18 years on. Nobody was enrolled"),
    (
        {"birth_year": 2008, "contact": NewContact(born_on=date(2008, TODAY.month, TODAY.day + 1))},
        "birth_year",
        "17 years old",
    ),
    ({"onset": PartialDate(TODAY + timedelta(days=1), "day")}, "onset", "lies after the enrolment"),
    ({"onset": PartialDate(date(1969, 1, 1), "year")}, "onset", "before the birth"),
    (
        {"treatments": (NewTreatment("massage", PartialDate(date(1960, 1, 1), "year")),)},
        "treatments",
        "before the birth",
    ),
    (
        {
            "treatments": (
                NewTreatment("massage", PartialDate(TODAY, "day"), ended_on=TODAY - timedelta(days=1)),
            )
        },
        "treatments",
        "ends before it starts",
    ),
)


def test_an_impossible_enrolment_is_refused_with_the_reason(session: Session, study: Study) -> None:
    """At the field it speaks of, and nothing is stored."""
    possible = NewPatient("P1", TODAY, birth_year=1970)
    for change, field, reason in IMPOSSIBLE:
        with pytest.raises(Refused, match=reason) as refused:
            enrol(session, study, replace(possible, **change))  # type: ignore[arg-type]
        assert refused.value.field == field
    session.commit()
    assert session.scalar(select(func.count(Patient.id))) == 0
    assert "patient.enrolled" not in session.scalars(select(Event.action)).all()


def test_who_turns_of_age_on_the_day_is_enrolled(session: Session, study: Study) -> None:
    """The birthday itself counts; a birth year alone is counted by calendar years."""
    born = date(TODAY.year - 18, TODAY.month, TODAY.day)
    enrol(session, study, NewPatient("A", TODAY, born.year, contact=NewContact(born_on=born)))
    enrol(session, study, NewPatient("B", TODAY, TODAY.year - 18))


def test_an_operation_may_come_before_the_palsy(session: Session, study: Study) -> None:
    """Then the onset may lie ahead of the enrolment."""
    ahead = PartialDate(TODAY + timedelta(days=30), "day")
    new = NewPatient("P1", TODAY, 1970, cause="iatrogenic_postoperative", onset=ahead)
    enrol(session, study, new)


def test_a_code_is_taken_once_per_study(session: Session, study: Study, patient: Patient) -> None:
    """The store says so; the database would hold even against a race."""
    with pytest.raises(Refused, match="taken") as refused:
        enrol(session, study, NewPatient("P1", TODAY, 1970))
    assert refused.value.field == "code"
    with pytest.raises(IntegrityError):
        patients.add(session, study, [NewPatient("P1", TODAY, 1970)], at=AT, actor="test")


def test_a_code_and_a_site_are_the_same_however_they_are_spelt(session: Session, study: Study) -> None:
    """The code is refused, here and by the database; the site keeps its first spelling."""
    first = enrol(session, study, NewPatient("P-1", TODAY, 1970, site="Berlin"))
    other = enrol(session, study, NewPatient("P-2", TODAY, 1970, site="  BERLIN"))
    session.commit()
    assert first.site == other.site == "Berlin"
    with pytest.raises(Refused, match="The study code P-1 is taken"):
        enrol(session, study, NewPatient("p-1", TODAY, 1970))
    with pytest.raises(IntegrityError):
        patients.add(session, study, [NewPatient("P–1", TODAY, 1970)], at=AT, actor="test")


def test_a_closed_study_takes_nobody(session: Session, study: Study) -> None:
    """Whatever else is in order."""
    study.status = "closed"
    with pytest.raises(Refused, match="is closed"):
        enrol(session, study, NewPatient("P1", TODAY, 1970))


@pytest.mark.parametrize(
    ("cause", "begin", "stored"),
    [
        ("congenital_or_syndromic", None, "from_birth"),
        ("bells_palsy", None, "unknown"),
        ("trauma", "sudden", "sudden"),
    ],
)
def test_how_it_began_follows_from_a_cause_at_birth(
    session: Session, study: Study, cause: str, begin: str | None, stored: str
) -> None:
    """Where nobody said otherwise."""
    enrol(session, study, NewPatient("P1", TODAY, 1970, cause=cause, begin=begin))
    assert session.scalars(select(Palsy.begin)).one() == stored


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["day", "month", "year"]))
def test_the_last_day_of_a_partial_date_ends_its_period(on: date, precision: str) -> None:
    """The day after it begins the next day, month or year."""
    first = on.replace(month=1 if precision == "year" else on.month, day=on.day if precision == "day" else 1)
    last = PartialDate(first, precision).last
    following = last + timedelta(days=1)
    assert last >= first
    if precision == "day":
        assert last == first
    else:
        assert following.day == 1
        assert (following.year * 12 + following.month) - (first.year * 12 + first.month) == (
            1 if precision == "month" else 12
        )
