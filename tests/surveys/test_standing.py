"""What an installation lacks before it may face patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from surveys import standing
from surveys.db import db, newest_revision, writing
from surveys.jobs import queue
from surveys.models import AlertMail, Message, Staff, Study
from surveys.settings import Settings, SignInService
from surveys.standing import Still
from surveys.store.study.studies import note_backup_proved
from tests.support.dashboard_page import statements
from tests.support.present import now
from tests.support.server import LiveServer, free_listener, url_of
from tests.support.study import changing, invite


@pytest.fixture
def roles_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a server's role that owns nothing: `tests/surveys/store/audit/test_roles.py` has a real one."""
    monkeypatch.setattr(standing.roles, "owns", lambda session: False)


@pytest.fixture
def mail_went() -> bool:
    """Whether a message went out."""
    return True


@pytest.fixture
def ready(app: Flask, settings: Settings, mail_went: bool) -> Settings:
    """An installation that lacks nothing; its settings."""
    invited = invite(app, "P1", study="S1")
    at = now()
    with app.app_context(), writing():
        queue.see(db.session, "one", at=at)
        note_backup_proved(db.session, sha256="0" * 64, at=at, actor="command:backup")
        if mail_went:
            went = {"kind": "invitation", "channel": "email", "nth": 9, "planned_at": at}
            told = {"outcome": "sent", "outcome_at": at}
            db.session.add(Message(visit_id=invited.visit_id, **went, **told))
        db.session.commit()
    return replace(settings, public_url="https://clinic.example", mail_url="smtp://mail.example")


def gaps(app: Flask, settings: Settings, at: datetime | None = None) -> list[str]:
    with app.app_context():
        return list(standing.gaps(db.session, settings, at=at or now()))


@pytest.mark.database
def test_a_ready_one_lacks_nothing(app: Flask, ready: Settings) -> None:
    """But on PostgreSQL, where the tests' one role owns all, a second role."""
    found = gaps(app, ready)
    assert [gap.split(":")[0] for gap in found] == (["Roles"] if ready.is_on_postgresql else [])


@pytest.mark.usefixtures("roles_apart")
@pytest.mark.parametrize(
    ("told", "change"),
    [
        ("Address: ", lambda known: replace(known, public_url="http://clinic.example")),
        ("Mail: SEVENTH_MAIL_URL", lambda known: replace(known, mail_url="console:")),
    ],
)
def test_settings(app: Flask, ready: Settings, told: str, change: Callable[[Settings], Settings]) -> None:
    """A sentence for each."""
    [gap] = gaps(app, change(ready))
    assert gap.startswith(told)


def _execute(app: Flask, statement: str, **values: str) -> None:
    with app.app_context(), writing():
        db.session.execute(text(statement), values)
        db.session.commit()


@pytest.mark.usefixtures("roles_apart")
@pytest.mark.parametrize(
    ("told", "statement"),
    [
        ("Worker: it was never seen", "DELETE FROM host"),
        ("Schema: the database is at 0001", "UPDATE alembic_version SET version_num = '0001'"),
    ],
)
def test_what_is_stored(app: Flask, ready: Settings, told: str, statement: str) -> None:
    """Each is told alone."""
    _execute(app, statement)
    found = gaps(app, ready)
    # The database of the next test is this one without its rows, and its revision is not among those.
    _execute(app, "UPDATE alembic_version SET version_num = :newest", newest=newest_revision())
    [gap] = found
    assert gap.startswith(told)


@pytest.mark.usefixtures("roles_apart")
@pytest.mark.parametrize("mail_went", [False])
def test_mail_must_have_gone(app: Flask, ready: Settings) -> None:
    """A setting alone proves nothing."""
    [gap] = gaps(app, ready)
    assert gap.startswith("Mail: no mail is known to have arrived.")


@pytest.mark.usefixtures("roles_apart")
def test_time_passes(app: Flask, ready: Settings) -> None:
    """The worker's word holds for a minute, a proof for a month and some days; a clock may not be behind."""
    assert [gap.split(":")[0] for gap in gaps(app, ready, now() + timedelta(minutes=2))] == ["Worker"]
    later = gaps(app, ready, now() + timedelta(days=36))
    assert [gap.split(":")[0] for gap in later] == ["Worker", "Backup"]
    assert "Clock" in {gap.split(":")[0] for gap in gaps(app, ready, now() - timedelta(minutes=5))}


@pytest.mark.usefixtures("roles_apart")
def test_the_sign_in_service_is_asked(app: Flask, ready: Settings) -> None:
    """Whether it describes itself, by the name that is set, and whole."""
    described: dict[str, object] = {}
    provider = Flask("provider")

    @provider.get("/.well-known/openid-configuration")
    def description() -> object:
        return described or "no provider"

    with free_listener() as listener, LiveServer(provider, listener):
        issuer = url_of(listener)
        set_to = replace(ready, sign_in_service=SignInService(issuer, "seventh", "a secret of both"))
        assert "gives no description" in gaps(app, set_to)[0]
        described.update(dict.fromkeys(standing.PLACES, "https://x"), issuer=issuer)
        assert gaps(app, set_to) == []
        del described["jwks_uri"]
        assert "names no jwks_uri." in gaps(app, set_to)[0]
        described["issuer"] = f"{issuer}/"
        assert "describes another issuer" in gaps(app, set_to)[0]
    [gap] = gaps(app, set_to)
    assert "(ConnectionError)" in gap


@pytest.mark.usefixtures("roles_apart")
def test_disk_and_guards(app: Flask, ready: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trigger that is gone is named."""
    monkeypatch.setattr(standing, "COMFORTABLY_FREE", 2**62)
    [gap] = gaps(app, ready)
    assert gap.startswith("Disk: ")
    monkeypatch.setattr(standing, "COMFORTABLY_FREE", 0)
    monkeypatch.setattr(standing.guards, "missing", lambda session: iter(["Trigger x: it is missing"]))
    assert gaps(app, ready) == ["Guards of the database: Trigger x: it is missing"]


def test_a_worker_that_stands_still_is_told_with_what_waits(app: Flask) -> None:
    """Of one study with real patients; while one is at work it costs no statement."""
    at, invited = now(), invite(app)
    with changing(app) as session:
        found = session.get_one(Study, invited.study_id)
        known = {"nth": 9, "planned_at": at - timedelta(minutes=1)}
        for kind, channel in (("invitation", "email"), ("reminder", "letter")):
            session.add(Message(visit_id=invited.visit_id, kind=kind, channel=channel, **known))
        ann = Staff(email="ann@example.org", password="", fs_uniquifier="a", created_at=at)
        session.add(ann)
        session.flush()
        session.add(AlertMail(study_id=found.id, kind="test", staff_id=ann.id, planned_at=at))
        assert standing.still(session, found, None, at=at) is None
        found.simulated = False
        session.flush()
        long_ago = at - timedelta(minutes=2)
        assert standing.still(session, found, None, at=at) == Still(None, 1, 1)
        assert standing.still(session, found, long_ago, at=at) == Still(long_ago, 1, 1)
        with statements() as seen:
            assert standing.still(session, found, at, at=at) is None
            found.status = "closed"
            assert standing.still(session, found, None, at=at) is None
        assert seen == []
        session.rollback()


def test_why_pages_cannot_be_answered(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a word, the worst first."""
    with app.app_context():
        assert standing.hindrance(db.session, settings) is None
        monkeypatch.setattr(standing, "LEAST_FREE", 2**62)
        assert standing.hindrance(db.session, settings) == "disk"
        monkeypatch.setattr(standing, "newest_revision", lambda: "9999")
        assert standing.hindrance(db.session, settings) == "schema"
