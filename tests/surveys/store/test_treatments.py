"""Treatments recorded after enrolment."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Palsy, Patient, Treatment
from surveys.store import treatments
from surveys.store.errors import Refused
from surveys.store.patients import PartialDate

from .conftest import AT

MAY = PartialDate(date(2025, 5, 1), "month")


def test_it_belongs_to_the_index_palsy_and_keeps_its_precision(session: Session, patient: Patient) -> None:
    """With its audit event."""
    added = treatments.add(session, patient, "botulinum_toxin", MAY, at=AT, actor="staff:1")
    session.commit()
    assert (added.state, added.started_on, added.started_precision) == ("given", MAY.on, "month")
    assert added.palsy_id == session.scalars(select(Palsy.id)).one()
    assert session.scalars(select(Event.action).order_by(Event.id.desc())).first() == "treatment.added"


def test_it_is_recorded_once(session: Session, patient: Patient) -> None:
    """The same kind on another date is a further one; so is another kind; an undated one counts too."""
    for started in (MAY, None):
        treatments.add(session, patient, "botulinum_toxin", started, at=AT, actor="staff:1")
        with pytest.raises(Refused, match="already") as refused:
            treatments.add(session, patient, "botulinum_toxin", started, at=AT, actor="staff:1")
        assert refused.value.field == "kind"
    later = PartialDate(date(2025, 9, 4), "day")
    treatments.add(session, patient, "botulinum_toxin", later, at=AT, actor="staff:1")
    treatments.add(session, patient, "massage", MAY, at=AT, actor="staff:1")
    assert len(session.scalars(select(Treatment.id)).all()) == 4


def test_nobody_is_treated_before_birth(session: Session, patient: Patient) -> None:
    """The year tells."""
    with pytest.raises(Refused, match="before the patient's birth") as refused:
        treatments.add(session, patient, "massage", PartialDate(date(1969, 1, 1), "year"), at=AT, actor="s")
    assert refused.value.field == "year"
