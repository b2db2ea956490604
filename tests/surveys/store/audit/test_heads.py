"""Heads that are kept elsewhere show what a chain cannot show by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys.models import Freeze, Patient
from surveys.models.dialects import on_postgresql
from surveys.store import audit
from surveys.store.audit import heads
from surveys.store.audit.heads import Head
from surveys.store.errors import Refused

from ..conftest import AT
from .attacking import attacked

pytestmark = pytest.mark.owner


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (
            "DELETE FROM binding WHERE event_id = {last}; DELETE FROM event WHERE id = {last}",
            "its end was cut off",
        ),
        pytest.param(
            *("UPDATE event SET hash = 'x' WHERE id = {last}", "it was computed anew"), marks=pytest.mark.long
        ),
        pytest.param(
            "UPDATE event SET number = 999 WHERE id = {last}; DELETE FROM event WHERE number < 999",
            "computed anew",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_chain_that_was_cut_or_made_anew_is_named_by_its_head(
    undefended: Session, filled: Patient, statements: str, problem: str
) -> None:
    """The only proof that lies outside the database; the last event binds nothing that is left to tell."""
    audit.record(undefended, audit.Entry(AT, "test", "note.written", filled.id))
    undefended.commit()
    kept = heads.heads(undefended)
    last = undefended.scalar(text("SELECT max(id) FROM event"))
    if not on_postgresql(undefended):
        undefended.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        undefended.execute(text("SET LOCAL session_replication_role = replica"))
    found = list(attacked(undefended, statements.format(last=last), kept))
    assert any(problem in one for one in found)
    assert list(attacked(undefended, "SELECT 1", kept)) == []
    missing = [Head("S9", 1, "0" * 64)]
    assert list(attacked(undefended, "SELECT 1", missing)) == [
        "Chain S9: it is missing, but a head of it was kept."
    ]


def test_a_proof_goes_on_from_a_head(record: Session, filled: Patient) -> None:
    """The events up to it are taken as read, the rows are all looked at."""
    whole, rest = audit.Looked(), audit.Looked()
    assert list(audit.verify(record, looked=whole)) == []
    kept = heads.heads(record)
    audit.record(record, audit.Entry(AT, "test", "note.written", filled.id))
    record.commit()
    assert list(audit.verify(record, since=kept, looked=rest)) == []
    assert (rest.events, rest.rows) == (1, whole.rows)
    assert whole.events > 10


def test_a_freeze_has_a_head_that_never_changes(record: Session, filled: Patient) -> None:
    """That of the event that froze it, so that a report on it is always the same; a study's head moves on."""
    frozen = record.scalars(select(Freeze)).one()
    own = heads.of_freeze(record, frozen)
    before = heads.of_study(record, frozen.study_id)
    audit.record(record, audit.Entry(AT, "test", "note.written", filled.id))
    record.commit()
    assert heads.of_freeze(record, frozen) == own
    assert [head.chain for head in own] == ["S1"]
    after = heads.of_study(record, frozen.study_id)
    assert [(head.chain, head.number) for head in after] == [("S1", before[0].number + 1)]


@pytest.mark.parametrize("wrong", ["S1", "S1:1", "S1:x:" + "0" * 64, ":1:" + "0" * 64, "S1:1:abc"])
def test_what_is_no_head_is_refused(wrong: str) -> None:
    """In words that say what to give."""
    with pytest.raises(Refused, match="is no head of a chain"):
        heads.parsed(wrong)
    head = Head("a:b", 1, "0" * 64)
    assert heads.parsed(str(head)) == head
