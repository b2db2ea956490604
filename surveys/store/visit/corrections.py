"""Answers that staff enter for a patient, from paper or the telephone, and their later corrections.

A response is never changed: a correction supersedes it, answers under the wrong patient are annulled. Alerts
follow at once, as for answers that patients give themselves.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.definition import Answer, Instrument, Item
from surveys.instruments.library import Library
from surveys.models import Draft, Erasure, Patient, Response, Study, Visit, consent
from surveys.models.assistance import ANSWERED_BY
from surveys.schedule import not_yet_open
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study.studies import items_asked, today
from surveys.store.visit import planning
from surveys.store.visit.alert_rules import ScoredResponse, watch
from surveys.store.visit.alerts import Cause, notice, notice_skipped
from surveys.store.visit.responses import NewResponse, insert_scored
from surveys.store.words import versions

ENTERED = ("paper", "staff_read")
EARLY = timedelta(days=31)
"""Paper is handed out before a visit opens. A day further off is a slip, and would make an alert old."""


@dataclass(frozen=True)
class TypedAnswers:
    """A questionnaire as staff read it from paper or heard it. A missing item was left empty.

    `without_consent` says why it is entered although no consent is recorded.
    """

    answers: Mapping[str, Answer]
    source: str
    on: date
    locale: str | None = None
    answered_by: str | None = None
    without_consent: str | None = None


def enter(
    session: Session,
    study: Study,
    visit: Visit,
    instrument: Instrument,
    entry: TypedAnswers,
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> int:
    """Store a questionnaire of `visit` that staff entered; its response's id.

    A visit that asks it again soon opens later or leaves it out, as after an answer by the link.

    Raises:
        Refused: it is answered or begun already, no item is answered, the day is impossible, the patient's
            identity was removed, or consent is due and nothing says why it is entered without.
        AnswerError: an answer is outside the choices of its item.
    """
    if entry.source not in ENTERED or entry.answered_by not in {None, *ANSWERED_BY}:
        raise Refused(_("Say how it was answered."), "source")
    patient = _lock(session, visit)
    if session.scalar(select(Erasure.id).where(Erasure.patient_id == patient.id).limit(1)) is not None:
        raise Refused(_("This patient's identity was removed: nothing more is entered."))
    _must_be_free(session, visit, instrument.key)
    _check_day(study, patient, entry.on, at)
    _check_early(visit, entry.on)
    given = {item: value for item, value in entry.answers.items() if value is not None}
    if not given:
        raise Refused(_("Not one answer was entered."))
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=at),
        answers=given,
        not_given=_not_given(items_asked(instrument, study.optional_items), given),
        source=entry.source,
        answered_by=entry.answered_by,
        locale=entry.locale,
        submitted_at=min(at, _noon(study, entry.on)),
        completed_on=entry.on,
    )
    _note_consent(session, patient, new, entry.without_consent, at, actor)
    response_id = _store(session, visit, new, at=at, actor=actor)
    planning.space_out(session, patient.id, library, at=at, actor=actor)
    return response_id


def consent_due(session: Session, patient: Patient) -> bool:
    """Whether the patient's consent is asked before answers are entered."""
    return bool(session.scalar(select(consent.wanted(patient.study_id, patient.id))))


def correct(
    session: Session,
    study: Study,
    response: Response,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    *,
    reason: str,
    at: datetime,
    actor: str,
) -> int:
    """Replace the answers of `response`, which stays stored, by `answers`; returns the new response's id.

    `instrument` is the one that was answered, in its version. Day, source and language stay the same, and a
    partial response stays partial.

    Raises:
        Refused: no reason is given, the answers are the same, or the response no longer stands.
        AnswerError: an answer is outside the choices of its item.
    """
    reason = _reason(reason)
    visit = session.get_one(Visit, response.visit_id)
    patient = _lock(session, visit)
    _must_stand(session, response)
    given = {item: value for item, value in answers.items() if value is not None}
    changed = [item.key for item in instrument.items if response.answers.get(item.key) != given.get(item.key)]
    if not changed:
        raise Refused(_("These answers are those that are stored. Nothing was changed."))
    response.superseded_at = at
    session.flush()
    kept = {item: why for item, why in response.not_given.items() if item not in given}
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=instrument,
        version_id=response.instrument_version_id,
        answers=given,
        not_given={**{item: "skipped" for item in changed if item not in given}, **kept},
        answered_at={item: when for item, when in response.answered_at.items() if item not in changed},
        source=response.source,
        answered_by=response.answered_by,
        locale=response.locale,
        partial=response.partial,
        started_at=response.started_at,
        submitted_at=response.submitted_at,
        completed_on=response.completed_on,
        supersedes_id=response.id,
        reason=reason,
        corrected=tuple(
            audit.Value(f"{instrument.key}.{item}", _spelt(response.answers, item), _spelt(given, item))
            for item in changed
        ),
    )
    unchanged = {item.key for item in instrument.items} - set(changed)
    return _store(session, visit, new, at=at, actor=actor, unchanged=unchanged)


def annul(
    session: Session,
    response: Response,
    instrument: Instrument,
    library: Library,
    *,
    reason: str,
    right: Visit | None = None,
    study: Study,
    at: datetime,
    actor: str,
) -> int | None:
    """Annul answers that are another patient's; where `right` is given, enter them there.

    Their alerts stay and say that the answer was withdrawn. Returns the id of the response under the right
    patient.

    Raises:
        Refused: no reason is given, the response no longer stands, or the right visit is the same, has this
            questionnaire already, is in another study, or its patient's consent is due.
    """
    reason = _reason(reason)
    visit = session.get_one(Visit, response.visit_id)
    for one in sorted([visit, right] if right else [visit], key=lambda each: each.id):
        _lock(session, one)
    patient = session.get_one(Patient, visit.patient_id)
    _must_stand(session, response)
    response.annulled_at = at
    session.flush()
    facts = {"response": response.id, "visit": visit.id, "instrument": response.instrument}
    audit.record(session, audit.Entry(at, actor, "response.annulled", patient.id, facts, reason))
    taken_back = [
        Cause(visit.id, patient.id, instrument, rule.item, None, response.submitted_at)
        for rule in instrument.alerts
    ]
    notice(session, taken_back, at=at, actor=actor)
    nothing = ScoredResponse(visit.id, patient.id, instrument, response.source, response.submitted_at, {})
    watch(session, [nothing], at=at, actor=actor)
    if right is None:
        return None
    owner = session.get_one(Patient, right.patient_id)
    if right.id == visit.id or owner.study_id != patient.study_id:
        raise Refused(_("Choose another visit of this study."), "visit")
    if consent_due(session, owner):
        raise Refused(
            _(
                "No consent of %(code)s is recorded. Record it first, or annul here and enter it there.",
                code=owner.code,
            ),
            "patient",
        )
    _must_be_free(session, right, response.instrument)
    _check_day(study, owner, response.completed_on, at)
    new = NewResponse(
        visit_id=right.id,
        patient_id=owner.id,
        instrument=instrument,
        version_id=response.instrument_version_id,
        answers=response.answers,
        not_given=response.not_given,
        answered_at=response.answered_at,
        source=response.source,
        answered_by=response.answered_by,
        locale=response.locale,
        partial=response.partial,
        started_at=response.started_at,
        submitted_at=response.submitted_at,
        completed_on=response.completed_on,
        reason=reason,
    )
    response_id = _store(session, right, new, at=at, actor=actor)
    planning.space_out(session, owner.id, library, at=at, actor=actor)
    return response_id


def _store(
    session: Session,
    visit: Visit,
    new: NewResponse,
    *,
    at: datetime,
    actor: str,
    unchanged: Collection[str] = (),
) -> int:
    """Store the response, its scores, and alerts except for `unchanged` items; fix the visit's dates."""
    [response_id] = insert_scored(session, [new], at=at, actor=actor)
    if visit.opened_at is None:
        visit.opened_at = at
    for rule in new.instrument.alerts:
        if rule.item in unchanged:
            continue
        answer = new.answers.get(rule.item)
        number = answer if isinstance(answer, int | float) else None
        cause = Cause(
            visit.id, new.patient_id, new.instrument, rule.item, number, new.submitted_at, new.source
        )
        notice(session, [cause], at=at, actor=actor)
        if number is not None or new.not_given.get(rule.item) == "skipped":
            notice_skipped(session, cause, at=at, actor=actor)
    return response_id


def _lock(session: Session, visit: Visit) -> Patient:
    """Lock the visit against other answers until the transaction ends."""
    session.execute(select(Visit.id).where(Visit.id == visit.id).with_for_update())
    return session.get_one(Patient, visit.patient_id)


def _note_consent(
    session: Session, patient: Patient, new: NewResponse, why: str | None, at: datetime, actor: str
) -> None:
    """Tell the trail that answers come without a recorded consent, and why."""
    if not consent_due(session, patient):
        return
    if not (why or "").strip():
        raise Refused(_("This patient's consent is not recorded. Say whether it was given."), "given")
    facts = {"visit": new.visit_id, "instrument": new.instrument.key}
    audit.record(
        session, audit.Entry(at, actor, "answers.without_consent", patient.id, facts, (why or "").strip())
    )


def _must_be_free(session: Session, visit: Visit, key: str) -> None:
    answered = select(Response.id).where(
        Response.visit_id == visit.id,
        Response.instrument == key,
        Response.stands,
    )
    if session.scalar(answered):
        raise Refused(_("This questionnaire is answered at this visit already. Correct it instead."))
    if session.scalar(select(Draft.id).where(Draft.visit_id == visit.id, Draft.instrument == key)):
        raise Refused(
            _(
                "The patient has begun this questionnaire by the link. It can be corrected once it "
                "is sent, or "
                "once the visit is over and what was answered is kept."
            )
        )


def _must_stand(session: Session, response: Response) -> None:
    session.refresh(response)
    if not response.stands:
        raise Refused(_("These answers were corrected or annulled in the meantime."))


def _check_day(study: Study, patient: Patient, on: date, at: datetime) -> None:
    if on > today(study, at):
        raise Refused(_("This date lies ahead."), "on")
    if patient.gone and on > patient.status_since:
        raise Refused(
            _(
                "Patient %(code)s took part until %(status_since)s.",
                code=patient.code,
                status_since=patient.status_since,
            ),
            "on",
        )


def _check_early(visit: Visit, on: date) -> None:
    if not_yet_open(visit, on + EARLY):
        raise Refused(
            _(
                "More than %(days)s days before the visit opens on %(opens_on)s. Check the year.",
                days=EARLY.days,
                opens_on=visit.opens_on,
            ),
            "on",
        )


def _not_given(asked: tuple[Item, ...], given: Mapping[str, Answer]) -> dict[str, str]:
    return {item.key: "skipped" for item in asked if item.key not in given}


def _noon(study: Study, on: date) -> datetime:
    return datetime.combine(on, time(12), ZoneInfo(study.timezone))


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("Say why."), "reason")
    return text.strip()


def _spelt(answers: Mapping[str, Answer], item: str) -> str:
    return json.dumps(answers.get(item))
