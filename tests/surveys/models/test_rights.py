"""What the server's role may do is stated for every table."""

from __future__ import annotations

from surveys.models import Base
from surveys.models.facts import FACTS
from surveys.models.rights import _MADE, _OWN, _WHOSE, grants, rights
from surveys.models.triggers import APPEND_ONLY

RIGHTS = {one.table: one for one in rights()}


def test_what_is_append_only_is_never_changed() -> None:
    """Of a response only its stamps, of a freeze what an erasure empties."""
    assert RIGHTS.keys() == Base.metadata.tables.keys()
    assert {table: RIGHTS[table].changes for table in APPEND_ONLY if RIGHTS[table].changes} == {}
    assert set(RIGHTS["response"].changes) == {"superseded_at", "annulled_at", "held"}
    assert set(RIGHTS["data_freeze"].changes) == {"content", "emptied_at"}
    assert not RIGHTS["event"].deletes
    assert not RIGHTS["erasure"].deletes


def test_no_row_of_a_fact_changes_its_owner() -> None:
    """A visit stays its patient's, a patient the study's; no key changes."""
    for fact in FACTS:
        changes = set(RIGHTS[fact.table].changes)
        assert not changes & {"id", "study_id", "patient_id", "visit_id"}, fact.subject


def test_what_never_changes_is_a_column() -> None:
    """A name that no column has any more would protect nothing."""
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert {*_WHOSE, *_MADE} <= columns
    for table, own in _OWN.items():
        assert set(own) <= set(Base.metadata.tables[table].columns.keys()), table


def test_rights_are_given_anew_each_time() -> None:
    """What an earlier version gave and this one does not is taken back."""
    statements = list(grants('"server"', '"public"'))
    assert statements[0] == 'REVOKE ALL ON ALL TABLES IN SCHEMA "public" FROM "server"'
    assert 'GRANT INSERT, UPDATE (superseded_at, annulled_at, held) ON "public".response' not in statements
    assert 'GRANT INSERT ON "public".event TO "server"' in statements
    assert not any("TRUNCATE" in one or "TRIGGER" in one or "REFERENCES" in one for one in statements)


def test_the_visit_of_who_joined_is_known_later() -> None:
    """`--as-server` found that nobody could join where the server owns nothing."""
    assert "visit_id" in RIGHTS["joining_request"].changes
    assert "visit_id" not in RIGHTS["draft"].changes
