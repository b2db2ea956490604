"""Chains of events, appended to by the database itself, in one statement that also finds the chain's end.

Each event's hash covers its content, its number, its chain and the hash before it (`models.functions`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, bindparam, func, select, text
from sqlalchemy.orm import Session

from surveys import SOFTWARE
from surveys.models import ALL_ROWS, Patient
from surveys.models.base import Json, UtcDateTime
from surveys.models.dialects import on_postgresql

FIRST_HASH = "0" * 64
AT_ONCE = 1000
CONTENT = ("at", "actor", "action", "patient_id", "facts", "digests", "reason", "software")

_APPEND = select(
    func.seventh_link(
        bindparam("study", type_=Integer), bindparam("patient", type_=Integer), bindparam("links", type_=Json)
    )
)
# Each row that one execution inserts sees those before it.
_APPEND_ALONE = text(
    """
    INSERT INTO event (study_id, number, at, actor, action, patient_id,
        facts, digests, reason, software, previous_hash, hash)
    SELECT chain.study_id, coalesce(last.number, 0) + 1, :at, :actor, :action, :patient_id,
        :facts, :digests, :reason, :software, coalesce(last.hash, :first),
        seventh_link_hash(
            chain.study_id, coalesce(last.number, 0) + 1, coalesce(last.hash, :first), :content
        )
    FROM (SELECT coalesce(:study, (SELECT study_id FROM patient WHERE id = :patient)) AS study_id) AS chain
    LEFT JOIN event AS last ON last.id =
        (SELECT id FROM event WHERE event.study_id IS chain.study_id ORDER BY number DESC LIMIT 1)
    """
).bindparams(
    bindparam("at", type_=UtcDateTime()),
    bindparam("facts", type_=Json),
    bindparam("digests", type_=Json),
    bindparam("first", FIRST_HASH),
)
# Who writes is alone, so that the ids of what was just appended are the last ones.
_VALUE_ALONE = text(
    """
    INSERT INTO event_value (event_id, field, before, after, key)
    VALUES ((SELECT max(id) FROM event) - :later, :field, :before, :after, :key)
    """
)
_BINDING_ALONE = text(
    """
    INSERT INTO binding (event_id, subject, row_id, digest, key)
    VALUES ((SELECT max(id) FROM event) - :later, :subject, :row_id, :digest, :key)
    """
)


@dataclass(frozen=True)
class Link:
    """An event before it has a place in its chain, with its rows of `event_value` and `binding`."""

    at: datetime
    actor: str
    action: str
    patient_id: int | None
    facts: dict[str, Any]
    digests: dict[str, str]
    reason: str | None
    study_id: int | None = None
    values: Sequence[dict[str, Any]] = ()
    bindings: Sequence[dict[str, Any]] = ()
    software: str = field(default=SOFTWARE, init=False)

    def columns(self) -> dict[str, Any]:
        """The columns of `event` that make its content."""
        return {name: getattr(self, name) for name in CONTENT} | {"at": self.at.astimezone(UTC)}


def append(session: Session, links: Sequence[Link]) -> None:
    """Put `links` at the ends of their chains, in order, as the last statements of a transaction."""
    write = _append_by_function if on_postgresql(session) else _append_alone
    for study_id, patient_id, own in _by_chain(session, links):
        for start in range(0, len(own), AT_ONCE):
            write(session, study_id, patient_id, own[start : start + AT_ONCE])


def content_digest(columns: Mapping[str, Any]) -> str:
    """The digest of an event's content, from the columns of `CONTENT`."""
    content = {name: columns[name] for name in CONTENT} | {"at": columns["at"].isoformat()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def kept(name: str, before: str | None, after: str | None) -> dict[str, Any]:
    """A row of `event_value` with a key of its own, without its event."""
    return {"field": name, "before": before, "after": after, "key": secrets.token_hex(32)}


def value_digest(value: Mapping[str, Any]) -> str:
    """What the chain holds of a kept value; without the key nobody can guess the value from it."""
    content = json.dumps([value["before"], value["after"]], ensure_ascii=False)
    return hmac.new(bytes.fromhex(value["key"]), content.encode(), hashlib.sha256).hexdigest()


def _by_chain(
    session: Session, links: Sequence[Link]
) -> Iterator[tuple[int | None, int | None, Sequence[Link]]]:
    """Study, or else a patient of it, and links of each chain, in the order in which chains are locked."""
    unknown = {link.patient_id for link in links if link.study_id is None} - {None}
    if len(unknown) == 1 and all(link.study_id is None and link.patient_id for link in links):
        yield None, unknown.pop(), links  # a finished questionnaire: what appends finds the study too
        return
    ids = sorted(one for one in unknown if one is not None)
    studies: dict[int | None, int] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = select(Patient.id, Patient.study_id).where(Patient.id.in_(ids[start : start + AT_ONCE]))
        rows = session.execute(query, execution_options=ALL_ROWS)
        studies.update((row.id, row.study_id) for row in rows)
    own: dict[int, list[Link]] = {}
    for link in links:
        own.setdefault(link.study_id or studies.get(link.patient_id, 0), []).append(link)
    for study_id in sorted(own):
        yield study_id or None, None, own[study_id]


def _append_by_function(
    session: Session, study_id: int | None, patient_id: int | None, links: Sequence[Link]
) -> None:
    told = []
    for link in links:
        columns = link.columns()
        told.append(
            {
                **columns,
                "at": columns["at"].isoformat(),
                "content": content_digest(columns),
                "values": list(link.values),
                "bindings": list(link.bindings),
            }
        )
    session.execute(_APPEND, {"study": study_id, "patient": patient_id, "links": told})


def _append_alone(
    session: Session, study_id: int | None, patient_id: int | None, links: Sequence[Link]
) -> None:
    rows, values, bindings = [], [], []
    for later, link in zip(reversed(range(len(links))), links, strict=True):
        columns = link.columns()
        chain = {"study": study_id, "patient": patient_id, "content": content_digest(columns)}
        rows.append({**columns, **chain})
        values += [{"later": later, **value} for value in link.values]
        bindings += [{"later": later, **bound} for bound in link.bindings]
    session.execute(_APPEND_ALONE, rows)
    if values:
        session.execute(_VALUE_ALONE, values)
    if bindings:
        session.execute(_BINDING_ALONE, bindings)
