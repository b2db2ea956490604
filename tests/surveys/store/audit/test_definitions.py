"""What was weakened under its own name is named: the database's tables say what the models say."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store.audit import guards

pytestmark = pytest.mark.owner

# What looks right by its name alone, and how it is named.
WEAK_INDEX = "DROP INDEX uq_response_current; CREATE INDEX uq_response_current ON response (visit_id)"
WEAK_CHECK = """ALTER TABLE patient DROP CONSTRAINT ck_patient_birth_year;
    ALTER TABLE patient ADD CONSTRAINT ck_patient_birth_year CHECK (birth_year > 0)"""
WEAK_KEY = """ALTER TABLE palsy DROP CONSTRAINT fk_palsy_patient_id;
    ALTER TABLE palsy ADD CONSTRAINT fk_palsy_patient_id
    FOREIGN KEY (patient_id) REFERENCES patient (id) ON DELETE CASCADE"""
VIEW = "ALTER TABLE note RENAME TO kept; CREATE VIEW note AS SELECT * FROM kept"
ON_BOTH = {
    WEAK_INDEX: "Index uq_response_current: it was changed.",
    VIEW: "Table note: it was changed.",
    "CREATE UNIQUE INDEX one_each ON draft (visit_id)": "Index one_each: it is none of Seventh's.",
    "ALTER TABLE note DROP COLUMN text": "Column note.text: it is missing.",
}
ON_POSTGRESQL = {
    WEAK_CHECK: "Constraint ck_patient_birth_year: it was changed.",
    WEAK_KEY: "Constraint fk_palsy_patient_id: it was changed.",
    "ALTER TABLE response ENABLE ROW LEVEL SECURITY": "Table response: it was changed.",
    "CREATE TABLE more () INHERITS (alert_mail)": "Table alert_mail: it was changed.",
    "ALTER TABLE alert_mail SET UNLOGGED": "Table alert_mail: it was changed.",
    "ALTER TABLE score ALTER value SET DEFAULT 0": "Default score.value: it is none of Seventh's.",
    "ALTER TABLE visit ALTER plan_version SET DEFAULT 7": "Default visit.plan_version: it was changed.",
    "ALTER TABLE patient ALTER code DROP NOT NULL": "Column patient.code: it was changed.",
}


def test_what_was_weakened_under_its_own_name_is_named(record: Session) -> None:
    """A constraint, an index, a default, a function that stands where it should and does not do it."""
    for statements, told in {**ON_BOTH, **(ON_POSTGRESQL if on_postgresql(record) else {})}.items():
        point = record.begin_nested()
        for statement in statements.split(";"):
            record.execute(text(statement))
        assert told in map(str, guards.missing(record)), statements
        point.rollback()


def test_a_table_that_was_written_anew_is_named(record: Session) -> None:
    """SQLite keeps each definition as a text, which who has the file may change."""
    if on_postgresql(record):
        return  # it has no such text
    for before, after, told in (
        ("birth_year BETWEEN", "birth_year > 0 OR birth_year BETWEEN", "Constraint ck_patient_birth_year: "),
        ("sex VARCHAR(64) NOT NULL", "sex VARCHAR(64) DEFAULT 'male' NOT NULL", "Default patient.sex: "),
    ):
        table = record.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'patient'"))
        assert before in table
        record.execute(text("PRAGMA writable_schema = ON"))
        update = "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'patient'"
        record.execute(text(update), {"before": before, "after": after})
        record.execute(text("PRAGMA writable_schema = RESET"))
        assert any(str(one).startswith(told) for one in guards.missing(record)), told
