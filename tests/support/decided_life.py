"""A study's whole life in which staff also sign visits and amend the plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Response, Staff, Visit
from surveys.store.study import signatures, studies
from surveys.store.visit import amendments
from surveys.store.visit.amendments import NewAmendment
from tests.support.life import LIBRARY, Life


@dataclass
class DecidedLife(Life):
    """What happened to the study; and the visits that were signed, with what stood there then."""

    signed: list[tuple[int, set[Any]]] = field(default_factory=list)

    def begin(self) -> None:
        """Somebody may sign."""
        super().begin()
        with self.step() as session:
            session.add(Staff(email="ann@abel.example", password="x", fs_uniquifier="x", created_at=self.at))

    def sign(self, visit: Visit) -> None:
        """An investigator signs what stands at a visit."""
        with self.step() as session:
            member, own = session.get_one(Staff, 1), session.get_one(Visit, visit.id)
            signatures.sign_visit(session, own, "reviewed", member, role="investigator", at=self.at)
            if self.goes_on:
                self.signed.append((visit.id, _standing(session, visit.id)))

    def amend(self, width: int, days: int) -> None:
        """Other windows hold from a day on; what somebody has opened stays."""
        fixed = [self._fixed(patient_id) for patient_id in self.patients()]
        today = self.at.date()
        new = NewAmendment(f"{self.at:%j.%H}", today + timedelta(days=days), "Other windows.", "EK 1", today)
        with self.step() as session:
            study = self._study(session, "S1")
            plan = [replace(row, window_after=width) for row in studies.plan_now(study.timepoints)]
            amendments.amend(session, study, plan, new, LIBRARY, at=self.at, actor="staff:1")
        assert fixed == [self._fixed(patient_id) for patient_id in self.patients()]

    def check(self, *, whole: bool) -> None:
        """A signature covers what stands at its visit as long as the same answers stand there."""
        super().check(whole=whole)
        with Session(self.engine) as session:
            for visit_id in {one for one, _ in self.signed}:
                covers = [one.covers for one in signatures.of_visits(session, [visit_id])]
                stands = _standing(session, visit_id)
                assert covers == [then == stands for one, then in reversed(self.signed) if one == visit_id]


def _standing(session: Session, visit_id: int) -> set[Any]:
    own = select(Response.id, Response.submitted_at).where(Response.visit_id == visit_id, Response.stands)
    return {tuple(one) for one in session.execute(own)}
