"""All checks on one page: in a statement, for the reader's site, cut where there are very many."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from surveys.lists.checks import page as lists
from surveys.lists.checks.page import ALL_CHECKS
from surveys.models import ConsentText, Patient, Treatment
from surveys.store.patient import dismissals
from tests.surveys.lists.checks.conftest import (
    AT,
    answered,
    contact_of,
    enrol,
    findings,
    palsy_of,
    terms,
    unproved,
)
from tests.surveys.lists.checks.test_onset import timepoint

BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


def test_a_record_without_a_fault_is_found_by_none(session: Session, patient: Patient) -> None:
    """The other tests of the checks change one thing of this patient's."""
    assert [found for found in lists.page(session, terms(session)) if found.in_all] == []


@BOTH
def test_all_find_theirs_at_once(session: Session, patient: Patient) -> None:
    """On both databases, with what each saw and a dismissal of each."""
    timepoint(session, patient, "onset")
    contact, palsy = contact_of(session, patient), palsy_of(session, patient)
    palsy.onset_precision, palsy.recovered_on, patient.birth_year = "year", date(2025, 1, 1), 2015
    contact.email = contact.refused_email = "p1@example.org"
    other = enrol(session, "P2")
    other_contact = contact_of(session, other)
    other_contact.name, other_contact.born_on = "PERSON P1", date(1970, 5, 1)
    contact.name, contact.born_on, other_contact.email = "person p1", date(1970, 5, 1), None
    session.add(Treatment(patient_id=patient.id, kind="botulinum_toxin"))
    text = {"version": "1", "locale": "en", "text": "May we?", "parts": {}, "sha256": "0" * 64}
    session.add(ConsentText(study_id=patient.study_id, loaded_by="test", loaded_at=AT, **text))
    made = answered(session, patient, "saq", 3, started_at=AT - timedelta(seconds=5))
    unproved(session, made, "changed")
    expected = {check.key: 1 for check in ALL_CHECKS} | {"onset": 2}
    session.flush()
    assert lists.waiting(session, terms(session)) == expected
    for found in lists.page(session, terms(session)):
        for one in found.findings:
            dismissals.dismiss(
                session, one.patient_id, found.check.key, one.subject, one.seen, "So", at=AT, actor="test"
            )
    assert lists.waiting(session, terms(session)) == {}
    assert {one.check.key: len(one.dismissed) for one in lists.page(session, terms(session))} == expected


def test_a_reader_of_a_site_sees_that_site_alone(session: Session, patient: Patient) -> None:
    """Rows, numbers, and what a link asks for."""
    patient.site, patient.birth_year = "North", 2015
    enrol(session, "P2", site="South", birth_year=2015)
    assert [one.patient for one in findings(session, "age", "NORTH")] == ["P1"]
    assert lists.waiting(session, terms(session, "North")) == {"age": 1}
    assert lists.find(session, terms(session, "North"), "age", "P2", "") is None
    assert lists.find(session, terms(session), "age", "P2", "") is not None
    assert lists.find(session, terms(session), "age", "P2", "palsy:1") is None


def test_many_findings_are_cut_and_counted_in_one_statement(
    session: Session, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are; in the order of the codes."""
    for number in range(4):
        enrol(session, f"Q{number}", birth_year=2015)
    session.flush()
    monkeypatch.setattr(lists, "SHOWN", 3)
    seen: list[str] = []
    engine = session.get_bind()
    listen = (engine, "before_cursor_execute", lambda _c, _u, statement, *_: seen.append(statement))
    wanted = terms(session)
    event.listen(*listen)
    found = {one.check.key: one for one in lists.page(session, wanted)}
    lists.waiting(session, wanted)
    event.remove(*listen)
    assert len(seen) == 2
    assert ([one.patient for one in found["age"].findings], found["age"].in_all) == (["Q0", "Q1", "Q2"], 4)
