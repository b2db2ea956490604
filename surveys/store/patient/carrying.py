"""What a person gave under a second code goes over to the code that goes on, unless the two contradict.

Whose a row is never changes, so answers are stored once more with the other patient, and say where they come
from. Those of the second code stay, and are counted nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import (
    Assistance,
    Background,
    Consent,
    ConsentText,
    Draft,
    Grading,
    InstrumentVersion,
    Palsy,
    Patient,
    Priority,
    Response,
    Treatment,
    Visit,
)
from surveys.schedule import Window, is_open
from surveys.store import audit
from surveys.store.patient import consents
from surveys.store.visit import visits
from surveys.store.visit.responses import NewResponse, insert_scored
from surveys.store.words.wordings import Texts

NOT_KNOWN = (None, "unknown")
OF_PERSON = {"birth_year": _("year of birth"), "sex": _("sex")}
OF_PALSY = {"side": _("side"), "cause": _("cause"), "begin": _("beginning"), "onset_on": _("onset")}
ASIDE = (Background, Assistance, Priority)


def contradictions(session: Session, second: Patient, known: Patient, texts: Texts) -> Iterator[str]:
    """A sentence for each thing that cannot be true of one person, or that nobody can carry over."""
    for name, word in OF_PERSON.items():
        yield from _differing(second, known, word, getattr(second, name), getattr(known, name))
    own, theirs = _index_palsy(session, second), _index_palsy(session, known)
    for name, word in OF_PALSY.items():
        yield from _differing(second, known, word, getattr(own, name, None), getattr(theirs, name, None))
    codes = {"code": second.code, "code_2": known.code}
    if session.scalar(select(exists().where(Treatment.patient_id == second.id))):
        yield _(
            "A treatment is recorded for %(code)s. Enter it for %(code_2)s, and take it back here.", **codes
        )
    if session.scalar(select(exists().where(Grading.patient_id == second.id))):
        yield _(
            "A grading is recorded for %(code)s. Enter it for %(code_2)s, and take it back here.", **codes
        )
    decision = consents.of_patient(session, known.id)
    if decision is not None and decision.decision != "agreed":
        yield _(
            "%(code)s declined on %(signed_on)s, and %(code_2)s agreed. Ask what holds.",
            code=known.code,
            signed_on=decision.signed_on,
            code_2=second.code,
        )
    before = {(one.instrument, one.completed_on): one for one, __ in _answered(session, known)}
    for one, __ in _answered(session, second):
        there = before.get((one.instrument, one.completed_on))
        if there is not None and there.answers != one.answers:
            title = texts.library.get(one.instrument).short_title
            yield (
                _(
                    "%(code)s and %(code_2)s both answered %(title)s on %(completed_on)s, and not alike. "
                    "Annul the one that is wrong first.",
                    code=known.code,
                    code_2=second.code,
                    title=title,
                    completed_on=one.completed_on,
                )
            )


def carry_over(
    session: Session, second: Patient, known: Patient, texts: Texts, *, at: datetime, actor: str
) -> int:
    """Store what `second` sent with `known` too; returns how many questionnaires went over.

    A visit's answers go to the same occasion of the plan where `known` has not begun it and the day lies in
    its window, otherwise to a visit outside the plan. What `known` has word for word on that day is passed
    over. The consent goes along where none is recorded.
    """
    _agree(session, second, known, at, actor)
    before = {(one.instrument, one.completed_on) for one, __ in _answered(session, known)}
    new = [
        (one, version)
        for one, version in _answered(session, second)
        if (one.instrument, one.completed_on) not in before
    ]
    for visit_id, group in groupby(new, key=lambda pair: pair[0].visit_id):
        given = list(group)
        visit = session.get_one(Visit, visit_id)
        place = _place(session, known, visit, [one for one, __ in given], at, actor)
        copies = [
            NewResponse(
                visit_id=place.id,
                patient_id=known.id,
                instrument=texts.get(session, one.instrument, version.version, version.wording),
                version_id=one.instrument_version_id,
                answers=one.answers,
                source=one.source,
                submitted_at=one.submitted_at,
                completed_on=one.completed_on,
                started_at=one.started_at,
                locale=one.locale,
                partial=one.partial,
                not_given=one.not_given,
                answered_at=one.answered_at,
                answered_by=one.answered_by,
                reason=f"given as {second.code}, the same person",
            )
            for one, version in given
        ]
        insert_scored(session, copies, at=at, actor=actor)
        _set_aside(session, visit, place)
    if new:
        facts = {"from": second.code, "responses": len(new)}
        audit.record(session, audit.Entry(at, actor, "patient.answers_joined", known.id, facts))
    return len(new)


def _differing(second: Patient, known: Patient, word: str, one: object, other: object) -> Iterator[str]:
    if one not in NOT_KNOWN and other not in NOT_KNOWN and one != other:
        yield (
            _(
                "The %(word)s of %(code)s is %(one)s, that of %(code_2)s is %(other)s. Correct the "
                "one that is wrong first, or keep them apart.",
                word=word,
                code=second.code,
                one=one,
                code_2=known.code,
                other=other,
            )
        )


def _index_palsy(session: Session, patient: Patient) -> Palsy | None:
    return session.scalar(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index))


def _answered(session: Session, patient: Patient) -> Sequence[tuple[Response, InstrumentVersion]]:
    """The responses that stand, visit by visit, with what was asked."""
    query = (
        select(Response, InstrumentVersion)
        .join(Visit, Visit.id == Response.visit_id)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .where(Visit.patient_id == patient.id, Response.stands)
        .order_by(Response.visit_id, Response.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _agree(session: Session, second: Patient, known: Patient, at: datetime, actor: str) -> None:
    """Record the decision for `known` too, where none is recorded."""
    given: Consent | None = consents.of_patient(session, second.id)
    if given is None or given.decision != "agreed" or consents.of_patient(session, known.id) is not None:
        return
    consents.decide(
        session,
        known.id,
        session.get(ConsentText, given.consent_text_id) if given.consent_text_id else None,
        agreed=True,
        parts=[part for part, agreed in given.parts.items() if agreed],
        how=given.how,
        signed_on=given.signed_on,
        reference=given.reference,
        at=at,
        actor=actor,
    )


def _place(
    session: Session, known: Patient, visit: Visit, given: Sequence[Response], at: datetime, actor: str
) -> Visit:
    """Where the answers of `visit` go."""
    begun = [exists().where(table.visit_id == Visit.id) for table in (Response, Draft, *ASIDE)]
    query = select(Visit).where(
        Visit.patient_id == known.id,
        Visit.timepoint_id == visit.timepoint_id,
        Visit.occurrence == visit.occurrence,
        Visit.withdrawn_at.is_(None),
        Visit.missed_reason.is_(None),
        *(~one for one in begun),
    )
    planned = session.scalar(query) if visit.timepoint_id else None
    days = [one.completed_on for one in given]
    if planned is not None and all(is_open(planned, day) for day in days):
        return planned
    return visits.lay_unscheduled(
        session,
        known,
        [one.instrument for one in given],
        Window(min(days), min(days), max(days)),
        at=at,
        actor=actor,
    )


def _set_aside(session: Session, visit: Visit, place: Visit) -> None:
    """What was said at the visit beside the questionnaires: palsy and treatment, who helped, what matters."""
    for table in ASIDE:
        columns = [one.name for one in table.__table__.columns if one.name not in {"id", "visit_id"}]
        for row in session.scalars(select(table).where(table.visit_id == visit.id).order_by(table.id)).all():
            session.add(table(visit_id=place.id, **{name: getattr(row, name) for name in columns}))
            session.flush()
