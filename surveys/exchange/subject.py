"""Everything stored about one patient of one study, as plain data: the copy that a person may ask for.

It follows the tables' references from the patient's row, so that a new table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.orm import Session

from surveys.exchange.backup.values import plain
from surveys.models import PASSING, Base, Contact, InstrumentVersion, Patient

# Proofs and keys: they are no facts about the person, and the digest of a link or code is as good as a key.
LEFT_OUT = frozenset({"digest", "digests", "hash", "previous_hash", "key", "device"})

Rows = list[dict[str, Any]]

_CONTACT = Base.metadata.tables[Contact.__tablename__]
_PATIENT = Base.metadata.tables[Patient.__tablename__]


def everything(session: Session, patient: Patient) -> dict[str, Rows]:
    """Rows by table, each with its columns, sorted by key; tables without a row are left out.

    First `contact` and `patient`, then all rows that refer to them, without the person's other studies. What
    is computed from these rows is left out.
    """
    found: dict[str, Rows] = {}
    if patient.contact_id is not None:
        found["contact"] = _rows(session, select(_CONTACT).where(_CONTACT.c.id == patient.contact_id))
    found["patient"] = _rows(session, select(_PATIENT).where(_PATIENT.c.id == patient.id))
    for table in Base.metadata.sorted_tables:
        if table.name not in {*found, *PASSING}:
            rows = _referring(session, table, found)
            if rows:
                found[table.name] = rows
    versions = sorted({row["instrument_version_id"] for row in found.get("response", [])})
    one = InstrumentVersion
    named = select(one.id, one.instrument, one.version, one.wording).where(one.id.in_(versions))
    found["instrument_version"] = _rows(session, named)
    return {name: rows for name, rows in found.items() if rows}


def tables_about_patients() -> set[str]:
    """The tables whose rows `everything` gives."""
    about = {"contact", "patient"}
    for table in Base.metadata.sorted_tables:
        refers = any(key.column.table.name in about - {"contact"} for key in table.foreign_keys)
        if refers and table.name not in PASSING:
            about.add(table.name)
    return about


def _referring(session: Session, table: Table, found: Mapping[str, Rows]) -> Rows:
    """The rows of `table` that refer to a found row; a contact counts only for the patient's own row.

    A key that also names the study refers to a row by its id alone: others are of the same study.
    """
    conditions = [
        key.parent.in_([row[key.column.name] for row in found[key.column.table.name]])
        for key in table.foreign_keys
        if key.column.primary_key
        and key.column.table.name in found
        and key.column.table.name not in {"contact", table.name}
    ]
    if not conditions:
        return []
    return _rows(session, select(table).where(or_(*conditions)).order_by(*table.primary_key))


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Rows:
    return [
        {str(name): plain(value) for name, value in row.items() if name not in LEFT_OUT}
        for row in session.execute(query).mappings()
    ]
