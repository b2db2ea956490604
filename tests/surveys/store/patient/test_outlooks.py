"""What is said of a patient's visits: the same before the enrolment and after it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Patient, Study, Timepoint
from surveys.schedule import Outlook, preset
from surveys.store.patient import outlooks, patients
from surveys.store.patient.patients import NewPatient, NewTreatment, PartialDate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.surveys.store.conftest import AT

TODAY = AT.date()
TWO_WEEKS_TOO = Outlook(together=(("2 weeks", "Enrolment"),))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The one statement is plain."""
    return sqlite_url


def enrolled(session: Session, study: Study, library: Library, new: NewPatient) -> Patient:
    """The patient with palsies and treatments loaded."""
    session.refresh(study, ["timepoints"])
    made = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    session.refresh(made, ["palsies", "treatments"])
    return made


def test_a_plan_says_what_it_does_not_ask(session: Session, library: Library) -> None:
    """Of an onset 12 days ago, by year and by month; a preview says it too."""
    new_study = NewStudy("S2", contact="call", who_reads={"en": "X."}, crisis_texts={"en": "Y."})
    study = studies.create(session, new_study, preset("acute_bells_palsy"), library, at=AT, actor="test")
    plan = list(session.scalars(select(Timepoint).where(Timepoint.study_id == study.id)))
    for number, (onset, told) in enumerate(
        (
            (PartialDate(TODAY - timedelta(days=12), "day"), TWO_WEEKS_TOO),
            (PartialDate(date(2026, 1, 1), "year"), Outlook(no_onset="year")),
            (
                PartialDate(date(2026, 2, 1), "month"),
                Outlook(counted_from=date(2026, 2, 15), over=("2 weeks",)),
            ),
        )
    ):
        new = NewPatient(f"P{number}", TODAY, birth_year=1970, onset=onset)
        assert outlooks.of_new(new, plan, library) == told
        patient = enrolled(session, study, library, new)
        assert outlooks.of_patient(session, patient, library) == told


def test_an_injection_that_enrolment_serves_is_named(session: Session, library: Library) -> None:
    study_facts = NewStudy("S3", contact="call", who_reads={"en": "X."}, crisis_texts={"en": "Y."})
    study = studies.create(session, study_facts, preset("registry"), library, at=AT, actor="test")
    plan = list(session.scalars(select(Timepoint).where(Timepoint.study_id == study.id)))
    given = NewTreatment("botulinum_toxin", PartialDate(TODAY + timedelta(days=5), "day"), "planned")
    new = NewPatient("P1", TODAY, birth_year=1970, treatments=(given, NewTreatment("massage")))
    patient = enrolled(session, study, library, new)
    assert outlooks.of_patient(session, patient, library) == outlooks.of_new(new, plan, library)
