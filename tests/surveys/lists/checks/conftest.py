"""A patient whom no check finds, and what a check finds of that patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.lists.checks import page as lists
from surveys.lists.checks.check import Terms
from surveys.lists.checks.page import ALL_CHECKS, Finding
from surveys.lists.scope import Scope
from surveys.models import Contact, Dismissal, Event, Palsy, Patient, Response, Study, Visit
from surveys.models.response import UNPROVED
from surveys.store.patient import dismissals
from surveys.store.words import versions
from tests.support.engines import engine_of

TODAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LIBRARY = Library.load()
Found = Callable[[str], list[tuple[str, str]]]
Stands = Callable[[str], None]


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; `test_page` asks all checks of both."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on a study."""
    with writing(), engine_of(database_url) as engine, Session(engine) as made:
        made.add(Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT))
        made.flush()
        yield made


def enrol(session: Session, code: str, **facts: object) -> Patient:
    """A patient born 1970 with a contact and a palsy, whom no check finds."""
    study = session.query(Study).filter_by(code="S1").one()
    contact = Contact(name=f"Person {code}", email=f"{code}@example.org", hospital_number=f"H {code}")
    session.add(contact)
    session.flush()
    known = {"enrolled_on": date(2026, 1, 1), "status_since": date(2026, 1, 1), "birth_year": 1970}
    made = Patient(study_id=study.id, contact_id=contact.id, code=code, **(known | facts))
    session.add(made)
    session.flush()
    onset = {"onset_on": date(2025, 12, 1), "onset_precision": "day"}
    session.add(Palsy(patient_id=made.id, number=1, **onset))
    session.flush()
    return made


@pytest.fixture
def patient(session: Session) -> Patient:
    """P1, of whom every check finds nothing: `test_page` says so."""
    return enrol(session, "P1")


def contact_of(session: Session, patient: Patient) -> Contact:
    return session.get_one(Contact, patient.contact_id)


def palsy_of(session: Session, patient: Patient) -> Palsy:
    return session.query(Palsy).filter_by(patient_id=patient.id).one()


def terms(session: Session, site: str | None = None) -> Terms:
    study = session.query(Study).filter_by(code="S1").one()
    return Terms(Scope(study.id, site, TODAY), study.lowest_age, list(LIBRARY))


def answered(session: Session, patient: Patient, key: str, value: int | None, **facts: object) -> Response:
    """A visit with a questionnaire, every item answered with that value."""
    nth = session.query(Visit).count()
    visit = Visit(patient_id=patient.id, study_id=patient.study_id, name=f"v{nth}", battery=[key])
    visit.opens_on = visit.due_on = visit.closes_on = TODAY
    session.add(visit)
    session.flush()
    instrument = LIBRARY.get(key)
    answers = {} if value is None else {item.key: value for item in instrument.items}
    known = {"answers": answers, "not_given": {}, "answered_at": {}, "source": "web", "submitted_at": AT}
    version = versions.freeze(session, instrument, at=AT)
    made = Response(
        visit_id=visit.id,
        instrument=key,
        instrument_version_id=version,
        completed_on=TODAY,
        **(known | facts),
    )
    session.add(made)
    session.flush()
    return made


def unproved(session: Session, response: Response, why: str) -> None:
    """The event that nothing shows who wrote the response's draft."""
    patient = session.query(Patient).join(Visit).filter(Visit.id == response.visit_id).one()
    session.add(
        Event(
            study_id=patient.study_id,
            number=response.id,
            at=AT,
            actor="program",
            action=UNPROVED,
            patient_id=patient.id,
            facts={"response": response.id, "why": why},
            digests={},
            software="test",
            previous_hash="0" * 64,
            hash=f"{response.id:064}",
        )
    )
    session.flush()


def findings(session: Session, key: str, site: str | None = None) -> list[Finding]:
    session.flush()
    [found] = lists.page(session, terms(session, site), key)
    assert found.in_all == len(found.findings)
    if site is None:
        assert lists.waiting(session, terms(session)).get(key, 0) == found.in_all
    return list(found.findings)


def whole(session: Session, key: str) -> list[tuple[object, ...]]:
    """All that a check says of what it finds, but for whom."""
    return [
        (one.kind, one.subject, one.seen, one.one_on, one.other_on, one.figure, one.other)
        for one in findings(session, key)
    ]


@pytest.fixture
def found(session: Session) -> Found:
    """The kinds of what a check finds, with the patients' codes."""
    return lambda key: [(one.patient, one.kind) for one in findings(session, key)]


@pytest.fixture
def stands(session: Session) -> Stands:
    """Let the one finding of a check stand, see that it is gone, and let it wait again."""

    def let_stand(key: str) -> None:
        [one] = findings(session, key)
        everything = {one.check.key: one.in_all for one in lists.page(session, terms(session))}
        assert everything.keys() == {check.key for check in ALL_CHECKS}
        assert everything[key] == 1
        assert lists.find(session, terms(session), key, one.patient, one.subject) == one
        facts = {"at": AT, "actor": "test"}
        assert dismissals.dismiss(session, one.patient_id, key, one.subject, one.seen, "So it is.", **facts)
        assert not dismissals.dismiss(session, one.patient_id, key, one.subject, one.seen, "Again", **facts)
        assert findings(session, key) == []
        [shown] = lists.page(session, terms(session), key)
        assert [(each.patient, each.reason) for each in shown.dismissed] == [(one.patient, "So it is.")]
        dismissals.take_back(session, session.query(Dismissal).one(), at=AT, actor="test")
        assert findings(session, key) == [one]

    return let_stand
