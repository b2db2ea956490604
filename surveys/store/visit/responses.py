"""Stores responses with their scores in one transaction, and checks stored scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.answers import AnswerError
from surveys.instruments.definition import Answer, DefinitionError, Instrument, parse
from surveys.instruments.library import Library
from surveys.instruments.many import score_many
from surveys.instruments.scoring import Score as Result
from surveys.instruments.scoring import score
from surveys.models import ALL_ROWS, InstrumentVersion, Response, Score, Visit
from surveys.models.dialects import insert_many, insert_numbered
from surveys.models.response import UNPROVED
from surveys.store import audit
from surveys.store.visit.alert_rules import ScoredResponse, watch
from surveys.store.visit.alerts import Cause, notice


@dataclass(frozen=True)
class NewResponse:
    """A questionnaire to store. Scoring checks the values of `answers`.

    `unproved` says why nothing shows that our pages wrote its draft; None where that is shown, or needs not.
    """

    visit_id: int
    patient_id: int
    instrument: Instrument
    version_id: int
    answers: Mapping[str, Answer]
    source: str
    submitted_at: datetime
    completed_on: date
    started_at: datetime | None = None
    locale: str | None = None
    partial: bool = False
    not_given: Mapping[str, str] = field(default_factory=dict)
    answered_at: Mapping[str, str] = field(default_factory=dict)
    answered_by: str | None = None
    corrected: tuple[audit.Value, ...] = ()
    supersedes_id: int | None = None
    reason: str | None = None
    import_id: int | None = None
    held: bool = False
    unproved: str | None = None


@dataclass(frozen=True)
class StoredAnswers:
    """The answers to one questionnaire, and the wording in which it was asked."""

    instrument: str
    version: str
    wording: str
    locale: str | None
    completed_on: date
    answers: Mapping[str, Answer]
    not_given: Mapping[str, str]


@dataclass(frozen=True)
class WrongScore:
    """A stored score that differs from the score by the frozen definition."""

    response_id: int
    scale: str
    stored: float | None
    computed: float | None


def insert_scored(
    session: Session, responses: Sequence[NewResponse], *, at: datetime, actor: str
) -> list[int]:
    """Store `responses` with all their scores; returns the ids in the same order.

    Raises:
        AnswerError: an answer is outside the choices of its item; nothing is stored.
    """
    if not responses:
        return []
    scores = _scored(responses)
    rows = [
        {
            "visit_id": new.visit_id,
            "instrument": new.instrument.key,
            "instrument_version_id": new.version_id,
            "answers": dict(new.answers),
            "not_given": dict(new.not_given),
            "answered_at": dict(new.answered_at),
            "locale": new.locale,
            "source": new.source,
            "answered_by": new.answered_by,
            "partial": new.partial,
            "supersedes_id": new.supersedes_id,
            "reason": new.reason,
            "started_at": new.started_at,
            "submitted_at": new.submitted_at,
            "completed_on": new.completed_on,
            "import_id": new.import_id,
            "held": new.held,
        }
        for new in responses
    ]
    ids = insert_numbered(session, Response, rows)
    score_rows = [
        [
            {
                "response_id": response_id,
                "scale": result.scale,
                "value": result.value,
                "items_used": result.items_used,
                "items_missing": result.items_missing,
                "prorated": result.prorated,
            }
            for result in results
        ]
        for response_id, results in zip(ids, scores, strict=True)
    ]
    insert_many(session, Score, [row for own in score_rows for row in own])
    told = (
        {**row, "patient_id": new.patient_id, "scores": own}
        for row, new, own in zip(rows, responses, score_rows, strict=True)
    )
    audit.bind(session, Response, ids, told)
    for response_id, new in zip(ids, responses, strict=True):
        if new.unproved:
            audit.record(session, _unproved(response_id, new, at))
        audit.record(session, _submitted(response_id, new, at, actor))
    watch(session, _with_scores(responses, scores), at=at, actor=actor)
    return ids


def _scored(responses: Sequence[NewResponse]) -> list[tuple[Result, ...]]:
    """The scores of each response, in order; one call scores all responses of an instrument."""
    of_instrument: dict[Instrument, list[int]] = {}
    for number, new in enumerate(responses):
        of_instrument.setdefault(new.instrument, []).append(number)
    found: dict[int, tuple[Result, ...]] = {}
    for instrument, numbers in of_instrument.items():
        scores = score_many(instrument, [responses[number].answers for number in numbers])
        found |= zip(numbers, scores, strict=True)
    return [found[number] for number in range(len(responses))]


def add(session: Session, responses: Sequence[NewResponse], *, at: datetime, actor: str) -> int:
    """Store and score responses without a draft (imported, simulated), and raise their alerts.

    `release` raises the alerts of held responses. Returns the number of alerts raised.
    """
    insert_scored(session, responses, at=at, actor=actor)
    return notice(session, _causes(new for new in responses if not new.held), at=at, actor=actor)


@dataclass(frozen=True)
class Held:
    """The held responses of an import with their scores, and the answers that alerts watch.

    They are read and scored before the transaction in which they come to count, because patients wait for
    that one. Nothing but the import itself changes them.
    """

    scored: tuple[ScoredResponse, ...] = ()
    causes: tuple[Cause, ...] = ()


def held_of(session: Session, import_id: int, library: Library) -> Held:
    """The held responses of an import."""
    query = (
        select(Response, Visit.patient_id, InstrumentVersion.version)
        .join(Visit, Visit.id == Response.visit_id)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .where(Response.import_id == import_id, Response.held)
        .order_by(Response.id)
    )
    responses = [
        NewResponse(
            visit_id=row.Response.visit_id,
            patient_id=row.patient_id,
            instrument=library.get(row.Response.instrument, row.version),
            version_id=row.Response.instrument_version_id,
            answers=row.Response.answers,
            source=row.Response.source,
            submitted_at=row.Response.submitted_at,
            completed_on=row.Response.completed_on,
        )
        for row in session.execute(query, execution_options=ALL_ROWS)
    ]
    return Held(tuple(_with_scores(responses, _scored(responses))), tuple(_causes(responses)))


def release(session: Session, import_id: int, held: Held, *, at: datetime, actor: str) -> None:
    """Make the `held` responses of an import count, and raise their alerts."""
    those = update(Response).where(Response.import_id == import_id, Response.held)
    as_they_are = ALL_ROWS | {"synchronize_session": False}
    session.execute(those.values(held=False), execution_options=as_they_are)
    watch(session, held.scored, at=at, actor=actor)
    notice(session, held.causes, at=at, actor=actor)


def _causes(responses: Iterable[NewResponse]) -> list[Cause]:
    return [
        Cause(new.visit_id, new.patient_id, new.instrument, rule.item, given, new.submitted_at, new.source)
        for new in responses
        for rule in new.instrument.alerts
        if isinstance(given := new.answers.get(rule.item), int | float) and given >= rule.at_least
    ]


def _with_scores(
    responses: Sequence[NewResponse], scores: Sequence[tuple[Result, ...]]
) -> list[ScoredResponse]:
    return [
        ScoredResponse(
            new.visit_id,
            new.patient_id,
            new.instrument,
            new.source,
            new.submitted_at,
            {one.scale: one.value for one in results},
            new.answers,
        )
        for new, results in zip(responses, scores, strict=True)
        if not new.held
    ]


def current(session: Session, visit_id: int) -> list[StoredAnswers]:
    """The responses of a visit that stand."""
    query = (
        select(
            Response.instrument,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            Response.locale,
            Response.completed_on,
            Response.answers,
            Response.not_given,
        )
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .where(Response.visit_id == visit_id, Response.stands)
    )
    return [StoredAnswers(**row) for row in session.execute(query).mappings()]


def wrong_scores(session: Session) -> Iterator[WrongScore]:
    """Stored scores that differ from the frozen definition's; missing and surplus scores too."""
    instruments = dict(_frozen(session))
    query = (
        select(Response.id, Response.answers, Response.instrument_version_id)
        .order_by(Response.id)
        .execution_options(yield_per=1000)
    )
    for page in session.execute(query).partitions():
        first, last = page[0].id, page[-1].id
        stored: dict[int, dict[str, Score]] = {}
        for one in session.scalars(select(Score).where(Score.response_id.between(first, last))):
            stored.setdefault(one.response_id, {})[one.scale] = one
        for response in page:
            kept = stored.get(response.id, {})
            try:
                instrument = instruments[response.instrument_version_id]
                computed = {result.scale: result for result in score(instrument, response.answers)}
            except (AnswerError, TypeError, AttributeError, LookupError):  # no answers as they are written
                computed = {}
            for scale in sorted(kept.keys() | computed.keys()):
                row, result = kept.get(scale), computed.get(scale)
                if (
                    row is None
                    or result is None
                    or (
                        (row.value, row.items_used, row.items_missing, row.prorated)
                        != (result.value, result.items_used, result.items_missing, result.prorated)
                    )
                ):
                    yield WrongScore(
                        response.id, scale, row.value if row else None, result.value if result else None
                    )
        session.expunge_all()


def _frozen(session: Session) -> Iterator[tuple[int, Instrument]]:
    """The frozen definitions by id; by one that was damaged nothing can be scored."""
    query = select(InstrumentVersion.id, InstrumentVersion.instrument, InstrumentVersion.definition)
    for row in session.execute(query):
        with suppress(DefinitionError):
            yield row.id, parse(row.definition, _("the frozen %(instrument)s", instrument=row.instrument))


def _unproved(response_id: int, new: NewResponse, at: datetime) -> audit.Entry:
    facts = {
        "response": response_id,
        "visit": new.visit_id,
        "instrument": new.instrument.key,
        "why": new.unproved,
    }
    return audit.Entry(at, "program", UNPROVED, new.patient_id, facts)


def _submitted(response_id: int, new: NewResponse, at: datetime, actor: str) -> audit.Entry:
    return audit.Entry(
        at,
        actor,
        "response.stored",
        new.patient_id,
        {
            "response": response_id,
            "visit": new.visit_id,
            "instrument": new.instrument.key,
            "version": new.instrument.version,
            "source": new.source,
            **({"partial": True} if new.partial else {}),
            **({"supersedes": new.supersedes_id} if new.supersedes_id else {}),
        },
        new.reason,
        new.corrected,
    )
