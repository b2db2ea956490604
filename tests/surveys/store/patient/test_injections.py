"""Units by muscle and side, and the dose that they make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, InjectionSite, Patient, Treatment
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import injections, treatments
from surveys.store.patient.injections import InjectionMap
from surveys.store.patient.patients import NewTreatment, PartialDate
from tests.surveys.store.conftest import AT

WHEN: dict[str, Any] = {"today": AT.date(), "at": AT, "actor": "staff:1"}
LEFT = {("frontalis", "left"): 2.5, ("mentalis", "left"): 5.0}
BOTH = {("mentalis", "right"): 1.1, ("frontalis", "left"): 2.2}


def injected(
    session: Session, patient: Patient, on: date, kind: str = "botulinum_toxin", **facts: Any
) -> Treatment:
    new = NewTreatment(kind, PartialDate(on, "day"), **facts)
    return treatments.add(session, patient, new, **WHEN)


def record(
    session: Session, patient: Patient, treatment: Treatment, sites: injections.Sites, **facts: Any
) -> bool:
    reason = facts.pop("reason", None)
    new = InjectionMap(sites, **facts)
    changed = injections.record(session, patient, treatment, new, reason=reason, at=AT, actor="staff:1")
    session.commit()
    return changed


def test_dose_and_side_follow_from_the_units(session: Session, patient: Patient) -> None:
    """They are recorded without a reason where no dose was known; a correction keeps what was before."""
    given = injected(session, patient, date(2026, 3, 1))
    assert record(session, patient, given, LEFT, product="Botox")
    assert (given.dose, given.unit, given.side, given.product) == (7.5, "U", "left", "Botox")
    assert not record(session, patient, given, LEFT, product="Botox")
    with pytest.raises(Refused) as refused:
        record(session, patient, given, BOTH, product="Botox")
    assert refused.value.field == "reason"
    assert record(session, patient, given, BOTH, product="Botox", reason="misread")
    assert (given.dose, given.side) == (3.3, "both")
    assert injections.maps_of(session, patient.id) == {given.id: BOTH}
    assert list(injections.maps_of(session, patient.id)[given.id]) == [
        ("frontalis", "left"),
        ("mentalis", "right"),
    ]
    changed = select(Event.facts).where(Event.action == "treatment.changed").order_by(Event.id.desc())
    last = session.scalars(changed).first()
    assert last is not None
    assert last["sites_before"] == {"frontalis left": 2.5, "mentalis left": 5.0}
    assert (last["dose_before"], last["dose"]) == (7.5, 3.3)
    assert list(audit.verify(session)) == []


def test_a_single_dose_stays_possible(session: Session, patient: Patient) -> None:
    """Units taken away leave the dose; while they stand, it is corrected through them alone."""
    given = injected(session, patient, date(2026, 3, 1), dose=25.0, unit="U")
    with pytest.raises(Refused, match="at least one muscle"):
        record(session, patient, given, {})
    assert record(session, patient, given, LEFT, reason="the sheet has them")
    for wanted in ({"dose": 9.0}, {"side": "both"}, {"kind": "massage"}):
        facts = replace(treatments.facts_of(given), **wanted)
        with pytest.raises(Refused, match="follow from the units"):
            treatments.correct(session, patient, given, facts, reason="typed", **WHEN)
    assert record(session, patient, given, {}, reason="another patient's sheet")
    assert (given.dose, session.scalars(select(InjectionSite)).all()) == (7.5, [])
    assert treatments.correct(
        session, patient, given, replace(treatments.facts_of(given), dose=9.0), reason="typed", **WHEN
    )


def test_the_last_map_is_the_one_before(session: Session, patient: Patient) -> None:
    """Of an injection that was given, on that day or earlier, and was told by muscle; its day is known."""
    first = injected(session, patient, date(2025, 9, 1))
    second = injected(session, patient, date(2025, 12, 1))
    injected(session, patient, date(2026, 1, 1), dose=20.0, unit="U")
    planned = injected(session, patient, date(2026, 6, 1), state="planned")
    assert injections.last_before(session, planned) is None
    record(session, patient, first, LEFT)
    record(session, patient, second, BOTH)
    assert injections.last_before(session, planned) == (date(2025, 12, 1), BOTH)
    assert injections.last_before(session, second) == (date(2025, 9, 1), LEFT)
    assert injections.last_before(session, first) is None
    for __ in range(2):
        undated = Treatment(patient_id=patient.id, kind="botulinum_toxin", state="given")
        session.add(undated)
        session.flush()
        record(session, patient, undated, LEFT)
    assert injections.last_before(session, undated) == (date(2025, 12, 1), BOTH)


def test_what_cannot_be_is_refused(session: Session, patient: Patient) -> None:
    """Other treatments, cancelled ones, no unit, units of 0."""
    given = injected(session, patient, date(2026, 3, 1))
    for sites, facts, field in (
        (LEFT, {"unit": " "}, "unit"),
        (LEFT, {"product": "+x"}, "product"),
        ({("frontalis", "left"): 0.0}, {}, "frontalis_left"),
        ({("frontalis", "left"): float("inf")}, {}, "frontalis_left"),
    ):
        with pytest.raises(Refused) as refused:
            record(session, patient, given, sites, **facts)
        assert refused.value.field == field
    with pytest.raises(Refused, match="Only an injection"):
        record(session, patient, injected(session, patient, date(2026, 3, 1), "massage"), LEFT)
    cancelled: dict[str, Any] = {"on": None, "reason": "never given", **WHEN}
    treatments.change_state(session, patient, given, "cancelled", **cancelled)
    with pytest.raises(Refused, match="record a new one"):
        record(session, patient, given, LEFT)
