"""Postmen at work: several at once, and one that dies on the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from surveys.db import engine_options, writing
from surveys.instruments.library import Library
from surveys.mail.mailer import Mail, MemoryMailer
from surveys.models import Alert, AlertReader, Message, Staff, Visit
from surveys.post import Post, Transaction
from surveys.schedule import preset
from surveys.store.patient import patients
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.post.outbox import CLAIM_LASTS
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
PEOPLE = 12


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A study with a dozen patients who have an e-mail address."""
    made = create_engine(database_url, **engine_options(database_url))
    library = Library.load()
    with writing(), Session(made) as session:
        new = NewStudy(
            "S1", contact="call", who_reads={"en": "x"}, crisis_texts={"en": "Call 112."}, simulated=True
        )
        study = studies.create(session, new, preset("registry"), library, at=AT, actor="test")
        studies.activate(session, study, library, at=AT, actor="test")
        for number in range(PEOPLE):
            contact = NewContact(name=f"Person {number}", email=f"p{number}@example.net")
            person = NewPatient(f"P{number}", AT.date(), birth_year=1970, contact=contact)
            patients.enrol(session, study, study.timepoints, person, library, at=AT, actor="test")
        session.commit()
    yield made
    made.dispose()


def transactions(engine: Engine) -> Transaction:
    @contextmanager
    def transaction() -> Iterator[Session]:
        with writing(), Session(engine) as session:
            yield session
            session.commit()

    return transaction


def post(engine: Engine, mailer: MemoryMailer, at: datetime = AT) -> Post:
    return Post(transactions(engine), mailer, "https://study.example.org", "secret", None, lambda: at)


class Mortal(MemoryMailer):
    """A mailer whose process is killed, once, right after the mail server took the mail."""

    def send(self, mail: Mail) -> None:
        super().send(mail)
        if len(self.sent) == 1:
            raise KeyboardInterrupt


def test_several_at_once_send_each_message_once(engine: Engine) -> None:
    """On both databases; planning at the same time as well."""
    mailer = MemoryMailer()

    def work(_: int) -> None:
        one = post(engine, mailer)
        one.plan()
        one.send_all()

    with ThreadPoolExecutor(4) as copies:
        list(copies.map(work, range(4)))
    assert sorted(mail.to for mail in mailer.sent) == sorted(f"p{n}@example.net" for n in range(PEOPLE))
    assert len({mail.body for mail in mailer.sent}) == PEOPLE, "each with a link and a name of its own"
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Message.outcome == "sent")) == PEOPLE


def test_what_was_under_way_when_a_postman_died_is_unknown(engine: Engine) -> None:
    """The mail went, nobody wrote it down: it is shown as unknown and not sent again; the others go."""
    mailer = Mortal()
    post(engine, mailer).plan()
    with pytest.raises(KeyboardInterrupt):
        post(engine, mailer).send_all()
    assert len(mailer.sent) == 1
    soon = post(engine, mailer, AT + timedelta(minutes=20))
    assert soon.send_all() == {"lost": 1, "sent": PEOPLE - 1}
    assert len({mail.to for mail in mailer.sent}) == len(mailer.sent) == PEOPLE
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Message.outcome == "unknown")) == 1


def test_who_was_stopped_with_a_message_in_hand_does_not_send_it(engine: Engine) -> None:
    """Others hold it for dead by then, and much may have been decided since: it is asked anew."""
    clock, mailer, told = [AT], MemoryMailer(), list[dict[str, int]]()

    @contextmanager
    def stopping() -> Iterator[Session]:
        with transactions(engine)() as session:
            yield session
        with Session(engine) as session:
            in_hand = session.scalar(select(func.count()).where(under_way))
        if in_hand and clock == [AT]:
            clock[0] += CLAIM_LASTS + timedelta(seconds=1)
            other = post(engine, MemoryMailer(), clock[0])
            told.append(other.send_all(lambda: True))

    under_way = Message.claimed_at.is_not(None) & Message.outcome.is_(None)
    post(engine, mailer).plan()
    one = Post(stopping, mailer, "https://study.example.org", "secret", None, lambda: clock[0])
    assert one.send_all() == {"later": 1, "sent": PEOPLE - 1}
    assert told == [{"lost": 1}]
    clock[0] += timedelta(minutes=2)
    assert one.send_all() == {"sent": 1}
    assert len({mail.to for mail in mailer.sent}) == len(mailer.sent) == PEOPLE


def test_word_of_an_alert_holds_no_patient_and_no_answer(engine: Engine) -> None:
    """Only where to look after signing in; a test alert leads to where its arrival is confirmed."""
    with writing(), Session(engine) as session:
        anna = Staff(email="anna@example.org", password="", fs_uniquifier="a", created_at=AT)
        session.add(anna)
        session.flush()
        session.add(AlertReader(study_id=1, rank="first", staff_id=anna.id, named_by="test", named_at=AT))
        visit_id = session.scalars(select(Visit.id).order_by(Visit.id)).first()
        session.add(Alert(visit_id=visit_id, instrument="phq9", rule="item9", first_answer=3, raised_at=AT))
        session.commit()
    mailer = MemoryMailer()
    assert post(engine, mailer).tell_staff() == {"sent": 1}
    [mail] = mailer.sent
    assert mail.to == "anna@example.org"
    assert "https://study.example.org/staff/S1/alerts" in mail.body
    said = mail.subject + mail.body
    assert not any(word in said for word in ("P0", "Person 0", "phq", "PHQ", "item", "harm"))
    with writing(), Session(engine) as session:
        session.scalars(select(AlertReader)).one().tested_at = AT
        session.commit()
    assert post(engine, mailer).tell_staff() == {"sent": 1}
    assert "https://study.example.org/staff/S1/study/test-alert/" in mailer.sent[1].body
