"""Error pages and what the log keeps of an error."""

import logging

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from surveys.db import db
from surveys.views import patient


def test_an_error_logs_neither_the_link_nor_what_was_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever fails while a personal link is opened, the log names the page, never the address."""

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    app.testing = False
    monkeypatch.setattr(patient.links, "find", fail)
    with caplog.at_level(logging.DEBUG):
        reply = app.test_client().get("/s/a-secret-token")
    assert reply.status_code == 500
    assert "Something went wrong on our side" in reply.text
    assert "patient.open_link" in caplog.text
    assert "a-secret-token" not in caplog.text


def test_a_database_error_does_not_repeat_the_values(app: Flask) -> None:
    """Parameters may be answers: an error's text leaves them out."""
    with app.app_context():
        with pytest.raises(DBAPIError) as caught:
            db.session.execute(text("SELECT * FROM nowhere WHERE answer = :answer"), {"answer": "secret"})
        assert "secret" not in str(caught.value)
        db.session.rollback()
