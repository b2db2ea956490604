"""The proof of the record: each chain of events is whole, each bound row is what its last event says."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from surveys.instruments.definition import DefinitionError, parse
from surveys.instruments.instrument import canonical_sha256
from surveys.models import (
    Binding,
    Erasure,
    Event,
    EventValue,
    Freeze,
    InstrumentVersion,
    Patient,
    Report,
    ReportFile,
)
from surveys.models.facts import BY_SUBJECT, FACTS, Fact
from surveys.models.functions import link_hash
from surveys.models.report import FORMS
from surveys.signing import CLOCKS_APART
from surveys.store.audit import binding, chain
from surveys.store.audit.binding import GONE
from surveys.store.audit.heads import Head, names

AT_ONCE = 500
# What comes of reading what nothing of ours holds: a number in place of a list, a date that is none.
STRANGE = (TypeError, ValueError, LookupError, AttributeError)
_BINDING = Binding.__table__
_EARLIER = ("id", *chain.CONTENT, "previous_hash")


@dataclass(frozen=True)
class Break:
    """Where the record does not hold, and why."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}."


@dataclass
class Looked:
    """How far a proof has looked."""

    chains: int = 0
    events: int = 0
    rows: int = 0
    back: int = 0
    first_back: str = ""

    def __str__(self) -> str:
        told = f"Looked at {self.events} events of {self.chains} chains, and at {self.rows} rows they bind."
        if not self.back:
            return told
        return (
            f"{told} The time of {self.back} is more than {CLOCKS_APART.seconds // 60} minutes before that "
            f"of the event before, first of {self.first_back}: a clock was set, or long work stored what it "
            "had begun earlier. Events stand in the order of their numbers, so this is no fault."
        )


def verify(
    session: Session,
    *,
    expected: Sequence[Head] = (),
    since: Sequence[Head] = (),
    looked: Looked | None = None,
) -> Iterator[Break]:
    """Every place where the record does not hold; empty for a whole one.

    Each head of `expected` must be an event of its chain. With `since`, a head that was verified before, the
    events up to it are taken as read. An erased value is not a break where its patient has an erasure.
    Memory does not grow with the number of rows.
    """
    looked = looked or Looked()
    named = names(session)
    begun = {head.chain: head for head in since}
    seen = session.scalars(select(Event.study_id).distinct().order_by(Event.study_id)).all()
    for study_id in seen:
        looked.chains += 1
        name = named.get(study_id, "")
        yield from _told(f"Chain {name}", _one_chain(session, study_id, begun.get(name), looked))
    yield from _unexpected(session, [*since, *expected], {name: study for study, name in named.items()})
    yield from _without_event(session)
    for fact in FACTS:
        yield from _told(f"Table {fact.subject}", _rows(session, fact, looked))
        yield from _missing(session, fact)
    yield from _told("Frozen texts and data", _frozen(session))
    yield from _told("Kept reports", _reports(session))


def _told(where: str, breaks: Iterator[Break]) -> Iterator[Break]:
    """The breaks, and one more where it cannot be read on."""
    try:
        yield from breaks
    except STRANGE as error:
        yield Break(
            where, f"it holds what was never written so, and was not read on ({type(error).__name__})"
        )


def _one_chain(session: Session, study_id: int | None, begun: Head | None, looked: Looked) -> Iterator[Break]:
    number, previous = (begun.number, begun.hash) if begun else (0, chain.FIRST_HASH)
    query = select(*Event.__table__.columns).where(Event.study_id == study_id).order_by(Event.number)
    last = None
    while page := session.execute(query.where(Event.number > number).limit(AT_ONCE)).mappings().all():
        looked.events += len(page)
        for row in page:
            number += 1
            where = _named(row)
            if row["number"] != number:
                yield Break(where, f"number {number} of its chain is missing before it")
                number = row["number"]
            if row["previous_hash"] != previous:
                yield Break(where, "it does not follow on the event before it")
            if row["hash"] not in _hashes(dict(row)):
                yield Break(where, "its content was changed after it was written")
            previous = row["hash"]
            if last is not None and row["at"] < last - CLOCKS_APART:
                looked.back += 1
                looked.first_back = looked.first_back or where
            last = row["at"]
        yield from _told(f"{where} or one up to {AT_ONCE} before it", _values(session, page))
        yield from _told(f"{where} or one up to {AT_ONCE} before it", _bindings(session, page))


def _hashes(row: Mapping[str, Any]) -> Iterator[str]:
    """The hashes that an event may have: today's, and in the installation's chain that of earlier versions.

    Those had one chain. It became the installation's, and its hash covered the id, which was the number.
    """
    yield link_hash(row["study_id"], row["number"], row["previous_hash"], chain.content_digest(row))
    if row["study_id"] is None and row["id"] == row["number"]:
        content = {name: row[name] for name in _EARLIER} | {"at": row["at"].isoformat()}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield hashlib.sha256(canonical.encode()).hexdigest()


def _values(session: Session, page: Sequence[Mapping[Any, Any]]) -> Iterator[Break]:
    """The values of some events are what their digests say, and only an erasure took some away."""
    ids = {row["id"]: row for row in page}
    there: dict[tuple[int, str], bool] = {}
    query = select(*EventValue.__table__.columns).where(EventValue.event_id.in_(ids))
    for value in session.execute(query).mappings():
        there[value["event_id"], value["field"]] = True
        event = ids[value["event_id"]]
        if event["digests"].get(value["field"]) != chain.value_digest(dict(value)):
            yield Break(_named(event), f"the value of {value['field']} was changed after it was written")
    absent = [
        (row, name)
        for row in page
        for name in row["digests"]
        if ":" not in name and (row["id"], name) not in there
    ]
    erased = set(
        session.scalars(
            select(Erasure.patient_id).where(Erasure.patient_id.in_({row["patient_id"] for row, _ in absent}))
        )
        if absent
        else ()
    )
    for row, name in absent:
        if row["patient_id"] not in erased:
            yield Break(_named(row), f"the value of {name} was removed without an erasure")


def _bindings(session: Session, page: Sequence[Mapping[Any, Any]]) -> Iterator[Break]:
    """What binds rows to some events is what their digests say, and went only with rows that are gone."""
    ids = {row["id"]: row for row in page}
    found: dict[tuple[int, str], str] = {
        (one.event_id, f"{one.subject}:{one.row_id}"): one.digest
        for one in session.execute(
            select(Binding.event_id, Binding.subject, Binding.row_id, Binding.digest).where(
                Binding.event_id.in_(ids)
            )
        )
    }
    stated = {
        (row["id"], name): digest for row in page for name, digest in row["digests"].items() if ":" in name
    }
    for (event_id, name), digest in found.items():
        if stated.get((event_id, name)) != digest:
            yield Break(_named(ids[event_id]), f"what binds {_spoken(name)} was changed after it was written")
    for (event_id, name), digest in stated.items():
        if (event_id, name) not in found and (digest == GONE or not _gone_since(session, name, event_id)):
            yield Break(_named(ids[event_id]), f"what binds {_spoken(name)} was removed without an erasure")


def _gone_since(session: Session, name: str, event_id: int) -> bool:
    subject, _, row_id = name.rpartition(":")
    query = select(Binding.event_id).where(
        Binding.subject == subject,
        Binding.row_id == int(row_id),
        Binding.event_id > event_id,
        Binding.digest == GONE,
    )
    return session.execute(query.limit(1)).first() is not None


def _without_event(session: Session) -> Iterator[Break]:
    for model, words in ((Binding, "what binds a row"), (EventValue, "a value")):
        query = (
            select(model.event_id)
            .outerjoin(Event, Event.id == model.event_id)
            .where(Event.id.is_(None))
            .distinct()
        )
        for event_id in session.scalars(query).all():
            yield Break(f"Event {event_id}", f"it is missing, but {words} is there")


def _unexpected(
    session: Session, expected: Sequence[Head], studies: Mapping[str, int | None]
) -> Iterator[Break]:
    """Heads that were kept elsewhere and are not in their chains."""
    for head in expected:
        where = f"Chain {head.chain}"
        if head.chain not in studies:
            yield Break(where, "it is missing, but a head of it was kept")
            continue
        own = Event.study_id == studies[head.chain]
        if (end := session.scalar(select(func.max(Event.number)).where(own)) or 0) < head.number:
            yield Break(where, f"it ends with event {end}, but had {head.number}: its end was cut off")
        elif session.scalar(select(Event.hash).where(own, Event.number == head.number)) != head.hash:
            yield Break(where, f"its event {head.number} is not the one that was kept: it was computed anew")


def _rows(session: Session, fact: Fact, looked: Looked) -> Iterator[Break]:
    """Rows that are not what their last event says, or stand in no event."""
    column, last = fact.key, 0
    while ids := session.scalars(select(column).where(column > last).order_by(column).limit(AT_ONCE)).all():
        last = ids[-1]
        looked.rows += len(ids)
        bound = {one.row_id: one for one in _last(session, fact, ids)}
        for row_id, content in binding.contents(session, fact, ids):
            name, one = f"{fact.subject}:{row_id}", bound.get(row_id)
            if one is None:
                yield Break(_spoken(name), "it stands in no event")
            elif one.digest == GONE:
                yield Break(_spoken(name), "it is there, though it was removed")
            elif one.digest != binding.digest(one.key, name, content):
                yield Break(_spoken(name), f"it is not what event {one.event_id} says of it")


def _last(session: Session, fact: Fact, ids: Sequence[int]) -> Sequence[Any]:
    later = aliased(Binding)
    newest = (
        select(func.max(later.event_id))
        .where(later.subject == fact.subject, later.row_id == Binding.row_id)
        .scalar_subquery()
    )
    query = select(Binding.row_id, Binding.event_id, Binding.digest, Binding.key).where(
        Binding.subject == fact.subject, Binding.row_id.in_(ids), Binding.event_id == newest
    )
    return session.execute(query).all()


def _missing(session: Session, fact: Fact) -> Iterator[Break]:
    """Rows that an event binds, that no event removed, and that are not there."""
    for row_id in session.scalars(_bound_in_vain(fact.subject)).all():
        yield Break(_spoken(f"{fact.subject}:{row_id}"), "it is missing, and no event removed it")


@cache
def _bound_in_vain(subject: str) -> Select[tuple[int]]:
    fact = BY_SUBJECT[subject]
    bound, later = _BINDING.c, _BINDING.alias()
    removed = (
        select(later.c.event_id)
        .where(
            later.c.subject == subject,
            later.c.row_id == bound.row_id,
            later.c.digest == GONE,
            later.c.event_id >= bound.event_id,
        )
        .exists()
    )
    return (
        select(bound.row_id)
        .outerjoin(fact.model.__table__, and_(fact.key == bound.row_id, fact.there))
        .where(and_(bound.subject == subject, fact.key.is_(None), ~removed))
        .distinct()
        .order_by(bound.row_id)
    )


def _frozen(session: Session) -> Iterator[Break]:
    """Frozen texts and data freezes whose own digests do not fit."""
    query = select(Freeze.id, Freeze.content, Freeze.sha256).where(Freeze.content.is_not(None))
    for freeze_id in session.scalars(select(Freeze.id).order_by(Freeze.id)).all():
        row = session.execute(query.where(Freeze.id == freeze_id)).first()
        if row is not None and hashlib.sha256(row.content.encode()).hexdigest() != row.sha256:
            yield Break(_spoken(f"data_freeze:{freeze_id}"), "its content was changed")
    columns = ("id", "instrument", "definition", "definition_sha256", "texts", "texts_sha256")
    frozen = select(*(InstrumentVersion.__table__.columns[name] for name in columns))
    for one in session.execute(frozen.order_by(InstrumentVersion.id)).all():
        where = _spoken(f"instrument_version:{one.id}")
        if one.texts and canonical_sha256(one.texts) != one.texts_sha256:
            yield Break(where, "its texts are not those it was frozen with")
        try:
            sha256 = parse(one.definition, f"the frozen {one.instrument}").sha256
        except DefinitionError:
            sha256 = ""
        if sha256 != one.definition_sha256:
            yield Break(where, "its definition is not the one it was frozen with")


def _reports(session: Session) -> Iterator[Break]:
    """Files of reports that are not what was made, or are gone though no answers of the study were erased."""
    erased = select(Patient.study_id).join(Erasure, Erasure.patient_id == Patient.id)
    may_be_gone = set(session.scalars(erased.where(Erasure.level == "answers").distinct()))
    for report in session.scalars(select(Report).order_by(Report.id)).all():
        for form in FORMS:
            content = session.scalar(select(ReportFile.content).filter_by(report_id=report.id, form=form))
            where = _spoken(f"report:{report.id}")
            if content is None:
                if report.study_id not in may_be_gone:
                    yield Break(where, f"its {form} is gone")
            elif _unpacked_sha256(content) != report.digest(form):
                yield Break(where, f"its {form} was changed")


def _unpacked_sha256(content: bytes) -> str:
    try:
        return hashlib.sha256(zlib.decompress(content)).hexdigest()
    except zlib.error:
        return ""


def _named(event: Mapping[Any, Any]) -> str:
    return f"Event {event['id']}"


def _spoken(name: str) -> str:
    """`Instrument version 3` of `instrument_version:3`."""
    subject, _, row_id = name.rpartition(":")
    return f"{subject.replace('_', ' ').capitalize()} {row_id}"
