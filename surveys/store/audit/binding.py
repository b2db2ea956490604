"""What changed in a transaction is bound to its events: each row's digest, with a key that can be erased.

Rows are noted by themselves, whether the ORM flushes them or a statement of the session changes them. Who
inserts many rows and knows them names them with `bind` instead, which saves reading them back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Delete,
    Insert,
    Update,
    delete,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session

from surveys.models import ALL_ROWS, Base, Binding, Response, Score
from surveys.models.dialects import insert_numbered
from surveys.models.facts import BY_SUBJECT, FACTS, OF_TABLE, Fact

GONE = "gone"
AT_ONCE = 500
SCORE = ("scale", "value", "items_used", "items_missing", "prorated")
# The columns that an UPDATE sets; a value that is an expression has a parameter of another name.
_SET = re.compile(r" SET (.*?)(?: WHERE |$)", re.DOTALL)
_NAMES = re.compile(r"(?:^|, )(\w+)=")
_UNREAD: Mapping[str, Any] = {"unread": True}


@dataclass(frozen=True)
class Changed:
    """A row that a transaction made, changed or (without `content`) removed, and whose it is if known."""

    subject: str
    row_id: int
    content: Mapping[str, Any] | None
    patient_id: int | None = None
    study_id: int | None = None

    @property
    def name(self) -> str:
        """Its name among an event's digests."""
        return f"{self.subject}:{self.row_id}"


def bind(session: Session, model: type[Base], ids: Iterable[int], rows: Iterable[Mapping[str, Any]]) -> None:
    """Bind the new `rows` of `model`, which `insert_numbered` inserted, to an event of this transaction."""
    noted = _noted(session)
    numbered = list(zip(ids, rows, strict=True))
    for fact in OF_TABLE[model.__tablename__]:
        for row_id, row in numbered:
            whole = {**fact.defaults, **row}
            if fact.is_there(whole):
                content, owners = content_of(fact, whole), _owners(fact, row_id, row)
                noted[fact.subject, row_id] = Changed(fact.subject, row_id, content, *owners)


def insert_bound(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert `rows`, which all have the same columns, and bind them; returns their ids, in order."""
    ids = insert_numbered(session, model, rows)
    bind(session, model, ids, rows)
    return ids


def taken(session: Session) -> list[Changed]:
    """What was noted in this transaction, with content; the keys of erased rows go."""
    noted = _noted(session)
    floors: Mapping[str, int] = session.info.pop("floors", {})
    for table, floor in floors.items():
        for fact in OF_TABLE[table]:
            for row_id in _inserted(session, fact, floor):
                noted.setdefault((fact.subject, row_id), Changed(fact.subject, row_id, _UNREAD))
    del session.info["facts"]
    unread: dict[str, list[Changed]] = {}
    for one in noted.values():
        if one.content is _UNREAD:
            unread.setdefault(one.subject, []).append(one)
    for subject, own in unread.items():
        fact, found, planned = BY_SUBJECT[subject], dict[int, Mapping[str, Any]](), set[int]()
        for start in range(0, len(own), AT_ONCE):
            ids = [one.row_id for one in own[start : start + AT_ONCE]]
            found.update(contents(session, fact, ids))
            if fact.since and (absent := set(ids) - found.keys()):
                planned |= absent - _ever_bound(session, fact, absent)
        for one in own:
            if one.row_id in planned:
                del noted[subject, one.row_id]
                continue
            content = found.get(one.row_id)
            owners = _owners(fact, one.row_id, content or {})
            noted[subject, one.row_id] = Changed(subject, one.row_id, content, *owners)
    _erase_keys(session, [one for one in noted.values() if one.content is None])
    return list(noted.values())


def forget(session: Session) -> None:
    """Forget what was noted, because it was rolled back."""
    session.info.pop("facts", None)
    session.info.pop("floors", None)


def contents(session: Session, fact: Fact, ids: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Ids and contents of the rows with these ids that are there."""
    table = fact.model.__table__.columns
    query = select(fact.key.label("row_id"), *(table[name] for name in fact.columns)).where(
        fact.key.in_(ids), fact.there
    )
    rows = session.execute(query).mappings().all()
    scores: dict[int, list[dict[str, Any]]] = {}
    if fact.model is Response:
        found = select(*Score.__table__.columns).where(Score.response_id.in_(ids))
        for one in session.execute(found).mappings():
            scores.setdefault(one["response_id"], []).append({name: one[name] for name in SCORE})
    for row in rows:
        yield row["row_id"], content_of(fact, {**row, "scores": scores.get(row["row_id"], [])})


def content_of(fact: Fact, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is bound of a row, as JSON holds it.

    NULL and what a later column holds in rows of before are left out, so that it changes no digest.
    """
    content = {
        name: float(row[name]) if name in fact.floats else _plain(row[name])
        for name in fact.columns
        if row.get(name) is not None and (name not in fact.later or row[name] != fact.later[name])
    }
    if fact.model is Response:
        content["scores"] = sorted(
            (
                {**{name: one[name] for name in SCORE}, "value": one["value"] and float(one["value"])}
                for one in row["scores"]
            ),
            key=lambda one: str(one["scale"]),
        )
    return content


def bound(event: Changed) -> dict[str, Any]:
    """A row of `binding`, without its event."""
    key = "" if event.content is None else secrets.token_hex(16)
    made = {"subject": event.subject, "row_id": event.row_id, "key": key}
    return {**made, "digest": GONE if event.content is None else digest(key, event.name, event.content)}


def digest(key: str, name: str, content: Mapping[str, Any]) -> str:
    """The keyed digest of a row; without the key nobody can guess erased answers from it."""
    canonical = json.dumps([name, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(bytes.fromhex(key), canonical.encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _noted(session: Session) -> dict[tuple[str, int], Changed]:
    noted: dict[tuple[str, int], Changed] = session.info.setdefault("facts", {})
    return noted


def _owners(fact: Fact, row_id: int, row: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Patient and study of a row, if it says so."""
    patient = row_id if fact.table == "patient" else row.get("patient_id")
    its_own = fact.table == "study" or fact.key.name == "study_id"
    return patient, row_id if its_own else row.get("study_id")


@sqlalchemy_event.listens_for(Session, "after_flush")
def _note_flushed(session: Session, _: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        for fact in OF_TABLE.get(row.__tablename__, ()):
            there: Mapping[str, Any] = row.__dict__
            state = inspect(row)
            if row in session.deleted:
                content = None
            elif row in session.new and fact.model is not Response:  # its scores come later
                if not fact.is_there(there):
                    continue
                content = content_of(fact, there)
            elif any(state.attrs[name].history.has_changes() for name in fact.columns if name in there):
                if fact.since and not _was_or_is(fact, state, there):
                    continue
                known = fact.since and there.keys() >= set(fact.columns) and fact.is_there(there)
                content = content_of(fact, there) if known else _UNREAD
            else:
                continue
            row_id = there[fact.key.name] if fact.key.name in there else state.identity[0]
            owners = _owners(fact, row_id, there)
            _noted(session)[fact.subject, row_id] = Changed(fact.subject, row_id, content, *owners)


def _was_or_is(fact: Fact, state: InstanceState[Any], there: Mapping[str, Any]) -> bool:
    """Whether a changed row is a fact from `fact.since` on, or was one before."""
    since = state.attrs[fact.since]
    return fact.since not in there or fact.is_there(there) or any(since.history.deleted or ())


@sqlalchemy_event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, Insert | Update | Delete) or state.execution_options.get("named"):
        return
    facts = OF_TABLE.get(getattr(statement.table, "name", ""), ())
    if not facts:
        return
    session, column = state.session, facts[0].key
    if isinstance(statement, Insert):
        floors = session.info.setdefault("floors", {})
        if facts[0].table not in floors:
            last = session.scalar(select(func.max(column))) if column.name == "id" else None
            floors[facts[0].table] = last or 0
        return
    if isinstance(statement, Update):
        changed = {name for part in _SET.findall(str(statement.compile())) for name in _NAMES.findall(part)}
        facts = tuple(fact for fact in facts if changed & set((fact.since,) if fact.since else fact.columns))
        if not facts:
            return
    reached = select(column)
    if statement.whereclause is not None:
        reached = reached.where(statement.whereclause)
    given = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    for parameters in given:
        for row_id in session.scalars(reached, parameters, execution_options=ALL_ROWS).all():
            for fact in facts:
                _noted(session)[fact.subject, row_id] = Changed(fact.subject, row_id, _UNREAD)


def _inserted(session: Session, fact: Fact, floor: int) -> Sequence[int]:
    """The rows that this transaction inserted: other transactions bind theirs with their commit."""
    column = fact.key
    own = select(Binding.digest).where(Binding.subject == fact.subject, Binding.row_id == column)
    last = own.order_by(Binding.event_id.desc()).limit(1).scalar_subquery()
    # SQLite gives the id of a row that is gone to another one.
    unbound = select(column).where(column > floor, fact.there, or_(last.is_(None), last == GONE))
    return session.scalars(unbound).all()


def _ever_bound(session: Session, fact: Fact, ids: Collection[int]) -> set[int]:
    own = select(Binding.row_id).where(Binding.subject == fact.subject, Binding.row_id.in_(ids))
    return set(session.scalars(own))


def _erase_keys(session: Session, gone: Sequence[Changed]) -> None:
    for fact in FACTS:
        if fact.erased and (ids := [one.row_id for one in gone if one.subject == fact.subject]):
            for start in range(0, len(ids), AT_ONCE):
                own = (Binding.subject == fact.subject, Binding.row_id.in_(ids[start : start + AT_ONCE]))
                session.execute(delete(Binding).where(*own, Binding.key != ""))
