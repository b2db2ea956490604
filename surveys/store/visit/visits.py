"""Visits outside the plan, and when a visit may have a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.library import Library, asking_order
from surveys.models import ALL_ROWS, Patient, Response, Study, Visit
from surveys.schedule import Window, not_yet_open, unscheduled
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.visit import links
from surveys.store.words import permissions
from surveys.store.words.wordings import Texts

UNSCHEDULED = "unscheduled"
LATE_DAYS = 14
LONGEST_REASON = 200


def add_unscheduled(
    session: Session,
    study: Study,
    patient: Patient,
    battery: Sequence[str],
    library: Library,
    *,
    on: date,
    at: datetime,
    actor: str,
) -> Visit:
    """Add a visit outside the plan, open from `on`, that asks `battery`.

    Raises:
        Refused: the battery is empty, a visit of today asks the same, the study is closed, or the patient no
            longer takes part.
    """
    if not battery:
        raise Refused(_("Choose at least one questionnaire."), "battery")
    if forbidden := [key for key in battery if key not in askable(session, study, library)]:
        raise Refused(
            _("Study %(code)s may not ask %(forbidden)s.", code=study.code, forbidden=", ".join(forbidden)),
            "battery",
        )
    if study.status == "closed":
        raise Refused(_("Study %(code)s is closed: it takes no further visits.", code=study.code))
    if patient.gone:
        raise Refused(_("Patient %(code)s takes part no longer.", code=patient.code))
    if _waiting(session, patient, on, battery):
        raise Refused(_("A visit that asks just this was opened today and is not answered yet."), "battery")
    return lay_unscheduled(
        session, patient, asking_order(battery, library), unscheduled(on), at=at, actor=actor
    )


def lay_unscheduled(
    session: Session, patient: Patient, battery: Sequence[str], when: Window, *, at: datetime, actor: str
) -> Visit:
    """The patient's next visit outside the plan."""
    before = session.scalar(
        select(func.max(Visit.occurrence)).where(Visit.patient_id == patient.id, Visit.name == UNSCHEDULED),
        execution_options=ALL_ROWS,
    )
    visit = Visit(
        patient_id=patient.id,
        study_id=patient.study_id,
        name=UNSCHEDULED,
        occurrence=(before or 0) + 1,
        opens_on=when.opens_on,
        due_on=when.due_on,
        closes_on=when.closes_on,
        battery=list(battery),
    )
    session.add(visit)
    session.flush()
    facts = {"visit": visit.name, "occurrence": visit.occurrence, "battery": visit.battery}
    audit.record(session, audit.Entry(at, actor, "visit.added", patient.id, facts))
    return visit


def keep_once(
    session: Session, study: Study, patient: Patient, key: str, *, on: date, at: datetime, actor: str
) -> Visit:
    """The place of the answers to a form that is filled in once for a patient; made where it is not there.

    It is a visit outside the plan with the form's key as its name, which asks the patient nothing.

    Raises:
        Refused: the study is closed, or the patient no longer takes part.
    """
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    there = session.scalar(select(Visit).where(Visit.patient_id == patient.id, Visit.name == key))
    if there is not None:
        return there
    if study.status == "closed":
        raise Refused(_("Study %(code)s is closed: it takes no further visits.", code=study.code))
    if patient.gone:
        raise Refused(_("Patient %(code)s takes part no longer.", code=patient.code))
    visit = Visit(
        patient_id=patient.id,
        study_id=patient.study_id,
        name=key,
        occurrence=1,
        opens_on=on,
        due_on=on,
        closes_on=on,
        battery=[],
    )
    session.add(visit)
    session.flush()
    facts: dict[str, object] = {"visit": key, "occurrence": 1, "battery": []}
    audit.record(session, audit.Entry(at, actor, "visit.added", patient.id, facts))
    return visit


def _waiting(session: Session, patient: Patient, on: date, battery: Sequence[str]) -> bool:
    """Whether the same visit was made today already, for example by a second press of the button."""
    untouched = select(Visit.battery).where(
        Visit.patient_id == patient.id,
        Visit.name == UNSCHEDULED,
        Visit.opens_on == on,
        Visit.missed_reason.is_(None),
        Visit.withdrawn_at.is_(None),
        ~exists().where(Response.visit_id == Visit.id),
    )
    return any(set(asked) == set(battery) for asked in session.scalars(untouched))


def miss(session: Session, visit: Visit, reason: str, *, at: datetime, actor: str) -> None:
    """Record that the visit is missed, and why; its answers stay.

    Raises:
        Refused: the reason is missing, or the visit was answered.
    """
    if visit.done_at is not None:
        raise Refused(_("Everything that this visit asks was answered, so it was not missed."))
    why = reason.strip()
    if not why:
        raise Refused(_("Say why the visit was missed."), "reason")
    if len(why) > LONGEST_REASON:
        raise Refused(
            _("The reason has at most %(longest_reason)s characters.", longest_reason=LONGEST_REASON),
            "reason",
        )
    visit.missed_reason = why
    session.flush()
    facts = {"visit": visit.name, "occurrence": visit.occurrence}
    audit.record(session, audit.Entry(at, actor, "visit.missed", visit.patient_id, facts, why))


def let_in_late(session: Session, visit: Visit, *, on: date, at: datetime, actor: str) -> None:
    """Open a visit that is over or missed for another `LATE_DAYS` from the day `on`.

    Its due day stays, so that the analysis sees how late it was. Its links last as long.

    Raises:
        Refused: it has not opened yet.
    """
    if not_yet_open(visit, on):
        raise Refused(_("This visit opens later; there is nothing to make up for."))
    facts = {
        "visit": visit.name,
        "occurrence": visit.occurrence,
        "closed_on": visit.closes_on.isoformat(),
        "missed": visit.missed_reason,
    }
    visit.closes_on = max(visit.closes_on, on + timedelta(days=LATE_DAYS))
    visit.missed_reason = None
    session.flush()
    links.outlive(session, visit)
    facts["closes_on"] = visit.closes_on.isoformat()
    audit.record(session, audit.Entry(at, actor, "visit.let_in_late", visit.patient_id, facts))


def askable(session: Session, study: Study, library: Library) -> list[str]:
    """The instruments that `study` may ask: with words and needed crisis texts in all its languages."""
    keys = [one.key for one in library.of_study(study.code)]
    asked = permissions.asked(session, study, keys, Texts(library))
    return [
        key
        for key, instrument in asked.items()
        if not any(permissions.hindrances(study, instrument))
        and (
            not any(alert.crisis for alert in instrument.alerts)
            or all(study.crisis_texts.get(locale) for locale in study.locales)
        )
    ]
