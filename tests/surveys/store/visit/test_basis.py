"""What the plan is laid out on: a patient's dates, visits and questionnaires elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import (
    Alert,
    Assistance,
    Background,
    Contact,
    Palsy,
    Patient,
    Serving,
    Study,
    Timepoint,
    Treatment,
    Visit,
)
from surveys.schedule import InstrumentDay, OccasionKey, TreatmentDate
from surveys.store.visit import basis
from tests.support.answers import store_empty
from tests.surveys.store.conftest import AT

TODAY = AT.date()
DAY = timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


class TestCourses:
    """The dates that a plan may count from."""

    def test_what_is_known_well_enough_is_an_anchor(self, session: Session, patient: Patient) -> None:
        """The first possible day of an onset is known all the same; what was cancelled never comes."""
        for row in session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)):
            session.delete(row)
        session.flush()
        palsy = Palsy(
            patient_id=patient.id,
            number=1,
            onset_on=date(2025, 5, 1),
            onset_precision="month",
            synkinesis_noted_on=date(2026, 1, 2),
        )
        session.add(palsy)
        rows = {}
        for kind, state, on, precision in (
            ("botulinum_toxin", "given", TODAY, "day"),
            ("massage", "planned", TODAY + DAY, "day"),
            ("antiviral", "given", TODAY, "month"),
            ("acupuncture", "cancelled", TODAY, "day"),
            ("self_care", "given", None, None),
        ):
            rows[kind] = Treatment(
                patient_id=patient.id, kind=kind, state=state, started_on=on, started_precision=precision
            )
            session.add(rows[kind])
        session.flush()
        course = basis.courses_of(session, [patient])[patient.id]
        assert (course.enrolled_on, course.onset_from) == (TODAY, date(2025, 5, 1))
        assert (course.onset_on, course.onset_precision) == (date(2025, 5, 15), "month")
        assert course.synkinesis_noted_on == date(2026, 1, 2)
        assert set(course.treatments) == {
            TreatmentDate(rows["botulinum_toxin"].id, "botulinum_toxin", "given", TODAY),
            TreatmentDate(rows["massage"].id, "massage", "planned", TODAY + DAY),
        }
        palsy.onset_precision = "day"
        session.flush()
        assert basis.courses_of(session, [patient])[patient.id].onset_on == date(2025, 5, 1)

    def test_a_patient_without_a_palsy_has_no_onset(self, session: Session, patient: Patient) -> None:
        """Nor has one whose only palsy is not the one the study is about."""
        for row in session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)):
            row.is_index = False
        other = Patient(study_id=patient.study_id, code="P2", enrolled_on=TODAY, status_since=TODAY)
        session.add(other)
        session.flush()
        courses = basis.courses_of(session, [patient, other])
        assert set(courses) == {patient.id, other.id}
        assert {(one.onset_on, one.onset_from, one.treatments) for one in courses.values()} == {
            (None, None, ())
        }


class TestStoredVisits:
    """Which visits may be moved, what they serve, and what they ask."""

    @staticmethod
    def known(session: Session, patient: Patient, since: date = TODAY) -> dict[int, basis.KnownVisit]:
        timepoints: Sequence[Timepoint] = session.scalars(
            select(Timepoint).where(Timepoint.study_id == patient.study_id)
        ).all()
        session.flush()
        session.expire_all()
        return {one.row.id: one for one in basis.stored_visits(session, patient, timepoints, since)}

    @pytest.mark.parametrize(
        "touch",
        ["nothing", "opened", "missed", "background", "response", "assistance", "alert"],
    )
    def test_what_was_touched_stays_where_it_is(
        self, session: Session, patient: Patient, visit: Visit, touch: str
    ) -> None:
        made: Any = None
        if touch == "opened":
            visit.opened_at = AT
        elif touch == "missed":
            visit.missed_reason = "Ill."
        elif touch == "background":
            made = Background(
                question="side", answer={"skipped": True}, locale="en", reported_by="patient", at=AT
            )
        elif touch == "assistance":
            made = Assistance(answered_by="patient", at=AT)
        elif touch == "alert":
            made = Alert(instrument="phq9", rule="item9", raised_at=AT)
        elif touch == "response":
            store_empty(session, visit, "phq9", at=AT, on=TODAY)
        if made is not None:
            made.visit_id = visit.id
            session.add(made)
        known = self.known(session, patient)
        assert known[visit.id].fixed is (touch != "nothing")
        assert [one.fixed for number, one in known.items() if number != visit.id] == [False] * 4

    def test_a_visit_serves_its_own_occasion_or_those_noted(
        self, session: Session, patient: Patient, visit: Visit
    ) -> None:
        """One outside the plan serves none, and is never moved."""
        treatment = Treatment(patient_id=patient.id, kind="botulinum_toxin", state="given")
        outside = Visit(
            patient_id=patient.id,
            study_id=patient.study_id,
            name="unscheduled",
            opens_on=TODAY,
            due_on=TODAY,
            closes_on=TODAY,
            battery=["face"],
        )
        session.add_all([treatment, outside])
        session.flush()
        known = self.known(session, patient)
        assert (known[visit.id].serves, known[visit.id].primary) == (
            (OccasionKey("baseline"),),
            OccasionKey("baseline"),
        )
        assert (known[outside.id].serves, known[outside.id].primary, known[outside.id].fixed) == (
            (),
            None,
            True,
        )
        other = session.scalars(
            select(Timepoint).where(Timepoint.study_id == patient.study_id, Timepoint.key != "baseline")
        ).first()
        assert other
        for timepoint_id, occurrence, treatment_id in (
            (visit.timepoint_id, 1, None),
            (other.id, 2, treatment.id),
        ):
            session.add(
                Serving(
                    visit_id=visit.id,
                    timepoint_id=timepoint_id,
                    occurrence=occurrence,
                    treatment_id=treatment_id,
                )
            )
        found = self.known(session, patient)[visit.id]
        assert set(found.serves) == {OccasionKey("baseline"), OccasionKey(other.key, 1, treatment.id)}
        assert found.primary == OccasionKey("baseline")

    def test_a_visit_asks_what_it_still_can(self, session: Session, patient: Patient, visit: Visit) -> None:
        """What was answered counts on its day, in whatever state the visit is."""
        visit.battery = ["face", "phq9"]
        store_empty(session, visit, "phq9", at=AT, on=TODAY - DAY)
        answered = InstrumentDay("phq9", TODAY - DAY, TODAY - DAY)
        asked = InstrumentDay("face", visit.due_on, visit.closes_on)
        last = visit.closes_on + 7 * DAY
        assert set(self.known(session, patient, last)[visit.id].asked) == {answered, asked}
        assert self.known(session, patient, last + DAY)[visit.id].asked == (answered,)
        visit.withdrawn_at = AT
        assert self.known(session, patient)[visit.id].asked == (answered,)


class TestElsewhere:
    """A person who takes part in two studies is not asked the same twice."""

    @pytest.fixture
    def elsewhere(self, session: Session, patient: Patient) -> Visit:
        """A visit of the same person in another study."""
        contact = Contact(name="Anna Abel")
        study = Study(
            code="S2",
            title="S2",
            locales=["en"],
            who_reads={},
            crisis_texts={},
            created_at=AT,
            status="active",
        )
        session.add_all([contact, study])
        session.flush()
        other = Patient(
            study_id=study.id, contact_id=contact.id, code="X1", enrolled_on=TODAY, status_since=TODAY
        )
        patient.contact_id = contact.id
        session.add(other)
        session.flush()
        made = Visit(
            patient_id=other.id,
            study_id=study.id,
            name="v1",
            opens_on=TODAY,
            due_on=TODAY,
            closes_on=TODAY + DAY,
            battery=["face", "saq"],
        )
        session.add(made)
        session.flush()
        return made

    def test_what_is_asked_there_counts_here(
        self, session: Session, patient: Patient, elsewhere: Visit
    ) -> None:
        store_empty(session, elsewhere, "saq", at=AT, on=TODAY - 3 * DAY)
        assert set(basis.asked_elsewhere(session, patient, TODAY)) == {
            InstrumentDay("face", TODAY),
            InstrumentDay("saq", TODAY - 3 * DAY),
        }
        assert basis.in_several_studies(session, [patient]) == {patient.contact_id}

    @pytest.mark.parametrize("ended", ["left", "lost", "closed"])
    def test_who_ended_there_is_asked_no_more(
        self, session: Session, patient: Patient, elsewhere: Visit, ended: str
    ) -> None:
        """What was answered before counts all the same."""
        store_empty(session, elsewhere, "saq", at=AT, on=TODAY)
        other = session.get_one(Patient, elsewhere.patient_id)
        if ended == "closed":
            session.get_one(Study, other.study_id).status = "closed"
        else:
            other.status = ended
        session.flush()
        assert basis.asked_elsewhere(session, patient, TODAY) == [InstrumentDay("saq", TODAY)]

    def test_a_person_is_told_by_the_contact_alone(
        self, session: Session, patient: Patient, elsewhere: Visit
    ) -> None:
        patient.contact_id = None
        session.flush()
        assert basis.asked_elsewhere(session, patient, TODAY) == []
        assert basis.in_several_studies(session, [patient]) == set()
        other = session.get_one(Patient, elsewhere.patient_id)
        assert basis.in_several_studies(session, [other]) == set()
