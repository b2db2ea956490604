"""Injections as clinics write them: units by muscle and side. Dose and side of the treatment follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.data.kinds import INJECTED
from analysis.words import words as _
from surveys.models import InjectionSite, Patient, Treatment
from surveys.models.injection import INJECTED_SIDES, MUSCLES
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes
from surveys.typed import formula_fault

Sites = Mapping[tuple[str, str], float]
"""Units by muscle and side."""


@dataclass(frozen=True)
class InjectionMap:
    """What one injection was: the units of each muscle and side, the product, and what a unit is."""

    sites: Sites
    product: str | None = None
    unit: str = "U"


def maps_of(session: Session, patient_id: int) -> dict[int, dict[tuple[str, str], float]]:
    """The units of each of the patient's treatments that has them by muscle, in the order of muscles."""
    query = (
        select(InjectionSite)
        .join(Treatment, Treatment.id == InjectionSite.treatment_id)
        .where(Treatment.patient_id == patient_id)
    )
    found: dict[int, dict[tuple[str, str], float]] = {}
    for row in sorted(session.scalars(query), key=_order):
        found.setdefault(row.treatment_id, {})[row.muscle, row.side] = row.units
    return found


def last_before(session: Session, treatment: Treatment) -> tuple[date, Sites] | None:
    """Day and units of the latest injection of a known day before this one that was told by muscle."""
    query = select(Treatment.id, Treatment.started_on).where(
        Treatment.patient_id == treatment.patient_id,
        Treatment.id != treatment.id,
        Treatment.state == "given",
        Treatment.started_on.is_not(None),
        Treatment.id.in_(select(InjectionSite.treatment_id)),
    )
    if treatment.started_on:
        query = query.where(Treatment.started_on <= treatment.started_on)
    latest = session.execute(
        query.order_by(Treatment.started_on.desc(), Treatment.id.desc()).limit(1)
    ).first()
    if latest is None or latest.started_on is None:
        return None
    return latest.started_on, maps_of(session, treatment.patient_id)[latest.id]


def record(
    session: Session,
    patient: Patient,
    treatment: Treatment,
    new: InjectionMap,
    *,
    reason: str | None,
    at: datetime,
    actor: str,
) -> bool:
    """Give an injection these units by muscle; its dose and side follow. Returns whether anything differed.

    Without any units the dose stays as a single one.

    Raises:
        Refused: it is no injection, was cancelled, has no unit, or no or impossible units, or a known fact
            would change without a reason.
    """
    session.execute(select(Treatment.id).where(Treatment.id == treatment.id).with_for_update())
    session.refresh(treatment)
    _check(treatment, new)
    rows = {
        (row.muscle, row.side): row
        for row in session.scalars(select(InjectionSite).where(InjectionSite.treatment_id == treatment.id))
    }
    if not new.sites and not rows:
        raise Refused(_("Enter the units of at least one muscle."))
    before = {
        "sites": _told({place: row.units for place, row in rows.items()}),
        **{name: getattr(treatment, name) for name in ("dose", "unit", "product", "side")},
    }
    wanted: dict[str, Any] = {"sites": _told(new.sites), "unit": new.unit, "product": new.product}
    if new.sites:
        wanted |= {"dose": round(math.fsum(new.sites.values()), 4), "side": _side(new.sites)}
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if not changed:
        return False
    why = changes.why(reason, known=any(before[name] not in _UNKNOWN for name in changed))
    for place, row in rows.items():
        if place not in new.sites:
            session.delete(row)
    for (muscle, side), units in new.sites.items():
        if (muscle, side) in rows:
            rows[muscle, side].units = units
        else:
            session.add(InjectionSite(treatment_id=treatment.id, muscle=muscle, side=side, units=units))
    for name in changed.keys() - {"sites"}:
        setattr(treatment, name, changed[name])
    session.flush()
    facts = {"treatment": treatment.id, **changes.told(before, changed)}
    audit.record(session, audit.Entry(at, actor, "treatment.changed", patient.id, facts, why))
    return True


_UNKNOWN: tuple[object, ...] = (None, "unknown", {})


def _check(treatment: Treatment, new: InjectionMap) -> None:
    if treatment.kind != INJECTED:
        raise Refused(_("Only an injection has units by muscle."))
    if treatment.state == "cancelled":
        raise Refused(_("What was cancelled is not corrected: record a new one."))
    if not new.unit.strip():
        raise Refused(_("Enter the unit, for example U."), "unit")
    if fault := formula_fault(new.product or "", _("A product")):
        raise Refused(fault, "product")
    for (muscle, side), units in new.sites.items():
        if not (units > 0 and math.isfinite(units)):
            raise Refused(_("The units must be above 0."), f"{muscle}_{side}")


def _side(sites: Sites) -> str:
    sides = {side for __, side in sites}
    return "both" if len(sides) == len(INJECTED_SIDES) else sides.pop()


def _told(sites: Sites) -> dict[str, float]:
    """By one name for each place, in the order of muscles."""
    return {
        f"{muscle} {side}": sites[muscle, side]
        for muscle in MUSCLES
        for side in INJECTED_SIDES
        if (muscle, side) in sites
    }


def _order(row: InjectionSite) -> tuple[int, int]:
    return MUSCLES.index(row.muscle), INJECTED_SIDES.index(row.side)
