"""Treatments recorded after enrolment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Palsy, Patient, Treatment
from surveys.store.errors import Refused
from surveys.store.patient import treatments
from surveys.store.patient.patients import NewTreatment, PartialDate
from tests.surveys.store.conftest import AT

MAY = PartialDate(date(2025, 5, 1), "month")
TODAY = AT.date()


def add(
    session: Session, patient: Patient, kind: str, started: PartialDate | None, **facts: Any
) -> Treatment:
    new = NewTreatment(kind, started, **facts)
    return treatments.add(session, patient, new, today=TODAY, at=AT, actor="staff:1")


def change(session: Session, patient: Patient, treatment: Treatment, state: str, **facts: Any) -> None:
    told: dict[str, Any] = {"on": None, "reason": None, **facts}
    treatments.change_state(session, patient, treatment, state, today=TODAY, at=AT, actor="staff:1", **told)


def test_it_belongs_to_the_index_palsy_and_keeps_its_precision(session: Session, patient: Patient) -> None:
    """With its audit event."""
    added = add(session, patient, "botulinum_toxin", MAY)
    session.commit()
    assert (added.state, added.started_on, added.started_precision) == ("given", MAY.on, "month")
    assert added.palsy_id == session.scalars(select(Palsy.id)).one()
    assert session.scalars(select(Event.action).order_by(Event.id.desc())).first() == "treatment.added"


def test_it_is_recorded_once(session: Session, patient: Patient) -> None:
    """The same kind on another date is a further one; so is another kind; an undated one counts too."""
    for started in (MAY, None):
        add(session, patient, "botulinum_toxin", started)
        with pytest.raises(Refused, match="already") as refused:
            add(session, patient, "botulinum_toxin", started)
        assert refused.value.field == "kind"
    later = PartialDate(date(2025, 9, 4), "day")
    add(session, patient, "botulinum_toxin", later)
    add(session, patient, "massage", MAY)
    assert len(session.scalars(select(Treatment.id)).all()) == 4


def test_nobody_is_treated_before_birth(session: Session, patient: Patient) -> None:
    """The year tells."""
    with pytest.raises(Refused, match="before the patient's birth") as refused:
        add(session, patient, "massage", PartialDate(date(1969, 1, 1), "year"))
    assert refused.value.field == "year"


def test_nothing_ends_before_it_begins(session: Session, patient: Patient) -> None:
    """Neither as it is recorded, nor once it was given later than planned."""
    ended_on = TODAY - timedelta(days=20)
    with pytest.raises(Refused, match="It ended before that day"):
        add(session, patient, "massage", PartialDate(TODAY, "day"), ended_on=ended_on)
    begins = PartialDate(TODAY - timedelta(days=30), "day")
    planned = add(session, patient, "massage", begins, state="planned", ended_on=ended_on)
    with pytest.raises(Refused, match="It ended before that day") as refused:
        change(session, patient, planned, "given", on=TODAY)
    assert (refused.value.field, planned.state) == ("year", "planned")


def test_a_planned_injection_is_given_or_cancelled(session: Session, patient: Patient) -> None:
    """With its day, product and dose; each change leaves what was there before in the audit."""
    ahead = PartialDate(TODAY + timedelta(days=10), "day")
    facts = {"state": "planned", "product": "Toxin A", "dose": 12.5, "unit": "U"}
    planned = add(session, patient, "botulinum_toxin", ahead, **facts)
    change(session, patient, planned, "given", on=TODAY)
    assert (planned.state, planned.started_on, planned.dose) == ("given", TODAY, 12.5)
    session.commit()
    event = session.scalars(select(Event).where(Event.action == "treatment.changed")).one()
    assert event.facts["state_before"] == "planned"
    assert event.facts["started_on_before"] == ahead.on.isoformat()
    with pytest.raises(Refused, match="Say why"):
        change(session, patient, planned, "cancelled")
    change(session, patient, planned, "cancelled", reason="another patient's")
    assert (planned.state, planned.started_on) == ("cancelled", TODAY)
    with pytest.raises(Refused, match="record a new one"):
        change(session, patient, planned, "planned", reason="x")


def test_states_and_days_must_agree(session: Session, patient: Patient) -> None:
    """Nothing was given on a day ahead, nothing is planned for no day, no dose goes without its unit."""
    ahead = PartialDate(TODAY + timedelta(days=1), "day")
    for started, facts, field in (
        (ahead, {"state": "given"}, "year"),
        (None, {"state": "planned"}, "year"),
        (MAY, {"state": "planned"}, "year"),
        (MAY, {"dose": 3.0}, "unit"),
        (MAY, {"dose": 0.0, "unit": "U"}, "dose"),
    ):
        with pytest.raises(Refused) as refused:
            add(session, patient, "botulinum_toxin", started, **facts)
        assert refused.value.field == field
    planned = add(session, patient, "botulinum_toxin", ahead, state="planned")
    with pytest.raises(Refused, match="lies ahead"):
        change(session, patient, planned, "given")


def correct(session: Session, patient: Patient, treatment: Treatment, **wanted: Any) -> bool:
    """Change these facts alone."""
    reason = wanted.pop("reason", "the letter says so")
    new = replace(treatments.facts_of(treatment), **wanted)
    when: dict[str, Any] = {"today": TODAY, "at": AT, "actor": "staff:1"}
    return treatments.correct(session, patient, treatment, new, reason=reason, **when)


def test_what_was_mistyped_is_corrected(session: Session, patient: Patient) -> None:
    """Each fact, with the old one in the trail; what was not known is filled in without a reason."""
    given = add(session, patient, "botulinum_toxin", MAY, dose=52.0, unit="U")
    facts = {"product": "Xeomin", "side": "left", "sessions": 1}
    assert correct(session, patient, given, reason=None, **facts)
    assert not correct(session, patient, given, reason=None)
    day = PartialDate(date(2025, 5, 7), "day")
    wanted = {"kind": "massage", "started": day, "dose": 25.0, "unit": "mg", "ended_on": date(2025, 6, 1)}
    assert correct(session, patient, given, **wanted)
    session.commit()
    stands = treatments.facts_of(given)
    assert {name: getattr(stands, name) for name in wanted} == wanted
    assert (stands.product, stands.side, stands.sessions, stands.state) == ("Xeomin", "left", 1, "given")
    changed = select(Event).where(Event.action == "treatment.changed").order_by(Event.id.desc())
    [event, _] = session.scalars(changed).all()
    assert (event.facts["dose_before"], event.facts["dose"]) == (52.0, 25.0)
    assert (event.facts["kind_before"], event.facts["started_on_before"]) == ("botulinum_toxin", "2025-05-01")
    assert event.reason == "the letter says so"


def test_what_cannot_be_is_not_corrected_to(session: Session, patient: Patient) -> None:
    """A known fact needs a reason; doses, sessions, days and twins as when it is recorded."""
    given = add(session, patient, "botulinum_toxin", MAY, dose=52.0, unit="U")
    add(session, patient, "massage", MAY)
    for wanted, field in (
        ({"dose": 25.0, "reason": " "}, "reason"),
        ({"dose": 0.0}, "dose"),
        ({"unit": None}, "unit"),
        ({"product": "=1+1"}, "product"),
        ({"sessions": 0}, "sessions"),
        ({"ended_on": date(2025, 4, 1)}, "ended_on"),
        ({"started": None, "ended_on": date(2025, 4, 1)}, "ended_on"),
        ({"started": PartialDate(TODAY + timedelta(days=1), "day")}, "year"),
        ({"kind": "massage"}, "kind"),
    ):
        with pytest.raises(Refused) as refused:
            correct(session, patient, given, **wanted)
        assert refused.value.field == field, wanted
    change(session, patient, given, "cancelled", reason="never given")
    with pytest.raises(Refused, match="record a new one"):
        correct(session, patient, given, dose=25.0)
