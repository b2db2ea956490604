"""The whole program as the server's role of PostgreSQL, which owns nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.db import db, short_transaction
from surveys.keeping import keep_all
from surveys.mail.mailer import MemoryMailer
from surveys.models import Alert, Event, Message, Patient, Response, Study
from surveys.post import Post
from surveys.settings import Settings
from surveys.store import audit
from surveys.store.audit import guards
from surveys.store.patient import erasing, participation
from surveys.store.visit import finishing
from surveys.store.visit.responses import wrong_scores
from tests.support.answers import PHONE, send
from tests.support.commands import seventh_with
from tests.support.patient import Patient as Walker
from tests.support.patient import in_process
from tests.support.roles import as_server
from tests.support.staff import ENROLMENT, signed_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, seals, texts

pytestmark = pytest.mark.owner

COLUMNS = ",".join(f"phq9_q{number}" for number in range(1, 10))
FILE = f"patient,visit,completed_on,birth_year,{COLUMNS}\nQ1,old,2025-01-01,1970,0,0,0,0,0,0,0,0,1\n"
ADDRESS = "monitor@sponsor.example"


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The server's own address."""
    return as_server(postgres_url)


@pytest.mark.long
def test_a_study_lives_without_owning_its_tables(app: Flask, settings: Settings, tmp_path: Path) -> None:
    """Set up, enrol, answer, correct, import and undo, freeze, mail, finish, erase, back up, and prove."""
    invited = invite(app, "P1", locales=("en",))
    seventh = seventh_with(settings)
    send(app, invited.token, FACE, PHQ9, draft=SAQ)
    walker = Walker(in_process(app, device=PHONE))
    walker.open(invited.token)
    walker.next()
    walker.finish()
    assert "Thank you" in walker.page.text
    send(app, invite(app, "P2").token, FACE, draft=(*PHQ9[:8], 1))

    coordinator = signed_in(app)
    coordinator.get("/staff/S1/enrol")
    contact = {"email": "anna@abel.example", "name": "Anna Abel"}
    page = coordinator.post("/staff/S1/enrol", ENROLMENT | contact)
    assert "P-7" in page.text, page.text
    coordinator.get("/staff/S1/study/data")
    page = coordinator.post("/staff/S1/study/data", {"heads_address": ADDRESS, "smallest_group": "5"})
    assert "Saved." in page.text, page.text

    (tmp_path / "old.csv").write_text(FILE)
    for words in (
        ("study create", "S2"),
        ("import", "S2", tmp_path / "old.csv"),
        ("import undo", "S2"),
        ("freeze", "S1", "first"),
        ("backup", tmp_path / "one.zip", "--prove"),
    ):
        ran = seventh(*words[0].split(), *words[1:])
        assert ran.code == 0, ran

    at = datetime.now(UTC) + timedelta(hours=30)
    mailer = MemoryMailer()
    with app.app_context():
        engine = db.engine
        post = Post(
            lambda: short_transaction(engine), mailer, "https://x.example", "secret", None, lambda: at
        )
        post.plan()
        post.send_all()
        keep_all(post.transaction, at)
        finishing.finish_late(post.transaction, texts(app), seals(app), at=at, actor="test")
    assert ADDRESS in {mail.to for mail in mailer.sent}

    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        on = patient.enrolled_on
        participation.change_status(session, patient, "paused", on=on, at=at, actor="test")
        erasing.remove(session, patient, reason="asked", on=on, at=at, actor="test")
    with app.app_context():
        session = db.session
        assert session.scalar(select(func.count(Response.id))) == 1
        assert session.scalar(select(func.count(Alert.id)))
        assert session.scalar(select(func.count(Message.id)))
        assert session.scalar(
            select(func.count(Event.id)).where(Event.study_id == session.scalar(select(Study.id)))
        )
        assert list(audit.verify(session)) == []
        assert list(guards.missing(session)) == []
        assert list(wrong_scores(session)) == []
