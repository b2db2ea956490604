"""What guards the patient's pages, what they cost the database, and what their headers say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from surveys.db import db
from surveys.models.dialects import on_postgresql
from surveys.store.visit import links
from surveys.views.form.pages import NEXT_PAGE
from surveys.views.form.visit import OF_A_LINK
from surveys.views.web.protection import count
from tests.support.answers import arrived
from tests.support.patient import Patient, in_process
from tests.support.round_trips import round_trips
from tests.support.study import FACE, PHQ9, SAQ, Invited, ask_consent, invite, one_table, stored

CLINIC = "https://questions.clinic.example"


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements of the block, without BEGIN."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(" ".join(statement.split()))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def at_the_second_item(app: Flask, invited: Invited) -> Patient:
    """Who answered one item, so that the draft is there."""
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    patient.answer(3)
    return patient


def opened(app: Flask) -> list[str]:
    """How a visit is read by who is going to write."""
    with app.app_context():
        return ["SELECT"] * (2 if on_postgresql(db.session) else 1)


@pytest.mark.database
class TestStatements:
    """Few statements on the hot paths: one reads the visit, the rest is what the press changes."""

    def test_an_item_is_read_with_one(self, app: Flask, invited: Invited) -> None:
        """The visit with study and link, its drafts, responses and alerts."""
        patient = at_the_second_item(app, invited)
        with statements(app) as seen:
            patient.get(patient.path)
        [main] = [re.findall(r"FROM (link|response|draft|alert) ", one) for one in seen]
        assert main == ["draft", "response", "alert", "link"]

    def test_an_answer_is_saved_with_one_more(self, app: Flask, invited: Invited) -> None:
        """No answer is read twice; on PostgreSQL it waits first for others who write to the visit."""
        patient = at_the_second_item(app, invited)
        with statements(app) as seen:
            reply = patient.send("POST", patient.path, [("csrf_token", patient.csrf_token), ("answer", "2")])
        assert reply.status == 302
        assert [one.split()[0] for one in seen] == [*opened(app), "UPDATE"]

    def test_a_submission_is_stored_with_six_more(self, app: Flask, invited: Invited) -> None:
        """Six: response, all scores at once, the study's rules on scores; the draft goes, which tells
        whether anything is asked soon; the trail's next event and what it binds, for which PostgreSQL calls
        one function.
        """
        patient = Patient(in_process(app))
        patient.open(invited.token)
        patient.next()
        patient.fill(FACE)
        with app.app_context():
            postgres = on_postgresql(db.engine)
        with statements(app) as seen:
            reply = patient.send("POST", patient.path, [("csrf_token", patient.csrf_token)])
        assert reply.status == 302
        assert [one.split()[0] for one in seen] == [
            *opened(app),
            "INSERT",
            "INSERT",
            "SELECT",
            "WITH",
            *(["SELECT"] if postgres else ["INSERT", "INSERT"]),
        ]


class TestRoundTrips:
    """How often a page waits for PostgreSQL: statements, BEGIN and COMMIT, and nothing else."""

    @pytest.fixture
    def database_url(self, postgres_url: str) -> str:
        """SQLite is a file."""
        return postgres_url

    def test_pages_wait_for_their_statements_alone(self, app: Flask, invited: Invited) -> None:
        """An item, an answer that is saved, and a submission, whose scores go together."""
        with app.app_context():
            engine = db.engine
        patient = at_the_second_item(app, invited)
        with round_trips(engine) as read:
            patient.get(patient.path)
        fields = [("csrf_token", patient.csrf_token), ("answer", "2")]
        with round_trips(engine) as saved:
            patient.send("POST", patient.path, fields)
        patient.fill(FACE[1:])
        with round_trips(engine) as submitted:
            reply = patient.send("POST", patient.path, fields[:1])
        assert reply.status == 302
        assert (len(read), len(saved), len(submitted)) == (1 + 2, 3 + 2, 7 + 2)


class TestNextPage:
    """A script that prefers the next question to a redirect gets it with its answer."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        """Nothing here depends on the database."""
        return sqlite_url

    @pytest.fixture
    def answer(self, client: FlaskClient, invited: Invited) -> Callable[..., TestResponse]:
        """Sends the form of one question of FaCE, as the script does."""
        page = client.get(invited.path, follow_redirects=True).get_data(as_text=True)
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]

        def send(number: int, **fields: object) -> TestResponse:
            return client.post(
                f"/visit/{invited.visit_id}/face/{number}",
                data={"csrf_token": token, **fields},
                headers={"Prefer": NEXT_PAGE},
            )

        return send

    def test_it_is_the_page_of_its_address(
        self, client: FlaskClient, answer: Callable[..., TestResponse]
    ) -> None:
        """All through a questionnaire; only its first answer and its end are redirects as always."""
        replies = [answer(number, answer=value) for number, value in enumerate(FACE, 1)]
        replies += [answer(7, answer=1, go="back"), answer(6, go="back"), answer(3, answer=5)]
        assert [reply.status_code for reply in replies] == [302, *[200] * 13, 302, *[200] * 3]
        for reply in replies[-3:]:
            there = reply.headers["Content-Location"]
            assert reply.get_data() == client.get(there).get_data(), there
        assert [reply.headers["Content-Location"].rpartition("/")[2] for reply in replies[-3:]] == [
            "6",
            "5",
            "4",
        ]

    def test_each_next_question_is_as_it_would_be_read(
        self, client: FlaskClient, answer: Callable[..., TestResponse]
    ) -> None:
        """Read at once after each answer, also where one was skipped."""
        answer(1, answer=1)
        for number in range(2, 15):
            fields = {"go": "skip"} if number % 5 == 0 else {"answer": 2}
            reply = answer(number, **fields)
            assert reply.get_data() == client.get(reply.headers["Content-Location"]).get_data()

    def test_what_comes_first_still_comes_first(self, answer: Callable[..., TestResponse]) -> None:
        """An answer ahead of an open question, a change from the review, and no answer at all."""
        answer(1, answer=1)
        ahead = answer(4, answer=2)
        assert (ahead.status_code, ahead.headers["Location"].rpartition("/")[2]) == (302, "2")
        change = answer(1, answer=3, change="1")
        assert (change.status_code, change.headers["Location"].rpartition("/")[2]) == (302, "review")
        assert answer(2).status_code == 422


class TestHeaders:
    """What every answer of a journey says besides its page."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        """Headers do not depend on the database."""
        return sqlite_url

    def test_every_page_has_a_strict_policy_and_is_never_cached(self, app: Flask, invited: Invited) -> None:
        """No script or style but our own, no framing, nothing kept by the browser; refusals included."""
        patient = Patient(in_process(app))
        patient.open(invited.token)
        patient.next()
        patient.next()  # 422
        patient.fill(FACE)
        patient.next()
        patient.finish(PHQ9, SAQ)
        for path in ("/s/unknown", "/visit/99", f"/visit/{invited.visit_id}/face/99"):
            patient.get(path)
        assert {reply.status for reply in patient.replies} == {200, 302, 403, 404, 422}
        for reply in patient.replies:
            policy = reply.header("Content-Security-Policy") or ""
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), reply.path
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert reply.header("Cache-Control") == "no-store"
            assert reply.header("Referrer-Policy") == "same-origin"
            assert reply.header("X-Content-Type-Options") == "nosniff"

    def test_pages_carry_no_script_or_style_of_their_own(self, app: Flask, invited: Invited) -> None:
        """Nothing that the policy would have to allow: no inline script, handler or style."""
        patient = Patient(in_process(app))
        patient.open(invited.token)
        patient.finish(FACE, PHQ9, SAQ)
        for reply in patient.replies:
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", reply.html), reply.path

    def test_a_page_speaks_of_no_other_place(self, app: Flask, invited: Invited) -> None:
        """Every address in a page is a path of our own."""
        patient = Patient(in_process(app))
        patient.open(invited.token)
        patient.finish(FACE, PHQ9, SAQ)
        for reply in patient.replies:
            addresses = re.findall(r'(?:href|src|action)="([^"]*)"', reply.html)
            assert [one for one in addresses if not one.startswith(("/", "#"))] == []


class TestPersonalLink:
    """A link opens as mail programs and people hand it on."""

    @pytest.mark.parametrize(
        "behind", [".", ",", ")", "%3E", "%20", "%0A", "%0D%0A", "=", "/", "%E2%80%9D", ".?utm_source=mail"]
    )
    def test_signs_behind_it_do_no_harm(self, app: Flask, invited: Invited, behind: str) -> None:
        """They are no part of it."""
        assert invited.token.isalnum()
        patient = Patient(in_process(app))
        patient.get(invited.path + behind)
        assert patient.path.partition("?")[0] == f"/visit/{invited.visit_id}"

    def test_the_short_address_too(self, app: Flask) -> None:
        """A stroke typed behind it changes nothing."""
        patient = Patient(in_process(app))
        patient.get("/c/")
        assert patient.status == 200
        patient.post("/c/", {"code": "K7MP-2QXW", "birth_year": "1970"})
        assert "do not go together" in patient.page.text


class TestCookies:
    """SameSite=Lax always, Secure exactly when the public address is https."""

    @pytest.fixture
    def secure(self, public_url: str) -> bool:
        """Whether cookies must be Secure here."""
        return public_url.startswith("https://")

    @pytest.fixture(params=["http://localhost", CLINIC])
    def public_url(self, request: pytest.FixtureRequest) -> str:
        """Plain and https."""
        return str(request.param)

    def test_flags(self, app: Flask, invited: Invited, public_url: str, secure: bool) -> None:
        """Each cookie that a journey sets."""
        patient = Patient(in_process(app, public_url))
        patient.open(invited.token)
        patient.finish(FACE, PHQ9, SAQ)
        assert patient.page.heading == "Thank you"
        cookies = [cookie for reply in patient.replies for cookie in reply.cookies]
        assert cookies
        for cookie in cookies:
            flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
            assert {"samesite=lax", "httponly"} <= flags
            assert ("secure" in flags) == secure


class TestHttps:
    """A whole journey under https, from browsers that tell nothing of where they come from."""

    @pytest.fixture
    def public_url(self) -> str:
        """As a clinic runs it."""
        return CLINIC

    def test_no_referer_is_needed(self, app: Flask, invited: Invited) -> None:
        """Cookie and hidden fields suffice: no Referer, no Origin, no User-Agent."""
        patient = Patient(in_process(app, CLINIC))
        patient.open(invited.token)
        patient.finish(FACE, PHQ9, SAQ)
        assert patient.page.heading == "Thank you"
        assert {reply.header("Strict-Transport-Security") for reply in patient.replies} == {
            "max-age=31536000"
        }


def counted(app: Flask, link: str, times: int) -> None:
    """Count so many requests of a link, without their pages."""
    with app.app_context():
        for _ in range(times):
            count(OF_A_LINK, link)


class TestRequestLimit:
    """600 requests a minute per link; nobody pays for another's."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        """Counting does not touch the database."""
        return sqlite_url

    def test_the_601st_request_in_a_minute_is_refused(self, app: Flask, invited: Invited) -> None:
        """With a page that says what to do; another link goes on, and a minute later this one does too."""
        other = invite(app, "P2")
        start = datetime.now(UTC).replace(second=1, microsecond=0)
        with time_machine.travel(start, tick=False) as clock:
            patient = Patient(in_process(app))
            patient.open(invited.token)
            before = stored(app)
            [link] = [row["id"] for row in one_table(app, "link") if row["visit_id"] == invited.visit_id]
            counted(app, f"link:{link}", 580)
            for _ in range(19):
                assert patient.send("GET", f"/visit/{invited.visit_id}/pause", []).status == 200
            patient.post(f"/visit/{invited.visit_id}/face/1", {"answer": "3"})
            assert patient.status == 429
            assert "wait a minute" in patient.page.text
            assert stored(app) == before

            somebody_else = Patient(in_process(app))
            somebody_else.open(other.token)
            somebody_else.finish(FACE)
            assert somebody_else.status == 200

            clock.move_to(start + timedelta(minutes=1), tick=False)
            patient.get(f"/visit/{invited.visit_id}/face/1")
            assert patient.status == 200

    def test_opening_one_link_over_and_over_locks_nobody_else_out(self, app: Flask, invited: Invited) -> None:
        """Browsers that do not keep the cookie count for the link that they open."""
        other = invite(app, "P2")
        with time_machine.travel(datetime.now(UTC).replace(second=1), tick=False):
            counted(app, f"token:{links.digest(invited.token)}", 580)
            statuses = [in_process(app)("GET", invited.path, []).status for _ in range(21)]
            assert statuses == [302] * 20 + [429]
            assert in_process(app)("GET", other.path, []).status == 302


class TestBetweenTwoQuestionnaires:
    """The page that says what is saved, for whoever has something else to do first."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        """Where a page leads is worked out in Python."""
        return sqlite_url

    def test_a_consent_that_is_due_comes_first(self, app: Flask, invited: Invited) -> None:
        """A study that begins to ask for it asks before it tells of the next questionnaire."""
        patient = arrived(app, invited.token, FACE)
        saved = f"/visit/{invited.visit_id}/saved"
        patient.get(saved)
        assert patient.path == saved
        ask_consent(app)
        patient.get(saved)
        assert patient.path == f"/visit/{invited.visit_id}/consent"
