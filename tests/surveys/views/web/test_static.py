"""Built files are kept for a year and sent compressed; what belongs to one visitor never goes with them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.signing import CLOCKS_APART
from surveys.views.web.static import PageSessions
from tests.support.built import NAMES, STATIC, built

CSS = f"/static/built/{NAMES['patient.css']}"


def asked(client: FlaskClient, path: str, accepted: str | None = None) -> TestResponse:
    response = client.get(path, headers={"Accept-Encoding": accepted} if accepted else {})
    response.get_data()
    response.close()
    return response


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "*", "br;q=1, gzip;q=0.5"])
def test_a_browser_that_unpacks_gets_it_packed(client: FlaskClient, accepted: str) -> None:
    """The content and its type are the same, and a cache on the way tells the two apart."""
    response = asked(client, CSS, accepted)
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Content-Disposition"] == f"inline; filename={NAMES['patient.css']}"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(response.data) == built("patient.css").read_bytes()


@pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0"])
def test_one_that_does_not_gets_it_as_it_is(client: FlaskClient, accepted: str | None) -> None:
    """The same name answers both."""
    response = asked(client, CSS, accepted)
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.data == built("patient.css").read_bytes()


def test_the_icon_keeps_its_plain_address(client: FlaskClient) -> None:
    """The patient's page asks for it to see whether the server can be reached."""
    response = client.head("/static/favicon.svg")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.content_length == (STATIC / "favicon.svg").stat().st_size
    response.close()


def test_static_files_depend_on_no_session(client: FlaskClient) -> None:
    """A visitor with a session gets no cookie with them, and no cache keeps a copy for each visitor."""
    client.get("/theme")
    with client.session_transaction() as session:
        session["theme"] = "dark"
    for path in (CSS, "/static/favicon.svg"):
        response = asked(client, path)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    "path", ["/static/built/patient.000000000000.css", "/static/nothing.css", "/static/built/../../app.py"]
)
def test_what_is_not_there_is_not_kept(client: FlaskClient, path: str) -> None:
    """A name of another version, asked for while servers change over, must not be remembered as missing."""
    response = asked(client, path)
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    """They hold a secret beside what others may choose, and the packed size would tell of it."""
    response = asked(client, "/", "gzip")
    assert "Content-Encoding" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_templates_get_the_address_of_what_is_built(app: Flask) -> None:
    """By its plain name; a name that is not built fails when the page is drawn."""
    static_url = app.jinja_env.globals["static_url"]
    with app.test_request_context():
        assert static_url("patient.css") == CSS
        with pytest.raises(KeyError):
            static_url("nothing.css")


class TestSessions:
    """A cookie counts while it is ours, whole and young enough, also when it comes for the second time."""

    def device(self, app: Flask, cookie: str) -> str | None:
        with app.test_request_context(headers={"Cookie": f"seventh={cookie}"}):
            found: str | None = session.get("device")
            return found

    def cookie(self, app: Flask) -> str:
        signing = PageSessions().get_signing_serializer(app)
        assert signing is not None
        return str(signing.dumps({"device": "phone"}))

    def test_a_changed_cookie_is_none(self, app: Flask) -> None:
        """Each sign counts; the one that was right goes on being right."""
        cookie = self.cookie(app)
        for _ in range(2):
            assert self.device(app, cookie) == "phone"
            for place in (0, len(cookie) // 2, -2):  # the last sign holds bits that count for nothing
                other = "A" if cookie[place] != "A" else "B"
                changed = cookie[:place] + other + cookie[place:][1:]
                assert self.device(app, changed) is None

    def test_what_a_page_changes_stays_in_its_request(self, app: Flask) -> None:
        """Two requests with one cookie share nothing."""
        cookie = self.cookie(app)
        with app.test_request_context(headers={"Cookie": f"seventh={cookie}"}):
            session["device"] = "another"
        assert self.device(app, cookie) == "phone"

    def test_an_old_cookie_ends(self, app: Flask) -> None:
        """And so does one from the time to come, but for what two servers' clocks may differ."""
        with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as clock:
            cookie = self.cookie(app)
            assert self.device(app, cookie) == "phone"
            lifetime: timedelta = app.permanent_session_lifetime
            clock.shift(lifetime)
            assert self.device(app, cookie) == "phone"
            clock.shift(timedelta(seconds=1))
            assert self.device(app, cookie) is None
            clock.shift(-lifetime - timedelta(seconds=1) - CLOCKS_APART)
            assert self.device(app, cookie) == "phone"
            clock.shift(timedelta(seconds=-1))
            assert self.device(app, cookie) is None
