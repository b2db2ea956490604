"""Columns that are made from others: whatever writes the row, they are in step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import UniqueConstraint, insert, select, update
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.models import Base, Contact, Patient, Study, Visit
from tests.support.engines import engine_of
from tests.surveys.store.conftest import AT

DAY = date(2026, 3, 10)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """They are made before any database sees them."""
    return sqlite_url


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session that writes."""
    with writing(), engine_of(database_url) as engine, Session(engine) as open_session:
        yield open_session


@pytest.fixture
def patient(session: Session) -> Patient:
    """P–1 of S1, at Berlin."""
    study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(study)
    session.flush()
    made = Patient(study_id=study.id, code="P–1", site="Berlin", enrolled_on=DAY, status_since=DAY)
    session.add(made)
    session.flush()
    return made


def test_a_row_has_them_from_the_start(session: Session, patient: Patient) -> None:
    """Also rows that are inserted many at once, past the objects."""
    assert (patient.code_folded, patient.site_folded, patient.twin) == ("p-1", "berlin", 0)
    facts = {"patient_id": patient.id, "study_id": patient.study_id, "battery": []}
    facts |= {"opens_on": DAY, "due_on": DAY, "closes_on": DAY}
    session.execute(insert(Visit), [{**facts, "name": "Before OP"}, {**facts, "name": "AFTER  op"}])
    assert session.scalars(select(Visit.name_folded).order_by(Visit.id)).all() == ["before op", "after op"]


def test_they_follow_a_change(session: Session, patient: Patient) -> None:
    """Of one row, of many rows; and to nothing."""
    contact = Contact(name="José", hospital_number="H-1")
    session.add(contact)
    session.flush()
    contact.name, contact.telephone = "Łukasz", "0176 12"
    session.flush()
    assert (contact.searched, contact.telephone_digits) == ("lukasz h-1", "17612")
    contact.hospital_number = None
    session.flush()
    assert (contact.searched, contact.hospital_number_folded) == ("lukasz", None)
    session.execute(update(Patient).where(Patient.code == "P–1").values(code="Q", site=None))
    session.refresh(patient)
    assert (patient.code_folded, patient.site_folded) == ("q", None)


def test_half_of_what_one_is_made_from_is_refused(session: Session) -> None:
    """Many rows at once would be left behind."""
    with pytest.raises(ValueError, match="Set email, hospital_number too: searched is made from them"):
        session.execute(update(Contact).values(name="Ada"))


def test_whom_a_site_holds(session: Session, patient: Patient) -> None:
    """However it is spelt."""
    for site, found in ((None, [patient]), ("BERLIN", [patient]), ("Bern", [])):
        query = select(Patient).where(Patient.within(patient.study_id, site))
        assert session.scalars(query).all() == found


@pytest.mark.parametrize("table", ["response", "visit", "treatment", "background"])
def test_what_refers_to_rows_that_go_in_bulk_is_found_by_an_index(table: str) -> None:
    """Otherwise the database reads whole tables for each row that an undone import or an erasure deletes."""
    referring = [
        column
        for other in Base.metadata.tables.values()
        for column in other.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    ]
    without = []
    for column in referring:
        unique = (one for one in column.table.constraints if isinstance(one, UniqueConstraint))
        led = [*column.table.indexes, *unique, column.table.primary_key]
        if not (column.unique or any(next(iter(one.columns), None) is column for one in led)):
            without.append(str(column))
    assert referring
    assert without == []
