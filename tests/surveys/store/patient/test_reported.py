"""What staff decide about a patient's report, and what they record with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Background, BackgroundCheck, Event, Palsy, Patient, Treatment, Visit
from surveys.store.errors import Refused
from surveys.store.patient import palsies, reported, treatments
from surveys.store.patient.palsies import PalsyFacts
from surveys.store.patient.patients import NewTreatment, PartialDate
from surveys.store.patient.reported import Decision
from tests.surveys.store.conftest import AT

TODAY = AT.date()
WHEN: dict[str, Any] = {"today": TODAY, "at": AT, "actor": "staff:1"}
MAY = PartialDate(date(2025, 5, 1), "month")
JUNE = PartialDate(date(2025, 6, 3), "day")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def told(session: Session, visit: Visit) -> int:
    """The row of an answer."""
    row = Background(
        visit_id=visit.id,
        question="treatments",
        answer={"value": ["massage"]},
        locale="en",
        reported_by="patient",
        at=AT,
    )
    session.add(row)
    session.flush()
    return row.id


def index(session: Session, patient: Patient) -> Palsy | None:
    return session.scalar(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index))


def without_palsy(session: Session, patient: Patient) -> None:
    palsy = index(session, patient)
    if palsy:
        session.delete(palsy)
        session.flush()


def decide(
    session: Session, patient: Patient, told: int, fact: str, decision: Decision, seen: int = 0
) -> frozenset[str]:
    return reported.decide(session, patient, told, fact, decision, seen=seen, **WHEN)


def check(session: Session) -> BackgroundCheck:
    return session.scalars(select(BackgroundCheck).order_by(BackgroundCheck.id.desc()).limit(1)).one()


def test_a_confirmed_onset_is_recorded_and_moves_the_plan(
    session: Session, patient: Patient, told: int, visit: Visit
) -> None:
    """With who decided, and why where that was said."""
    decision = Decision("confirmed", onset=MAY, note="  By letter. ")
    assert decide(session, patient, told, "onset", decision) == {"onset"}
    palsy = index(session, patient)
    assert palsy
    assert (palsy.onset_on, palsy.onset_precision) == (MAY.on, "month")
    row = check(session)
    assert (row.fact, row.outcome, row.note, row.checked_by) == (
        "onset",
        "confirmed",
        "By letter.",
        "staff:1",
    )
    assert row.recorded == {"value": {"on": "2025-05-01", "precision": "month"}}
    session.commit()
    event = session.scalars(select(Event).where(Event.action == "background.checked")).one()
    assert event.facts == {
        "visit": visit.id,
        "fact": "onset",
        "outcome": "confirmed",
        "recorded": row.recorded,
    }
    assert (event.reason, event.patient_id) == ("By letter.", patient.id)


def test_a_side_moves_no_visit_and_leaves_the_other_facts(
    session: Session, patient: Patient, told: int
) -> None:
    without_palsy(session, patient)
    palsies.add(session, patient, PalsyFacts(cause="lyme", onset=MAY), **WHEN)
    assert decide(session, patient, told, "side", Decision("corrected", side="left")) == frozenset()
    palsy = index(session, patient)
    assert palsy
    assert (palsy.side, palsy.cause, palsy.onset_on, palsy.onset_precision) == (
        "left",
        "lyme",
        MAY.on,
        "month",
    )
    assert (check(session).recorded, check(session).note) == ({"value": "left"}, None)
    session.commit()
    event = session.scalars(select(Event).where(Event.action == "palsy.corrected")).one()
    assert event.reason == "As the patient reported."


def test_the_same_onset_changes_nothing(session: Session, patient: Patient, told: int) -> None:
    without_palsy(session, patient)
    palsies.add(session, patient, PalsyFacts(onset=MAY), **WHEN)
    assert decide(session, patient, told, "onset", Decision("confirmed", onset=MAY)) == frozenset()
    decision = Decision("corrected", onset=JUNE, note="Seen in the file.")
    assert decide(session, patient, told, "onset", decision, seen=1) == {"onset"}


def test_what_is_kept_is_noted_with_what_stands(session: Session, patient: Patient, told: int) -> None:
    """Nothing recorded is recorded as nothing."""
    without_palsy(session, patient)
    decide(session, patient, told, "side", Decision("kept", side="left"))
    assert index(session, patient) is None
    assert check(session).recorded == {"value": "unknown"}
    decide(session, patient, told, "massage", Decision("kept", kind="massage", started=JUNE))
    assert list(session.scalars(select(Treatment))) == []
    assert check(session).recorded == {}


def test_a_decision_is_made_on_what_was_seen(session: Session, patient: Patient, told: int) -> None:
    """Each fact of an answer has decisions of its own."""
    decide(session, patient, told, "side", Decision("kept"))
    with pytest.raises(Refused, match="meanwhile") as refused:
        decide(session, patient, told, "side", Decision("confirmed", side="left"))
    assert refused.value.field == "seen"
    decide(session, patient, told, "cause", Decision("kept"))
    decide(session, patient, told, "side", Decision("kept"), seen=1)


def all_palsies(session: Session) -> list[tuple[int, bool, str, date | None]]:
    rows = session.scalars(select(Palsy).order_by(Palsy.number))
    return [(row.number, row.is_index, row.side, row.onset_on) for row in rows]


def test_another_palsy_stands_beside_the_one_that_is_followed(
    session: Session, patient: Patient, told: int
) -> None:
    """Once, however often it is decided; without its onset too. No visit moves."""
    [index_palsy] = all_palsies(session)
    earlier = Decision("confirmed", onset=PartialDate(date(2019, 1, 1), "year"), side="left")
    for seen in range(2):
        assert decide(session, patient, told, "another_onset", earlier, seen=seen) == frozenset()
    assert all_palsies(session) == [index_palsy, (2, False, "left", date(2019, 1, 1))]
    value = {"on": "2019-01-01", "precision": "year"}
    assert check(session).recorded == {"palsy": 2, "value": value}
    decide(session, patient, told, "another_onset", Decision("kept"), seen=2)
    assert check(session).recorded == {}
    decide(session, patient, told, "another_onset", Decision("corrected", cause="lyme"), seen=3)
    assert all_palsies(session)[2:] == [(3, False, "unknown", None)]


def test_another_palsy_never_becomes_the_one_that_is_followed(
    session: Session, patient: Patient, told: int
) -> None:
    without_palsy(session, patient)
    with pytest.raises(Refused, match="the palsy that the study follows first"):
        decide(session, patient, told, "another_onset", Decision("confirmed", onset=MAY))


def test_a_palsy_from_birth_is_told_by_how_it_began(session: Session, patient: Patient, told: int) -> None:
    """The other facts stay; the next one is found by the same row."""
    assert (
        decide(session, patient, told, "had_before", Decision("confirmed", begin="from_birth")) == frozenset()
    )
    palsy = index(session, patient)
    assert palsy
    assert palsy.begin == "from_birth"
    assert check(session).recorded == {"value": "from_birth"}


def given(session: Session) -> list[tuple[str, date | None]]:
    rows = session.scalars(select(Treatment).order_by(Treatment.id))
    return [(row.kind, row.started_on) for row in rows]


class TestTreatment:
    """A treatment is added, found again, or dated better."""

    def test_a_new_one_moves_the_plan(self, session: Session, patient: Patient, told: int) -> None:
        decision = Decision("confirmed", kind="massage", started=JUNE)
        assert decide(session, patient, told, "massage", decision) == {"treatment"}
        assert given(session) == [("massage", JUNE.on)]
        recorded = check(session).recorded
        assert recorded["value"] == {"on": "2025-06-03", "precision": "day"}
        assert recorded["kind"] == "massage"

    def test_the_same_one_is_found_again(self, session: Session, patient: Patient, told: int) -> None:
        """Also where the date of neither is known."""
        for started in (JUNE, None):
            treatments.add(session, patient, NewTreatment("massage", started), **WHEN)
        for seen, started in enumerate((JUNE, None)):
            decision = Decision("confirmed", kind="massage", started=started)
            assert decide(session, patient, told, "massage", decision, seen=seen) == frozenset()
        assert len(given(session)) == 2
        assert check(session).recorded["value"] is None

    def test_a_recorded_one_gets_the_date(self, session: Session, patient: Patient, told: int) -> None:
        made = treatments.add(session, patient, NewTreatment("massage", None), **WHEN)
        decision = Decision("corrected", kind="massage", started=JUNE, dates=made.id, note="As told.")
        assert decide(session, patient, told, "massage", decision) == {"treatment"}
        assert given(session) == [("massage", JUNE.on)]
        assert check(session).recorded["treatment"] == made.id
        assert decide(session, patient, told, "massage", decision, seen=1) == frozenset()

    @pytest.mark.parametrize(
        ("kind", "started", "field"), [("antiviral", JUNE, "dates"), ("massage", None, "began")]
    )
    def test_a_date_fits_the_chosen_one(
        self,
        session: Session,
        patient: Patient,
        told: int,
        kind: str,
        started: PartialDate | None,
        field: str,
    ) -> None:
        made = treatments.add(session, patient, NewTreatment("massage", None), **WHEN)
        decision = Decision("corrected", kind=kind, started=started, dates=made.id)
        with pytest.raises(Refused) as refused:
            decide(session, patient, told, "massage", decision)
        assert refused.value.field == field
