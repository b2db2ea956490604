"""What an amendment of the plan may not do: leave a patient with a visit that cannot be finished."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Patient, Serving, Study, Visit
from surveys.schedule import PlannedVisit, is_open, is_over_for_good, not_yet_open
from surveys.schedule.amended import day_after
from surveys.store.errors import Refused
from surveys.store.visit.basis import touched

NAMED = 5  # patients in one sentence


def refuse_unfinished(
    session: Session,
    study: Study,
    before: Sequence[PlannedVisit],
    after: Sequence[PlannedVisit],
    holds_from: date,
    on: date,
) -> None:
    """Refuse to end what a patient has open on the day `on`, or has begun and may still finish.

    Raises:
        Refused: it names the patients, and the day from which the amendment could hold.
    """
    kept = {row.key: row.times for row in after}
    ids = {row.key: row.id for row in study.timepoints if row.until_on is None}
    for was in before:
        times = kept.get(was.key, 0)
        if times >= was.times:
            continue
        own = (Visit.timepoint_id == ids[was.key]) & (Visit.occurrence > times)
        served = exists().where(
            Serving.visit_id == Visit.id, Serving.timepoint_id == ids[was.key], Serving.occurrence > times
        )
        begun = touched() & ~is_over_for_good(Visit, on) & ~not_yet_open(Visit, on)
        query = (
            select(Patient.code, Visit.due_on)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(
                Visit.study_id == study.id,
                Visit.due_on >= holds_from,
                Visit.withdrawn_at.is_(None),
                Visit.missed_reason.is_(None),
                ~Visit.done,
                own | served,
                ~Patient.gone,
                is_open(Visit, on) | begun,
            )
            .order_by(Visit.due_on.desc(), Patient.code)
        )
        stranded = session.execute(query).all()
        if stranded:
            codes = list(dict.fromkeys(row.code for row in stranded))
            later = day_after([row.due_on for row in stranded])
            raise Refused(
                _(
                    "%(name)s is open now for %(named)s, who could not finish it. Let the amendment hold "
                    "from %(later)s on, or wait until they have answered.",
                    name=was.name,
                    named=_named(codes),
                    later=later,
                ),
                "holds_from",
            )


def _named(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:NAMED])
    return (
        _("%(shown)s and %(number)s more", shown=shown, number=len(codes) - NAMED)
        if len(codes) > NAMED
        else shown
    )
