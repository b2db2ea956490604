"""A clinician's gradings of a palsy: House–Brackmann as a grade, Sunnybrook from its thirteen parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.facts import result
from surveys.instruments.library import Library
from surveys.instruments.scoring import score
from surveys.models import ALL_ROWS, Grading, Palsy, Patient
from surveys.models.patient import before_birth
from surveys.store import audit
from surveys.store.errors import Refused


def add(
    session: Session,
    patient: Patient,
    palsy: Palsy,
    scale: str,
    parts: Mapping[str, int],
    library: Library,
    *,
    on: date,
    mode: str,
    today: date,
    at: datetime,
    actor: str,
    graded_by: str | None = None,
) -> Grading:
    """The grading of `palsy` on the day `on`, computed from `parts`: answers to the items of its definition.

    Raises:
        Refused: a part is missing, the day lies ahead or before the birth, this scale was graded on that day
            already, or the parts contradict each other.
    """
    if on > today:
        raise Refused(_("This date lies ahead."), "graded_on")
    if before_birth(patient.birth_year, on):
        raise Refused(_("This lies before the patient's birth."), "graded_on")
    instrument = library.get(scale)
    scores = {one.scale: one.value for one in score(instrument, parts)}
    value = scores[result(instrument, library).key]
    if value is None:
        raise Refused(_("%(short_title)s needs all its parts.", short_title=instrument.short_title), "parts")
    if value < 0:
        raise Refused(
            _(
                "These parts give %(value)s, below the scale's 0: so much synkinesis with so little "
                "movement is not possible. Look at them again.",
                value=f"{value:g}",
            ),
            "parts",
        )
    same = select(Grading.id).where(
        Grading.patient_id == patient.id,
        Grading.palsy_id == palsy.id,
        Grading.scale == scale,
        Grading.graded_on == on,
    )
    if session.scalar(same, execution_options=ALL_ROWS) is not None:
        raise Refused(
            _("%(short_title)s was graded on that day already.", short_title=instrument.short_title),
            "graded_on",
        )
    grading = Grading(
        patient_id=patient.id,
        palsy_id=palsy.id,
        scale=scale,
        value=round(value),
        parts={key: str(answer) for key, answer in parts.items()} if len(parts) > 1 else None,
        graded_on=on,
        mode=mode,
        graded_by=graded_by,
    )
    session.add(grading)
    session.flush()
    facts = {
        "grading": grading.id,
        "scale": scale,
        "value": grading.value,
        "on": on.isoformat(),
        "mode": mode,
    }
    audit.record(session, audit.Entry(at, actor, "grading.added", patient.id, facts))
    return grading


def remove(
    session: Session, patient: Patient, grading: Grading, *, reason: str | None, at: datetime, actor: str
) -> None:
    """Take away a grading that was entered in error; what it was stays in the trail.

    Raises:
        Refused: there is no reason.
    """
    why = (reason or "").strip()
    if not why:
        raise Refused(_("Say why this grading was an error."), "reason")
    facts = {
        "grading": grading.id,
        "scale": grading.scale,
        "value": grading.value,
        "parts": grading.parts,
        "on": grading.graded_on.isoformat(),
        "mode": grading.mode,
    }
    session.delete(grading)
    session.flush()
    audit.record(session, audit.Entry(at, actor, "grading.removed", patient.id, facts, why))
