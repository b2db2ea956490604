"""An import as a whole. People who answer meanwhile are in tests/journeys/test_import_meanwhile.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import ALL_ROWS, Import, Patient, Study
from surveys.models.imports import seeing, seeing_all
from surveys.store.errors import Refused
from surveys.store.patient import imports, patients
from surveys.store.patient.patients import NewPatient
from surveys.store.visit.responses import Held
from tests.surveys.store.conftest import AT

SHA256 = "a" * 64


@pytest.fixture
def begun(session: Session, study: Study) -> int:
    """An import of one patient that is not finished."""
    facts = {"file": "old.csv", "sha256": SHA256, "wording": None, "counts": {"rows": 1}}
    number = imports.begin(session, study, **facts, at=AT, actor="test")
    new = NewPatient("P-9", AT.date(), 1970)
    patients.add(session, study, [new], at=AT, actor="test", import_id=number)
    return number


def codes(session: Session, **options: bool) -> list[str]:
    return list(session.scalars(select(Patient.code), execution_options=options))


def test_its_rows_are_seen_when_it_is_finished(
    session: Session, study: Study, library: Library, begun: int
) -> None:
    """Until then only by the import itself, by what asks for all rows, and by nobody else."""
    assert codes(session) == []
    assert codes(session, **ALL_ROWS) == ["P-9"]
    with seeing(session, begun):
        assert codes(session) == ["P-9"]
    with seeing(session, begun + 1):
        assert codes(session) == []
    with seeing_all(session):
        assert codes(session) == ["P-9"]
    assert session.execute(update(Patient).values(birth_year=1971)).rowcount == 0
    imports.finish(session, begun, Held(), attended=(), at=AT, actor="test")
    assert codes(session) == ["P-9"]
    with pytest.raises(Refused, match="finished or taken back by somebody else"):
        imports.still_open(session, begun)


def test_a_code_of_an_unfinished_import_is_taken(session: Session, study: Study, begun: int) -> None:
    """In any spelling; the sentence says by whom."""
    assert begun
    said = patients.taken(session, study, [NewPatient("p\u20139", AT.date())])
    assert said == "The study code P-9 is taken by an import that is not finished. Choose another."
    assert patients.taken(session, study, []) is None


def test_only_the_same_file_goes_on(session: Session, study: Study, begun: int) -> None:
    """With the same wording; and nothing begins beside it."""
    found = imports.under_way(session, study, SHA256, None)
    assert found is not None
    assert found.id == begun
    for sha256, wording in (("b" * 64, None), (SHA256, "German 2019")):
        with pytest.raises(Refused, match=f"seventh import undo {study.code} {begun}"):
            imports.under_way(session, study, sha256, wording)
    session.execute(update(Import).values(finished_at=AT + timedelta(minutes=1)))
    assert imports.under_way(session, study, SHA256, None) is None


def test_a_closed_study_stops_it(session: Session, study: Study, begun: int) -> None:
    """Also between two of its transactions."""
    assert imports.still_open(session, begun).id == study.id
    study.status = "closed"
    session.flush()
    with pytest.raises(Refused, match="was closed meanwhile"):
        imports.still_open(session, begun)
