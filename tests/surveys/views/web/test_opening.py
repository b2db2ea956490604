"""A server whose database is away waits for it, and says so, instead of ending."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from app import create_app
from surveys.db import close
from surveys.settings import Settings
from surveys.views.web import opening


def settings(url: str) -> Settings:
    return Settings(database_url=url, secret_key="test " * 10)


def away(url: str, folder: Path) -> str:
    """The database of `url` by a folder that is not there yet."""
    return make_url(url).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)


def test_pages_wait_for_the_database(
    shared_postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In words, and begin once it is there; the log says once why."""
    monkeypatch.setattr(opening, "AGAIN_AFTER", 0.0)
    place = tmp_path / "socket"
    app = create_app(settings(away(shared_postgres_url, place)))
    client: FlaskClient = app.test_client()
    for _ in range(2):
        page = client.get("/")
        assert page.status_code == 503
        assert "We will be back soon" in page.text
    with client.get("/static/favicon.svg") as icon:
        assert icon.status_code == 200
    assert sum("waits for its database" in line for line in caplog.messages) == 1
    place.symlink_to(str(make_url(shared_postgres_url).query["host"]))
    assert client.get("/").status_code == 200
    with app.app_context():
        close()


def test_it_is_not_asked_too_often(shared_postgres_url: str, tmp_path: Path) -> None:
    """However many pages are asked for meanwhile."""
    looks = []
    app = create_app(settings(away(shared_postgres_url, tmp_path / "socket")))
    waiting = app.extensions["opening"]
    look, waiting._look = waiting._look, lambda: (looks.append(1), look())
    client = app.test_client()
    for _ in range(5):
        assert client.get("/").status_code == 503
    assert len(looks) == 1


def test_commands_do_not_wait(shared_postgres_url: str, tmp_path: Path) -> None:
    """Nor does a server of an SQLite that cannot be opened: its address is wrong."""
    with pytest.raises(OperationalError):
        create_app(settings(away(shared_postgres_url, tmp_path / "socket")), serves=False)
    with pytest.raises(OperationalError):
        create_app(settings(f"sqlite:///{tmp_path}/nowhere/seventh.db"))
