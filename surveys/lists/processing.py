"""What a study does with data about people, for its record of processing and impact sheet (GDPR 30, 35)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.models import Membership, Patient, Staff, Study, Timepoint


@dataclass(frozen=True)
class Processing:
    """The facts of both sheets: keys of the questionnaires asked, how many of each role may sign in, how many
    patients and sites, and until when data are kept."""

    asked: Sequence[str]
    roles: Mapping[str, int]
    patients: int
    sites: int
    kept_until: date | None


def processing(session: Session, study: Study) -> Processing:
    """The facts as they are now."""
    batteries = session.scalars(
        select(Timepoint.battery).where(Timepoint.study_id == study.id).order_by(Timepoint.position)
    )
    roles = session.execute(
        select(Membership.role, func.count().label("number"))
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.study_id == study.id, Staff.active)
        .group_by(Membership.role)
        .order_by(Membership.role)
    )
    patients, sites = session.execute(
        select(func.count(Patient.id), func.count(Patient.site.distinct())).where(
            Patient.study_id == study.id
        )
    ).one()
    return Processing(
        asked=list(dict.fromkeys(key for battery in batteries for key in battery)),
        roles={row.role: row.number for row in roles},
        patients=patients,
        sites=sites,
        kept_until=study.kept_until,
    )
