"""Triggers, functions and constraints that are missing or weak are named."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store.audit import guards

pytestmark = pytest.mark.owner


def test_a_guard_that_is_gone_or_weak_is_named(record: Session) -> None:
    """A missing, a changed, a switched-off and a strange one."""
    assert list(guards.missing(record)) == []
    if on_postgresql(record):
        record.execute(text("DROP TRIGGER score_update ON score"))
        record.execute(text("ALTER TABLE event DISABLE TRIGGER event_update"))
        record.execute(
            text(
                "CREATE OR REPLACE FUNCTION seventh_response_update() RETURNS trigger LANGUAGE plpgsql"
                " AS $$ BEGIN RETURN NEW; END $$"
            )
        )
        record.execute(text("CREATE RULE quiet AS ON DELETE TO event DO INSTEAD NOTHING"))
        record.execute(text("ALTER TABLE patient DROP CONSTRAINT ck_patient_birth_year"))
        found = {
            "Trigger score_update: it is missing.",
            "Trigger event_update: it is switched off.",
            "Trigger response_update: it was changed.",
            "Rule quiet: it is none of Seventh's.",
            "Constraint ck_patient_birth_year: it is missing.",
        }
    else:
        record.execute(text("DROP TRIGGER score_update"))
        record.execute(text("DROP TRIGGER event_update"))
        weak = "CREATE TRIGGER event_update BEFORE UPDATE ON event WHEN 0 BEGIN SELECT 1; END"
        record.execute(text(weak))
        record.execute(text("CREATE TRIGGER quiet BEFORE UPDATE ON note BEGIN SELECT 1; END"))
        record.execute(text("DROP INDEX uq_response_current"))
        found = {
            "Trigger score_update: it is missing.",
            "Trigger event_update: it was changed.",
            "Trigger quiet: it is none of Seventh's.",
            "Index uq_response_current: it is missing.",
        }
    assert set(map(str, guards.missing(record))) == found


OTHER_FUNCTION = "seventh_link(of_study bigint, of_patient bigint, links jsonb)"
WEAKENED = {
    "ALTER TABLE event ENABLE REPLICA TRIGGER event_update": "Trigger event_update: it is switched off.",
    "ALTER FUNCTION seventh_score_delete() SET search_path = x": "Trigger score_delete: it was changed.",
    f"CREATE FUNCTION {OTHER_FUNCTION} RETURNS void LANGUAGE sql AS $$ $$": f"Function {OTHER_FUNCTION}: "
    "it is none of Seventh's.",
}


def test_a_guard_that_only_looks_like_one_is_named(record: Session) -> None:
    """It fires for replicas only, looks for its tables elsewhere, or is another of the same name."""
    for statement, told in WEAKENED.items() if on_postgresql(record) else ():
        point = record.begin_nested()
        record.execute(text(statement))
        assert told in map(str, guards.missing(record)), statement
        point.rollback()
