"""Sessions that the server ends: a copied cookie, the list of one's own, and what a request costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from surveys.models import StaffSession
from surveys.store.accounts import sessions
from tests.support.dashboard_page import statements
from tests.support.patient import in_process
from tests.support.staff import Member, employ
from tests.support.study import changing, invite, one_table

ANN = "ann@example.org"
START = datetime(2027, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def ann(app: Flask) -> Member:
    """Her browser, signed in."""
    invite(app, study="S1")
    employ(app, ANN, "coordinator")
    return signed_in(app)


def signed_in(app: Flask) -> Member:
    """Another browser of hers."""
    member = Member(in_process(app))
    member.sign_in(ANN)
    return member


def opens(member: Member) -> bool:
    """Whether a page of staff opens."""
    return member.send("GET", "/staff/S1/patients", []).status == 200


def copied(app: Flask, member: Member) -> Member:
    """A browser with a copy of the cookie."""
    [cookie] = [cookie for reply in member.replies for cookie in reply.cookies if "seventh=" in cookie][-1:]
    name, _, value = cookie.partition(";")[0].partition("=")
    client = app.test_client()
    client.set_cookie(name, value)
    other = Member(in_process(app))

    def send(method: str, path: str, fields: object) -> object:
        answer = client.open(path, method=method)
        return type("Answer", (), {"status": answer.status_code, "html": answer.text})()

    other.send = send  # type: ignore[assignment]
    return other


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, ann: Member) -> None:
    """The server forgets the session, not only the browser."""
    thief = copied(app, ann)
    assert opens(thief)
    ann.get("/staff/account")
    ann.post("/logout", {})
    assert not opens(ann)
    assert not opens(thief)
    assert one_table(app, "staff_session") == []
    assert [row["action"] for row in one_table(app, "event")][-1] == "staff.signed_out"


def test_a_tablet_handed_out_signs_out_for_good(app: Flask, ann: Member) -> None:
    """The cookie of before opens no page of staff."""
    thief = copied(app, ann)
    [visit_id] = [row["id"] for row in one_table(app, "visit") if row["name"] == "baseline"]
    ann.get("/staff/S1/patients/P1")
    ann.post(f"/staff/S1/visits/{visit_id}/tablet", {})
    assert ann.path == f"/visit/{visit_id}"
    assert not opens(thief)


def test_one_sees_and_ends_ones_sessions(app: Flask, ann: Member) -> None:
    """One elsewhere, or all of them; that of this browser is marked."""
    there, third = signed_in(app), signed_in(app)
    page = ann.get("/staff/account/sessions")
    assert page.text.count("Unknown browser") >= 3
    assert "This browser" in page.text
    ends = [form.action for form in page.forms if form.action.endswith("/end")]
    first = min(ends, key=lambda path: int(path.split("/")[-2]))
    ann.post(first, {})
    assert "You are signed out there." in ann.page.text
    assert [opens(one) for one in (ann, there, third)] == [True, False, True]
    ann.post("/staff/account/sessions/end-others", {})
    assert "everywhere else" in ann.page.text
    assert [opens(one) for one in (ann, there, third)] == [True, False, False]
    ann.post(first, {})
    assert "not signed in there any more" in ann.page.text


def test_the_last_use_is_written_once_a_minute(app: Flask, ann: Member) -> None:
    """Session and account are read in one statement, and half an hour without use ends the session."""
    with time_machine.travel(START, tick=False) as clock:
        ann = signed_in(app)
        with statements() as seen:
            assert opens(ann)
        assert len([one for one in seen if "staff_session" in one]) == 1
        clock.shift(timedelta(minutes=2))
        with statements() as seen:
            assert opens(ann)
            assert opens(ann)
        assert len([one for one in seen if one.startswith("UPDATE staff_session")]) == 1
        clock.shift(timedelta(minutes=29))
        assert opens(ann)
        clock.shift(timedelta(minutes=31))
        assert "You were signed out" in ann.get("/staff/S1/patients").text


def test_a_page_says_when_the_session_ends_and_a_press_goes_on(app: Flask, ann: Member) -> None:
    """The script warns by it; after twelve hours no press helps."""
    with time_machine.travel(START, tick=False) as clock:
        ann = signed_in(app)
        ann.get("/staff/S1/patients")
        assert 'data-ends-in="1800"' in ann.replies[-1].html
        for minutes, left in ((28, 1800), (29, 1800), (1, 1740)):
            clock.shift(timedelta(minutes=minutes))
            ann.post("/staff/account/sessions/go-on", {})
            assert json.loads(ann.replies[-1].html) == {"ends_in": left}
        for _ in range(22):
            clock.shift(timedelta(minutes=29))
            ann.post("/staff/account/sessions/go-on", {})
        assert json.loads(ann.replies[-1].html) == {"ends_in": 12 * 3600 - (58 + 22 * 29) * 60}


def test_what_is_noted_behind_a_page_never_fails_it(
    app: Flask, ann: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page comes, and the log says what was given up."""

    def away(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", None, Exception("the disk is full"))

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        monkeypatch.setattr(sessions, "used", away)
        assert opens(ann)
    with changing(app) as session:
        assert (
            session.scalars(select(StaffSession.began_at)).all()
            == session.scalars(select(StaffSession.seen_at)).all()
        )
