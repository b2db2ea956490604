"""Whether a patient takes part: paused, left, lost, died; and which messages must not go out then.

The same transaction cancels planned messages that must not go out any more; the claim of a message asks for
the status again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.orm import Session

from analysis.data.statuses import GONE, REASONS, STATUSES, WITH_REASON
from analysis.words import words as _
from surveys.models import Erasure, Link, Message, Patient, Study, Visit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.post import messages
from surveys.store.study.studies import today


def change_status(
    session: Session,
    patient: Patient,
    status: str,
    *,
    on: date,
    at: datetime,
    actor: str,
    reason: str | None = None,
    why: str | None = None,
    everywhere: bool = True,
) -> list[Patient]:
    """Give `patient` the `status` since the day `on`; in one transaction in every study of the same person.

    `why` is the code of a reason for which a patient left or is lost, `reason` says it in words.

    A death always holds in all of them, and taking part again holds in this study alone. In another study a
    death never changes, and a patient who left can change only to a death. Live links of patients who left or
    died are revoked. Returns the changed patients, `patient` first.

    Raises:
        Refused: the day lies ahead or before the enrolment, the status is the same, or a patient who left or
            died would take part again without a reason, or with an identity that was removed.
    """
    if status not in STATUSES:
        raise Refused(_("%(status)s is no status.", status=repr(status)), "status")
    if why is not None and (why not in REASONS or status not in WITH_REASON):
        raise Refused(
            _("%(why)s is no reason of the status %(status)s.", why=repr(why), status=repr(status)), "why"
        )
    study = session.get_one(Study, patient.study_id)
    if on > today(study, at):
        raise Refused(_("This date lies ahead. Enter the day from which it holds."), "since")
    rows = of_the_person(session, patient, status == "died" or (everywhere and status != "active"))
    [own, *others] = rows
    if on < own.enrolled_on:
        raise Refused(
            _("This lies before the enrolment (%(enrolled_on)s).", enrolled_on=own.enrolled_on), "since"
        )
    if (own.status, own.status_since, own.status_reason) == (status, on, why):
        raise Refused(_("This is recorded already."), "status")
    if own.gone and status not in GONE and not (reason or "").strip():
        raise Refused(_("Say why: this patient had left or died."), "reason")
    if status not in GONE and _is_erased(session, own):
        raise Refused(
            _("This patient's identity was removed. To take part again needs a new code."), "status"
        )
    changed = [own, *(one for one in others if one.status != status and (status == "died" or not one.gone))]
    for one in changed:
        _change(session, one, status, on, at, actor, (reason or "").strip() or None, why, patient.code)
    return changed


@dataclass(frozen=True)
class Stopping:
    """What stops at once when a patient leaves or dies: in how many studies, planned messages, live links."""

    studies: int
    messages: int
    links: int


def stopping(session: Session, patients: Sequence[Patient], everywhere: bool) -> Stopping:
    """What would stop now if all of `patients` left or died, in their study or `everywhere`."""
    chosen = or_(false(), *(_same_person(patient, everywhere) for patient in patients))
    theirs = select(Patient.id).where(chosen)
    visits = select(Visit.id).where(Visit.patient_id.in_(theirs))
    waiting = select(func.count(Message.id)).where(
        Message.visit_id.in_(visits), Message.outcome.is_(None), Message.claimed_at.is_(None)
    )
    live = select(func.count(Link.id)).where(Link.visit_id.in_(visits), Link.revoked_at.is_(None))
    counted = select(
        select(func.count(Patient.study_id.distinct())).where(chosen).scalar_subquery(),
        waiting.scalar_subquery(),
        live.scalar_subquery(),
    )
    return Stopping(*session.execute(counted).one())


def _is_erased(session: Session, patient: Patient) -> bool:
    query = select(Erasure.id).where(Erasure.patient_id == patient.id).limit(1)
    return session.scalar(query) is not None


def of_the_person(session: Session, patient: Patient, everywhere: bool) -> list[Patient]:
    """The patient's row first, then those of the same person in other studies; all locked, by id."""
    query = select(Patient).where(_same_person(patient, everywhere)).order_by(Patient.id).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    return sorted(rows, key=lambda row: row.id != patient.id)


def _same_person(patient: Patient, everywhere: bool) -> ColumnElement[bool]:
    if everywhere and patient.contact_id is not None:
        return Patient.contact_id == patient.contact_id
    return Patient.id == patient.id


def _change(
    session: Session,
    patient: Patient,
    status: str,
    on: date,
    at: datetime,
    actor: str,
    reason: str | None,
    why: str | None,
    through: str,
) -> None:
    facts = {"from": patient.status, "to": status, "since": on.isoformat(), "through": through}
    if why is not None:
        facts["why"] = why
    patient.status, patient.status_since = status, max(on, patient.enrolled_on)
    patient.status_reason = why
    if patient.gone:
        of_patient = select(Visit.id).where(Visit.patient_id == patient.id)
        live = update(Link).where(Link.visit_id.in_(of_patient), Link.revoked_at.is_(None))
        revoked = session.execute(live.values(revoked_at=at).returning(Link.id)).all()
        facts["links_revoked"] = str(len(revoked))
    session.flush()
    messages.plan_patient(session, patient.id, at=at)
    audit.record(session, audit.Entry(at, actor, "patient.status", patient.id, facts, reason))


def others(session: Session, patient: Patient) -> int:
    """In how many further studies the same person is enrolled."""
    if patient.contact_id is None:
        return 0
    query = select(func.count()).select_from(Patient)
    return (
        session.scalar(query.where(Patient.contact_id == patient.contact_id, Patient.id != patient.id)) or 0
    )
