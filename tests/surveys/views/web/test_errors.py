"""Error pages and what the log keeps of an error."""

import io
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize  # type: ignore[import-untyped]
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from surveys.db import db
from surveys.models import Staff
from surveys.store.errors import Refused
from surveys.views.api import rest
from surveys.views.clinic import clinic
from surveys.views.form import pages as patient
from surveys.views.web import frame
from tests.support.staff import signed_in
from tests.support.study import changing, invite, stored


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


@pytest.mark.parametrize("database_url", ["postgres_url"], indirect=True)
def test_a_failed_statement_still_shows_our_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks who is signed in; the transaction that failed would not answer."""

    def fail(*_: object, **__: object) -> None:
        db.session.execute(text("INSERT INTO nowhere VALUES (1)"))

    invite(app, "P1", study="S1")
    member = signed_in(app)
    member.get("/staff/S1/note/P1")
    app.testing = False
    monkeypatch.setattr(clinic.clinic, "write_note", fail)
    page = member.post("/staff/S1/note/P1", {"text": "Prefers mornings"})
    assert member.status == 500
    assert "Something went wrong on our side" in page.text


class Broken(io.RawIOBase):
    """A body whose chunks say no length, as the server reads it."""

    def readinto(self, _: object) -> int:
        """Find that out."""
        raise InvalidChunkSize(b"zz")


def test_a_body_in_broken_chunks_is_no_fault_of_ours(client: FlaskClient) -> None:
    """Whoever sends it, wherever."""
    for address in ("/login", "/theme", "/c", "/visit/1/face/1", "/staff/S1/enrol", "/nowhere"):
        answer = client.post(
            address,
            content_type="application/x-www-form-urlencoded",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input": Broken(), "wsgi.input_terminated": True},
        )
        assert answer.status_code in (400, 404), address
        assert answer.mimetype == "text/html"


def test_a_refusal_that_no_page_expected_is_told_in_its_own_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of ours: the page says why, and nothing is kept."""

    def refuse(*_: object, **__: object) -> None:
        db.session.execute(text("UPDATE patient SET site = 'half done'"))
        raise Refused("The list is kept elsewhere.")

    invite(app, "P1", study="S1")
    member = signed_in(app)
    member.get("/staff/S1/clinic")
    monkeypatch.setattr(clinic.clinic, "take_off", refuse)
    before = stored(app, "patient")
    page = member.post("/staff/S1/clinic/off/P1", {})
    assert member.status == 422
    assert "This was not done" in page.text
    assert "The list is kept elsewhere." in page.text
    assert stored(app, "patient") == before


def test_a_program_reads_json_and_no_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no view answers, too: no such address, no such method, no database, a fault of ours."""

    def away(*_: object) -> None:
        raise OperationalError("SELECT", None, Exception(), connection_invalidated=True)

    app.testing = False
    client = app.test_client()
    replies = [client.get("/api/v1/nothing"), client.delete("/api/v1/studies/S1/scores")]
    monkeypatch.setattr(rest, "holder_of", away)
    replies.append(client.get("/api/v1/studies/S1/scores", headers={"Authorization": "Bearer x"}))
    monkeypatch.setattr(rest, "holder_of", len)
    replies.append(client.get("/api/v1/studies/S1/scores", headers={"Authorization": "Bearer x"}))
    assert [(one.status_code, one.content_type) for one in replies] == [
        (status, "application/problem+json") for status in (404, 405, 503, 500)
    ]
    assert [one.get_json()["status"] for one in replies] == [404, 405, 503, 500]
    assert set(replies[1].headers["Allow"].split(", ")) >= {"GET", "HEAD"}


def test_staff_read_of_an_error_in_their_own_frame_and_language(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened, what to do, and the way on; without the database no frame, as the frame asks it."""
    invite(app, "P1", study="S1")
    member = signed_in(app, role="analyst")
    lost = member.get("/staff/S1/nowhere")
    assert (member.status, lost.heading) == (404, "We cannot find this page")
    assert "/staff/" in lost.links
    closed = member.get("/staff/S1/patients")
    assert (member.status, closed.heading) == (403, "You may not open this page")
    assert "/staff/S1/dashboard" in closed.links

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", None, Exception(), connection_invalidated=True)

    app.testing = False
    monkeypatch.setattr(frame, "_open_rooms", away)
    out = member.get("/staff/S1/dashboard")
    assert (member.status, out.heading) == (503, "We will be back soon")
    assert "The database does not answer" in out.text
    assert "/staff/" not in out.links
    monkeypatch.undo()
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    assert member.get("/staff/S1/patients").heading == "Diese Seite ist Ihnen nicht zugänglich"
    assert app.test_client().get("/staff/nowhere").status_code == 404
