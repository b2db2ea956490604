"""Signatures, and what they still cover."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Event, Freeze, Response, Signature, Staff, Study, Visit
from surveys.store import audit
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from surveys.store.study import signatures
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT


@pytest.fixture
def ann(session: Session) -> Staff:
    """An investigator."""
    return staff.add(
        session, "ann@example.org", "correct horse battery", name="Ann Abel", at=AT, actor="test"
    )


def answer(session: Session, library: Library, visit: Visit, key: str) -> None:
    """A questionnaire of the visit, all items answered with 1."""
    instrument = library.get(key)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=visit.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=AT),
        answers={item.key: 1 for item in instrument.items},
        source="paper",
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.insert_scored(session, [new], at=AT, actor="test")
    session.commit()


def test_a_visit_is_signed_as_it_is(session: Session, library: Library, visit: Visit, ann: Staff) -> None:
    """With name, time and meaning; a later answer or annulment shows that it is no longer covered."""
    with pytest.raises(Refused, match="nothing to sign"):
        signatures.sign_visit(session, visit, "reviewed", ann, role="investigator", at=AT)
    answer(session, library, visit, "saq")
    signatures.sign_visit(session, visit, "reviewed", ann, role="investigator", at=AT)
    session.commit()
    [one] = signatures.of_visits(session, [visit.id])
    assert (one.meaning, one.name, one.role, one.at) == ("reviewed", "Ann Abel", "investigator", AT)
    assert one.covers
    last = session.execute(
        select(Event.action, Event.patient_id, Event.digests).order_by(Event.id.desc()).limit(1)
    ).one()
    assert (last.action, last.patient_id) == ("visit.signed", visit.patient_id)
    assert [name.partition(":")[0] for name in last.digests] == ["signature"]
    response = session.scalars(select(Response)).one()
    response.annulled_at = AT + timedelta(hours=1)
    session.commit()
    [one] = signatures.of_visits(session, [visit.id])
    assert not one.covers
    answer(session, library, visit, "face")
    signatures.sign_visit(session, visit, "complete", ann, role="admin", at=AT)
    session.commit()
    told = signatures.of_visits(session, [visit.id])
    assert [(one.role, one.covers) for one in told] == [("admin", True), ("investigator", False)]
    assert list(audit.verify(session)) == []


def test_a_freeze_is_signed_with_its_content(session: Session, study: Study, ann: Staff) -> None:
    """An emptied one is not."""
    facts = {"sha256": "0" * 64, "patients": 0, "responses": 0, "made_by": "test", "made_at": AT}
    frozen = Freeze(study_id=study.id, name="Report", content="{}", **facts)
    emptied = Freeze(study_id=study.id, name="Old", emptied_at=AT, **facts)
    session.add_all((frozen, emptied))
    session.commit()
    signatures.sign_freeze(session, frozen, "approved", ann, role="investigator", at=AT)
    session.commit()
    [one] = signatures.of_freezes(session, [frozen.id, emptied.id])
    assert (one.freeze_id, one.meaning, one.covers) == (frozen.id, "approved", True)
    assert signatures.told(session, frozen) == [
        {
            "meaning": "approved",
            "name": "Ann Abel",
            "role": "investigator",
            "signed_at": AT.isoformat(),
            "digest": one.digest,
            "covers": True,
        }
    ]
    assert signatures.signers(session, study.id) == {ann.id: 1}
    assert signatures.signers(session, study.id + 1) == {}
    with pytest.raises(Refused, match="emptied"):
        signatures.sign_freeze(session, emptied, "approved", ann, role="investigator", at=AT)


@pytest.mark.parametrize("statement", ["UPDATE signature SET name = 'x'", "DELETE FROM signature"])
@pytest.mark.owner
def test_a_signature_stays(session: Session, study: Study, ann: Staff, statement: str) -> None:
    """The database refuses to change or remove one."""
    facts = {"sha256": "0" * 64, "patients": 0, "responses": 0, "made_by": "test", "made_at": AT}
    frozen = Freeze(study_id=study.id, name="Report", content="{}", **facts)
    session.add(frozen)
    session.commit()
    signatures.sign_freeze(session, frozen, "approved", ann, role="investigator", at=AT)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.connection().exec_driver_sql(statement)
    assert session.scalars(select(Signature.name)).all() == ["Ann Abel"]
