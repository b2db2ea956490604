"""The year of birth as a patient types it, before a device shows what is her own."""

from __future__ import annotations

from typing import NamedTuple

from flask import request

from surveys.db import db
from surveys.store.visit import devices
from surveys.store.visit.opening import OpenVisit
from surveys.typed import birth_year
from surveys.views.form.visit import now

LONGEST_TYPED = 20


class Fault(NamedTuple):
    """Why the year shows nothing: `slip` is no possible year, and no try; without it the year is not hers."""

    slip: str | None


def typed() -> str:
    """What stands in the box."""
    return request.form.get("birth_year", "").strip()


def tell(visit: OpenVisit) -> Fault | None:
    """Take the year; where it is hers, this device shows what is hers. Only a possible year is a try."""
    said = typed()
    year = birth_year(said) if said else None
    if year is None:
        return Fault(slip=said[:LONGEST_TYPED])
    matched = devices.tell_year(db.session, visit.id, visit.patient_id, visit.device, year, at=now())
    db.session.commit()
    return None if matched else Fault(slip=None)


def tries_left(visit: OpenVisit) -> int:
    """How many tries the year has left at this visit."""
    return devices.tries_left(db.session, visit.id, visit.patient_id)
