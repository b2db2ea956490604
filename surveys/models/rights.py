"""What the server's role on PostgreSQL may do: it owns nothing, so that it can drop no trigger.

It reads and adds rows everywhere, changes no column that a row is made with, and deletes only where rows may
go. The triggers go further (`surveys.models.triggers`): they look at the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from surveys.models.base import Base
from surveys.models.freeze import Freeze
from surveys.models.patient_state import COMPUTED
from surveys.models.response import STAMPS, Response
from surveys.models.triggers import APPEND_ONLY, EMPTIED, KEPT, KEPT_EVEN_THEN

# Whose a row is never changes, nor when and by whom it was made.
_WHOSE = ("study_id", "patient_id", "visit_id", "response_id", "alert_id", "freeze_id", "link_id", "job_id")
_MADE = ("created_at", "created_by", "made_at", "made_by", "added_at", "added_by", "raised_at", "begun_by")
_OWN: Mapping[str, tuple[str, ...]] = {
    "api_key": ("staff_id", "name", "digest", "dates", "reason"),
    "alert": ("instrument", "rule"),
    "data_import": ("begun_at", "file", "sha256", "wording"),
    "data_question": ("about", "label", "asked_by", "asked_at"),
    "question_step": ("question_id", "step", "by", "at"),
    "dismissal": ("check_key", "subject", "seen", "reason", "dismissed_by", "dismissed_at"),
    "draft": ("instrument", "instrument_version_id"),
    "grading": ("palsy_id", "scale"),
    "injection_site": ("treatment_id", "muscle", "side"),
    "link": ("digest",),
    "membership": ("staff_id",),
    "message": ("kind", "nth"),
    "note": ("written_at", "written_by"),
    "own_list": ("staff_id",),
    "palsy": ("number",),
    "passkey": ("staff_id", "name", "credential", "public_key"),
    "sign_in_identity": ("staff_id", "issuer", "subject", "linked_at"),
    "staff_session": ("staff_id", "digest", "began_at"),
    "study": ("code",),
}
# Whose these are is known later: the visit of who joined.
_KNOWN_LATER: Mapping[str, tuple[str, ...]] = {"joining_request": ("visit_id",)}
# Only these change, as their triggers see to.
_ONLY: Mapping[str, tuple[str, ...]] = {
    Response.__tablename__: (*STAMPS, "held"),
    Freeze.__tablename__: EMPTIED,
}


@dataclass(frozen=True)
class Rights:
    """What the server may do with a table beside SELECT and INSERT: change these columns, delete rows."""

    table: str
    changes: tuple[str, ...]
    deletes: bool


def rights() -> Iterator[Rights]:
    """The rights on every table."""
    never_deleted = {*KEPT, *KEPT_EVEN_THEN}
    for name, table in sorted(Base.metadata.tables.items()):
        yield Rights(name, tuple(_changes(table)), name not in never_deleted)


def grants(role: str, schema: str) -> Iterator[str]:
    """The statements that give `role` these rights and no others; both names are quoted already."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    for one in rights():
        may = ["INSERT", *["DELETE"] * one.deletes]
        if one.changes:
            may.append(f"UPDATE ({', '.join(one.changes)})")
        yield f"GRANT {', '.join(may)} ON {schema}.{one.table} TO {role}"


def _changes(table: Table) -> Iterator[str]:
    if table.name in APPEND_ONLY or table.name in KEPT_EVEN_THEN:
        return
    if table.name in _ONLY:
        yield from _ONLY[table.name]
        return
    # What is computed from the others is replaced whole.
    fixed = set() if table.name in COMPUTED else {*_WHOSE, *_MADE, *_OWN.get(table.name, ())}
    for column in table.columns:
        if column.name in _KNOWN_LATER.get(table.name, ()) or not (
            column.name in fixed or column.primary_key
        ):
            yield column.name
