"""A patient's visits, laid out again when an anchor changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Event, Palsy, Patient, Serving, Study, Timepoint, Treatment, Visit
from surveys.schedule import PlannedVisit, Window, preset
from surveys.store.patient import patients
from surveys.store.patient.patients import NewPatient, NewTreatment, PartialDate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import answering, links, opening, planning, responses
from surveys.store.visit.planning import Change, PlanChanges
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT, SEALS

TODAY = AT.date()
LIBRARY = Library.load()
INJECTION = TODAY + timedelta(days=14)


def enrol(
    session: Session,
    library: Library,
    plan: str | Sequence[PlannedVisit],
    code: str = "S2",
    *,
    onset: date | None = None,
    treatments: tuple[NewTreatment, ...] = (),
) -> Patient:
    """P1 of the new active study `code` with that plan, enrolled today."""
    rows = preset(plan) if isinstance(plan, str) else plan
    new = NewStudy(code, contact="call us", who_reads={"en": "X."}, crisis_texts={"en": "Y."}, simulated=True)
    study = studies.create(session, new, rows, library, at=AT, actor="test")
    studies.activate(session, study, library, at=AT, actor="test")
    person = NewPatient(
        "P1",
        TODAY,
        birth_year=1970,
        onset=PartialDate(onset, "day") if onset else None,
        treatments=treatments,
    )
    return patients.enrol(session, study, study.timepoints, person, library, at=AT, actor="test")


def planned_injection(on: date = INJECTION) -> NewTreatment:
    """An injection planned for that day."""
    return NewTreatment("botulinum_toxin", PartialDate(on, "day"), "planned")


def visits(session: Session, patient: Patient) -> dict[str, Visit]:
    """What is there and not withdrawn, by title."""
    query = (
        select(Visit, Timepoint.name)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(Visit.patient_id == patient.id, Visit.withdrawn_at.is_(None))
        .order_by(Visit.due_on)
    )
    return {
        f"{name} {row.occurrence}" if row.occurrence > 1 else name: row
        for row, name in session.execute(query)
    }


def window_of(row: Visit) -> Window:
    return Window(row.opens_on, row.due_on, row.closes_on)


def treatment(session: Session, patient: Patient) -> Treatment:
    return session.scalars(select(Treatment).where(Treatment.patient_id == patient.id)).one()


def palsy(session: Session, patient: Patient) -> Palsy:
    return session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).one()


def replan(session: Session, patient: Patient, *changed: str) -> PlanChanges:
    return planning.replan(
        session, patient, LIBRARY, changed=changed, at=AT, actor="staff:1", reason="a letter came"
    )


def test_a_planned_injection_has_its_visits_from_the_start(session: Session, library: Library) -> None:
    """Before it, at its peak, at 16 weeks; each knows its injection."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    found = visits(session, patient)
    assert {title: row.due_on for title, row in found.items()} == {
        "Before the injection": INJECTION - timedelta(days=7),
        "Peak effect": INJECTION + timedelta(days=28),
        "16 weeks": INJECTION + timedelta(days=112),
    }
    assert found["Peak effect"].battery == ["face", "saq"]
    served = session.scalars(select(Serving.treatment_id)).all()
    assert served == [treatment(session, patient).id] * 3


def test_a_cancelled_injection_withdraws_its_visits(session: Session, library: Library) -> None:
    """Their links open nothing any more; planned again, they are back."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    before = visits(session, patient)["Before the injection"]
    before.opens_on = TODAY
    token = links.issue(session, before, at=AT, actor="test")
    treatment(session, patient).state = "cancelled"
    done = replan(session, patient, "treatment")
    assert [one.title for one in done.withdrawn] == ["Before the injection", "Peak effect", "16 weeks"]
    assert done.withdrawn[0] == Change("Before the injection", window_of(before), None)
    assert done.changed
    assert before.withdrawn_at == AT
    assert visits(session, patient) == {}
    link = links.find(session, token)
    assert link is not None
    with pytest.raises(opening.LinkRefused):
        opening.load(session, link, Texts(library), device="phone", at=AT)

    treatment(session, patient).state = "planned"
    again = replan(session, patient, "treatment")
    assert again.added[1] == Change("Peak effect", None, window_of(visits(session, patient)["Peak effect"]))
    assert (len(again.added), again.moved, again.withdrawn, again.changed) == (3, (), (), True)
    assert len(visits(session, patient)) == 3
    assert len(session.scalars(select(Visit.id).where(Visit.patient_id == patient.id)).all()) == 3


def test_an_injection_given_on_another_day_moves_its_visits(session: Session, library: Library) -> None:
    """With their links, and as one audited change that says which."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    peak = visits(session, patient)["Peak effect"]
    links.issue(session, peak, at=AT, actor="test")
    row = treatment(session, patient)
    row.state, row.started_on = "given", INJECTION + timedelta(days=5)
    done = replan(session, patient, "treatment")
    assert [one.title for one in done.moved] == ["Before the injection", "Peak effect", "16 weeks"]
    assert peak.due_on == INJECTION + timedelta(days=33)
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "visits.replanned")).all()
    assert event.reason == "a letter came"
    before, after = (
        "/".join((INJECTION + timedelta(days=day)).isoformat() for day in days)
        for days in ((14, 28, 42), (19, 33, 47))
    )
    assert f"Peak effect {before} -> {after}" in event.facts["moved"]
    assert replan(session, patient, "treatment") == PlanChanges()


def test_the_next_injection_takes_the_place_of_16_weeks(session: Session, library: Library) -> None:
    """Its own visits are numbered on."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    on = INJECTION + timedelta(days=90)
    session.add(
        Treatment(
            patient_id=patient.id,
            kind="botulinum_toxin",
            state="planned",
            started_on=on,
            started_precision="day",
        )
    )
    done = replan(session, patient, "treatment")
    assert [one.title for one in done.added] == ["Before the injection 2", "Peak effect 2", "16 weeks 2"]
    assert [one.title for one in done.withdrawn] == ["16 weeks"]
    assert list(visits(session, patient)) == [
        "Before the injection",
        "Peak effect",
        "Before the injection 2",
        "Peak effect 2",
        "16 weeks 2",
    ]


def test_only_what_nobody_has_opened_moves(session: Session, library: Library) -> None:
    """A corrected onset moves the rest, and says of what it left that the plan would have it otherwise."""
    onset = TODAY - timedelta(days=12)
    patient = enrol(session, library, "acute_bells_palsy", onset=onset)
    found = visits(session, patient)
    first = found["Enrolment"]
    assert list(found) == ["Enrolment", "1 month", "3 months", "6 months", "12 months"]
    assert "saq" not in first.battery
    served = session.scalars(
        select(Timepoint.key).join(Serving, Serving.timepoint_id == Timepoint.id).order_by(Timepoint.position)
    ).all()
    assert served == ["enrolment", "week_2"]  # one visit for both
    found["1 month"].opened_at = AT
    opened = found["1 month"].due_on

    palsy(session, patient).onset_on = onset - timedelta(days=20)
    done = replan(session, patient, "onset")
    assert [one.title for one in done.kept] == ["1 month"]
    assert found["1 month"].due_on == opened
    assert {"3 months", "6 months", "12 months"} <= {one.title for one in done.moved}
    assert found["3 months"].due_on == onset + timedelta(days=71)


def test_an_onset_that_became_known_brings_its_visits(session: Session, library: Library) -> None:
    """Those that have not closed yet, and none that belongs to another anchor."""
    patient = enrol(session, library, "acute_bells_palsy")
    assert list(visits(session, patient)) == ["Enrolment"]
    row = palsy(session, patient)
    row.onset_on, row.onset_precision = TODAY - timedelta(days=100), "day"
    session.add(Visit(**outside(session, patient, "6 months")))
    done = replan(session, patient, "onset")
    assert [(one.title, one.before) for one in done.added] == [("6 months", None), ("12 months", None)]
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "visits.replanned")).all()
    assert event.facts.keys() == {"added"}
    assert event.facts["added"].startswith("6 months ")
    assert (event.actor, event.at, event.patient_id) == ("staff:1", AT, patient.id)
    key = session.scalars(select(Timepoint.key).where(Timepoint.name == "6 months")).one()
    made = session.scalars(select(Visit).join(Timepoint).where(Timepoint.key == key)).one()
    assert (made.name, made.occurrence) == (f"{key} (plan)", 1), "its name is taken"
    late = enrol(session, library, "acute_bells_palsy", "S3", onset=TODAY - timedelta(days=20))
    assert replan(session, late, "onset") == PlanChanges()  # what was due before stays with the enrolment


def outside(session: Session, patient: Patient, name: str) -> dict[str, Any]:
    """A visit outside the plan that has the name of a timepoint, long over."""
    key = session.scalars(select(Timepoint.key).where(Timepoint.name == name)).one()
    long_ago = TODAY - timedelta(days=400)
    days = dict.fromkeys(("opens_on", "due_on", "closes_on"), long_ago)
    return {"patient_id": patient.id, "study_id": patient.study_id, "name": key, "battery": ["face"], **days}


def test_an_import_gets_no_visits_of_an_anchor_that_did_not_change(
    session: Session, library: Library
) -> None:
    """Whoever was imported has the visits of the file."""
    patient = enrol(session, library, "registry")
    for row in visits(session, patient).values():
        session.delete(row)
    assert replan(session, patient, "onset", "treatment") == PlanChanges()


def test_synkinesis_once_noted_is_asked_about(session: Session, library: Library) -> None:
    """At every visit that nobody has opened; the dates stay."""
    patient = enrol(session, library, "acute_bells_palsy", onset=TODAY - timedelta(days=2))
    month = visits(session, patient)["3 months"]
    first = visits(session, patient)["Enrolment"]
    assert "saq" in month.battery
    assert "saq" not in first.battery
    palsy(session, patient).synkinesis_noted_on = TODAY
    assert not replan(session, patient, "onset").changed
    assert "saq" in first.battery


def test_a_visit_let_in_late_stays_open(session: Session, library: Library) -> None:
    """Until something else about it changes."""
    patient = enrol(session, library, "registry")
    first = visits(session, patient)["First visit"]
    first.closes_on += timedelta(days=30)
    assert replan(session, patient, "enrolment") == PlanChanges()
    assert first.closes_on == TODAY + timedelta(days=60)


def test_the_same_person_is_not_asked_twice_in_two_studies(session: Session, library: Library) -> None:
    """Whoever the contact says it is, within 14 days; another contact is another person."""
    one = enrol(session, library, "registry", "S2")
    contact = Contact(name="Anna Abel")
    session.add(contact)
    session.flush()
    one.contact_id = contact.id
    other = enrol(session, library, "registry", "S3")
    assert next(row.due_on for row in visits(session, other).values()) == TODAY
    other.contact_id = contact.id
    done = replan(session, other, "enrolment")
    first = visits(session, other)["First visit"]
    assert "First visit" in {change.title for change in done.moved}
    assert first.opens_on == TODAY + timedelta(days=14)


@pytest.mark.parametrize("state", ["left", "died"])
def test_nothing_moves_for_who_is_gone(session: Session, library: Library, state: str) -> None:
    """Nor in a closed study."""
    patient = enrol(session, library, "registry")
    patient.enrolled_on -= timedelta(days=7)
    patient.status = state
    assert replan(session, patient, "enrolment") == PlanChanges()
    patient.status = "active"
    session.get_one(Study, patient.study_id).status = "closed"
    assert replan(session, patient, "enrolment") == PlanChanges()


def test_a_late_answer_puts_off_what_asks_the_same(session: Session, library: Library) -> None:
    """Within 14 days of the day on which it was given, not of the day on which it was due."""
    patient = enrol(session, library, "acute_bells_palsy", onset=TODAY - timedelta(days=2))
    found = visits(session, patient)
    first, second = found["Enrolment"], found["2 weeks"]
    planned = second.opens_on
    later = AT + timedelta(days=3)
    first.opened_at = later
    version = versions.freeze(session, library.get("face"), at=later)
    answered = NewResponse(
        visit_id=first.id,
        patient_id=patient.id,
        instrument=library.get("face"),
        version_id=version,
        answers={f"q{number}": 3 for number in range(1, 16)},
        source="web",
        submitted_at=later,
        completed_on=later.date(),
    )
    responses.insert_scored(session, [answered], at=later, actor="patient")
    planning.space_out(session, patient.id, library, at=later, actor="patient")
    assert second.opens_on == later.date() + timedelta(days=14)
    assert second.opens_on > planned


def test_what_a_patient_sends_puts_off_what_asks_the_same(session: Session, library: Library) -> None:
    """By the statement that drops the draft; from the day on which it was sent."""
    patient = enrol(session, library, "acute_bells_palsy", onset=TODAY - timedelta(days=2))
    first, second = (visits(session, patient)[title] for title in ("Enrolment", "2 weeks"))
    later, texts = AT + timedelta(days=3), Texts(library)
    link_id = links.find(session, links.issue(session, first, at=AT, actor="test"))
    assert link_id is not None
    began = opening.load(session, link_id, texts, device="phone", at=later, lock=True)
    answering.open_visit(session, began, at=later)
    face = library.get("face")
    answering.save_answer(session, began, face, "q1", 3, locale="en", at=later, seals=SEALS)
    answered = opening.load(session, link_id, texts, device="phone", at=later, lock=True)
    answering.submit(session, answered, face, library, at=later, seals=SEALS)
    assert second.opens_on == later.date() + timedelta(days=14)


def test_many_at_once_have_the_visits_that_each_would_have(session: Session, library: Library) -> None:
    """Also where a visit serves several occasions; and what is asked of the database grows with nobody."""
    new = NewStudy("B1", contact="call", who_reads={"en": "X."}, crisis_texts={"en": "Y."}, simulated=True)
    study = studies.create(session, new, preset("botulinum_toxin"), library, at=AT, actor="test")
    people = [
        NewPatient(code, TODAY, 1970, treatments=(planned_injection(on),))
        for code, on in (("P1", TODAY), ("P2", INJECTION), ("P3", INJECTION + timedelta(days=40)))
    ]
    asked: list[str] = []
    connection = session.connection()

    @event.listens_for(connection, "before_cursor_execute")
    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    several = patients.enrol_all(session, study, study.timepoints, people, library, at=AT, actor="test")
    reading = [one for one in asked if one.startswith("SELECT")]
    alone = [
        patients.enrol(
            session,
            study,
            study.timepoints,
            replace(one, code=f"{one.code}-alone"),
            library,
            at=AT,
            actor="test",
        )
        for one in people
    ]
    for together, apart in zip(several, alone, strict=True):
        there = visits(session, together)
        assert there.keys() == visits(session, apart).keys()
        for title, row in visits(session, apart).items():
            assert (there[title].opens_on, there[title].battery) == (row.opens_on, row.battery)
            assert served(session, there[title]) == served(session, row)
    assert len(reading) < 3 * len(people)


def served(session: Session, visit: Visit) -> list[tuple[int, int]]:
    """The timepoints and occurrences kept of a visit."""
    query = select(Serving).where(Serving.visit_id == visit.id)
    return sorted((one.timepoint_id, one.occurrence) for one in session.scalars(query))


def test_a_visit_that_serves_others_forgets_what_it_served(session: Session, library: Library) -> None:
    """And no other visit does."""
    onset = TODAY - timedelta(days=12)
    patient = enrol(session, library, "acute_bells_palsy", onset=onset)
    other = enrol(session, library, "acute_bells_palsy", "S3", onset=onset)
    first, untouched = (visits(session, one)["Enrolment"] for one in (patient, other))
    before, others = served(session, first), served(session, untouched)
    palsy(session, patient).onset_on = onset - timedelta(days=20)
    replan(session, patient, "onset")
    own, week_2 = before
    assert own in served(session, first)
    assert week_2 not in served(session, first)
    assert served(session, untouched) == others


def test_what_is_over_stays_where_it_was(session: Session, library: Library) -> None:
    """Once a date is corrected, a visit long past is not moved: nobody can answer it on the new day."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    before = {title: row.due_on for title, row in visits(session, patient).items()}
    row = treatment(session, patient)
    row.state, row.started_on = "given", INJECTION + timedelta(days=1)
    a_year_on = AT + timedelta(days=365)
    done = planning.replan(session, patient, library, changed=["treatment"], at=a_year_on, actor="staff:1")
    assert done == PlanChanges()
    assert {title: row.due_on for title, row in visits(session, patient).items()} == before
