"""A real study with everything that it needs before patients answer, except permissions for wordings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.models import AlertMail, Study
from surveys.store.accounts import staff
from surveys.store.post import alert_mail, outbox
from surveys.store.post.outbox import Sent
from surveys.store.study import mail_proof, readers, studies
from surveys.store.visit import setup
from tests.support.engines import engine_of

GOVERNANCE: dict[str, Any] = {
    "ethics_committee": "Ethics committee of the medical faculty",
    "ethics_number": "2026-17",
    "ethics_on": date(2026, 1, 15),
    "controller": "University hospital",
    "data_protection_contact": "privacy@example.org",
    "legal_basis": "Consent, Article 6(1)(a) and 9(2)(a) GDPR",
    "retention_years": 10,
    "alert_days": ["monday", "thursday"],
    "alert_from": "09:00",
    "alert_until": "16:00",
}
FIRST, DEPUTY = "first@example.org", "deputy@example.org"


def make_ready(session: Session, study: Study, library: Library, *, at: datetime) -> None:
    """Fill in the facts of a real study, name and test its alert readers, prove a backup."""
    notices = {locale: f"How we use your answers ({locale})." for locale in study.locales}
    facts = {**GOVERNANCE, "privacy_notices": notices}
    setup.change(session, study, facts, library, at=at, actor="test")
    members = []
    for email in (FIRST, DEPUTY):
        member = staff.find(session, email) or staff.add(
            session, email, "correct horse battery", at=at, actor="test"
        )
        staff.grant(session, member, study, "investigator", at=at, actor="test")
        members.append(member.id)
    readers.name(session, study, members[0], members[1], at=at, actor="test")
    readers.send_test(session, study, at=at, actor="test")
    mail_arrives(session, study, at=at)
    studies.note_backup_proved(session, sha256="0" * 64, at=at, actor="test")


def mail_arrives(session: Session, study: Study, *, at: datetime) -> None:
    """The mail server takes every test alert of `study`, and each addressee opens the link in it."""
    alert_mail.plan(session, at=at)
    tests = select(AlertMail).where(AlertMail.study_id == study.id, AlertMail.kind == "test")
    for mail in session.scalars(tests).all():
        outbox.claim(mail, at=at)
        outbox.settle(mail, Sent(), at=at)
        mail_proof.opened(session, study, mail, at=at, actor=f"staff:{mail.staff_id}")


def make_ready_in(database_url: str, code: str) -> None:
    """The same for the study `code` of a database, as a command's test needs it."""
    with writing(), engine_of(database_url) as engine, Session(engine) as session:
        query = select(Study).where(Study.code == code).options(selectinload(Study.timepoints))
        make_ready(session, session.scalars(query).one(), Library.load(), at=datetime.now(UTC))
        session.commit()
