"""Further palsies, corrected ones, and errors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Event, Palsy, Patient
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import gradings, palsies, treatments
from surveys.store.patient.palsies import PalsyFacts
from surveys.store.patient.patients import NewTreatment, PartialDate
from tests.surveys.store.conftest import AT

TODAY = AT.date()
WHEN: dict[str, Any] = {"today": TODAY, "at": AT, "actor": "staff:1"}
MARCH = PartialDate(date(2025, 3, 1), "month")


def first(session: Session, patient: Patient) -> Palsy:
    return session.scalars(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index)).one()


def test_a_further_palsy_leaves_the_first_one_index(session: Session, patient: Patient) -> None:
    """It takes the next number."""
    added = palsies.add(session, patient, PalsyFacts(side="left", cause="bells_palsy", onset=MARCH), **WHEN)
    session.commit()
    assert (added.number, added.is_index, added.onset_precision) == (2, False, "month")
    assert first(session, patient).number == 1


def test_a_correction_needs_a_reason_where_something_was_known(session: Session, patient: Patient) -> None:
    """What was unknown is simply filled in; before and after are in the audit; nothing new is no change."""
    palsy = first(session, patient)
    known = PalsyFacts(cause="bells_palsy", onset=MARCH)
    assert palsies.correct(session, patient, palsy, known, reason=None, **WHEN)
    assert not palsies.correct(session, patient, palsy, known, reason=None, **WHEN)
    moved = PalsyFacts(cause="bells_palsy", onset=PartialDate(date(2025, 4, 2), "day"))
    with pytest.raises(Refused, match="Say why"):
        palsies.correct(session, patient, palsy, moved, reason=" ", **WHEN)
    palsies.correct(session, patient, palsy, moved, reason="the letter says so", **WHEN)
    session.commit()
    [_, event] = session.scalars(
        select(Event).where(Event.action == "palsy.corrected").order_by(Event.id)
    ).all()
    assert event.facts["onset_on_before"] == "2025-03-01"
    assert event.facts["onset_on"] == "2025-04-02"
    assert event.reason == "the letter says so"


def test_what_the_study_follows_began_by_the_enrolment(session: Session, patient: Patient) -> None:
    """As at the enrolment itself: but for a tumour or an operation; a further palsy may come later."""
    later: dict[str, Any] = {**WHEN, "today": TODAY + timedelta(days=30)}
    after = PartialDate(TODAY + timedelta(days=9), "day")
    palsy = first(session, patient)
    with pytest.raises(Refused, match="lies after the enrolment") as refused:
        palsies.correct(session, patient, palsy, PalsyFacts(onset=after), reason=None, **later)
    assert refused.value.field == "onset"
    operated = PalsyFacts(cause="iatrogenic_postoperative", onset=after)
    assert palsies.correct(session, patient, palsy, operated, reason=None, **later)
    with pytest.raises(Refused, match="lies after the enrolment"):
        palsies.correct(session, patient, palsy, PalsyFacts(onset=after), reason="misread", **later)
    sided = PalsyFacts(side="left", cause="iatrogenic_postoperative", onset=after)
    assert palsies.correct(session, patient, palsy, sided, reason=None, **later)
    assert palsies.add(session, patient, PalsyFacts(cause="bells_palsy", onset=after), **later).number == 2


def test_impossible_dates_are_refused(session: Session, patient: Patient) -> None:
    """Before the birth, ahead without a tumour, recovered before it began."""
    ahead = PartialDate(TODAY + timedelta(days=9), "day")
    for facts, field in (
        (PalsyFacts(onset=PartialDate(date(1960, 1, 1), "year")), "onset"),
        (PalsyFacts(onset=ahead), "onset"),
        (PalsyFacts(onset=MARCH, recovered_on=date(2025, 2, 1)), "recovered_on"),
        (PalsyFacts(recovered_on=date(1880, 1, 1)), "recovered_on"),
        (PalsyFacts(synkinesis_noted_on=date(1960, 12, 31)), "synkinesis_noted_on"),
        (PalsyFacts(synkinesis_noted_on=TODAY + timedelta(days=1)), "synkinesis_noted_on"),
    ):
        with pytest.raises(Refused) as refused:
            palsies.add(session, patient, facts, **WHEN)
        assert refused.value.field == field
    palsies.add(session, patient, PalsyFacts(cause="other_tumour", onset=ahead), **WHEN)


def remove(session: Session, patient: Patient, palsy: Palsy, reason: str = "typed twice") -> Palsy | None:
    return palsies.remove(session, patient, palsy, reason=reason, at=AT, actor="staff:1")


def test_an_error_leaves_and_treatments_follow(session: Session, patient: Patient) -> None:
    """The other palsy takes its place, its number is never given again, and the proof holds."""
    wrong = first(session, patient)
    given = treatments.add(session, patient, NewTreatment("massage", started=MARCH), **WHEN)
    right = palsies.add(session, patient, PalsyFacts(side="left", onset=MARCH), **WHEN)
    session.commit()
    assert remove(session, patient, wrong) is right
    session.commit()
    assert (first(session, patient).id, given.palsy_id) == (right.id, right.id)
    assert [palsy.number for palsy in session.scalars(select(Palsy))] == [2]
    [event] = session.scalars(select(Event).where(Event.action == "palsy.removed")).all()
    assert (event.facts["palsy"], event.facts["index"], event.facts["treatments_moved"]) == (1, 2, 1)
    assert event.reason == "typed twice"
    further = palsies.add(session, patient, PalsyFacts(), **WHEN)
    assert (further.number, further.is_index) == (3, False)
    assert remove(session, patient, further) is None
    session.commit()
    assert palsies.add(session, patient, PalsyFacts(), **WHEN).number == 4
    session.commit()
    assert list(audit.verify(session)) == []


def test_what_hangs_on_a_palsy_keeps_it(session: Session, patient: Patient, library: Library) -> None:
    """Neither the only palsy nor one with gradings is taken away, and none without a reason."""
    palsy = first(session, patient)
    with pytest.raises(Refused, match="only palsy"):
        remove(session, patient, palsy)
    palsies.add(session, patient, PalsyFacts(), **WHEN)
    with pytest.raises(Refused) as refused:
        remove(session, patient, palsy, " ")
    assert refused.value.field == "reason"
    facts = {"on": TODAY, "mode": "in_person", **WHEN}
    gradings.add(session, patient, palsy, "house_brackmann", {"q1": 3}, library, **facts)
    with pytest.raises(Refused, match="Gradings of this palsy"):
        remove(session, patient, palsy)
    assert first(session, patient).id == palsy.id
