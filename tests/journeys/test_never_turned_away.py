"""A link that always opens: a closed browser, a mistyped year or code, blocked cookies, a lost session."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.store.visit import links, short_codes
from tests.support.answers import arrived
from tests.support.patient import Patient, in_process
from tests.support.study import CONTACT, FACE, Invited, changing, invite, one_table

ASKS_YEAR = "Would you like to see what you answered before?"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is written is tested on both beside the store."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody born in 1970, invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Whose cookies a test may take away."""
    return app.test_client()


@pytest.fixture
def phone(app: Flask, browser: FlaskClient, invited: Invited) -> Patient:
    """Where two items were answered."""
    walker = Patient(in_process(app, client=browser))
    walker.open(invited.token)
    walker.next()
    walker.fill(FACE[:2])
    return walker


def close(browser: FlaskClient) -> None:
    """Close it: the cookies of its session go, and no other."""
    browser.delete_cookie("seventh")


def test_a_closed_browser_is_the_same_device(phone: Patient, browser: FlaskClient, invited: Invited) -> None:
    """It goes on where it stopped, asked nothing, and shows what was answered."""
    close(browser)
    phone.get(invited.path)
    assert phone.asked == "face/3"
    phone.press("Back")
    assert phone.step.checked == str(FACE[1])


def test_the_kept_word_opens_nothing(
    app: Flask, phone: Patient, browser: FlaskClient, invited: Invited
) -> None:
    """Without the link there is no visit, and the cookie is sent to this visit's pages alone."""
    close(browser)
    phone.get(f"/visit/{invited.visit_id}")
    assert phone.status == 403
    [kept] = {cookie for reply in phone.replies for cookie in reply.cookies if cookie.startswith("device=")}
    assert f"Path=/visit/{invited.visit_id};" in f"{kept};"
    assert "HttpOnly" in kept
    assert "Expires=" in kept
    assert "SameSite=Lax" in kept


def test_a_shared_device_forgets(app: Flask, phone: Patient, invited: Invited) -> None:
    """From the page for stopping; then it is asked like any other, and what was answered is kept."""
    phone.press("Stop for now")
    phone.get(
        next(path for path, said in phone.page.links.items() if said == "Do others use this device too?")
    )
    phone.press("Forget me on this device")
    assert phone.page.heading == "This device has forgotten your visit"
    phone.get(f"/visit/{invited.visit_id}")
    assert phone.status == 403
    phone.get(invited.path)
    assert phone.page.heading == ASKS_YEAR
    assert "another device" not in phone.page.text
    phone.post(phone.path, {"birth_year": "1970"})
    assert phone.asked == "face/3"


def test_a_slip_at_the_year_is_not_a_try(app: Flask, phone: Patient, invited: Invited) -> None:
    """Only a possible year counts; a whole birth date is read, in any digits."""
    tablet = Patient(in_process(app))
    tablet.get(invited.path)
    for slip in ("70", "x", "197", "2970"):
        tablet.post(tablet.path, {"birth_year": slip})
        assert (tablet.status, tablet.page.heading) == (422, ASKS_YEAR)
    assert one_table(app, "birth_year_try") == []
    tablet.post(tablet.path, {"birth_year": "01.02.１９７０"})
    assert tablet.asked == "face/3"


def letter(app: Flask, invited: Invited) -> str:
    """The code on a letter to this visit."""
    with changing(app) as session:
        link_id = links.find(session, invited.token)
        assert link_id is not None
        return short_codes.make(session, link_id)


def test_a_letter_forgives_slips(app: Flask, invited: Invited) -> None:
    """Neither an impossible year nor an impossible code is a try; a dash may be any."""
    code, walker = letter(app, invited), Patient(in_process(app))
    walker.get("/c")
    for typed, year in (("", ""), (code, ""), (code, "70"), (code, "1870"), ("O1O1-IIII", "1970")):
        walker.post("/c", {"code": typed, "birth_year": year})
        assert walker.status == 422
    assert [row["failures"] for row in one_table(app, "short_code")] == [0]
    walker.post("/c", {"code": code.replace("-", "–"), "birth_year": "01.02.1970"})
    assert walker.page.heading == "How is your face, and how are you?"


def test_a_used_up_letter_says_so(app: Flask, invited: Invited) -> None:
    """With the clinic's contact; the right year comes too late."""
    code, walker = letter(app, invited), Patient(in_process(app))
    walker.get("/c")
    for _ in range(short_codes.TRIES):
        assert CONTACT not in walker.page.text
        walker.post("/c", {"code": code, "birth_year": "1950"})
    for year in ("1950", "1970"):
        assert "no longer works" in walker.page.text
        assert CONTACT in walker.page.text
        walker.post("/c", {"code": code, "birth_year": year})
    assert walker.status == 422


def test_blocked_cookies_are_explained(app: Flask, invited: Invited) -> None:
    """The link and the letter's code say what is wrong and what to do; another lost page does not."""
    blocked = Patient(in_process(app, client=app.test_client(use_cookies=False)))
    blocked.get(invited.path)
    assert (blocked.status, blocked.page.heading) == (403, "Your browser keeps no cookies")
    blocked.get("/c")
    blocked.post("/c", {"code": letter(app, invited), "birth_year": "1970"})
    assert blocked.page.heading == "Your browser keeps no cookies"
    blocked.get(f"/visit/{invited.visit_id}")
    assert blocked.page.heading == "Please open your personal link"


def test_a_restored_tab_is_not_taken_for_blocked_cookies(
    app: Flask, browser: FlaskClient, invited: Invited
) -> None:
    """The first page after the link, asked for again by a browser that was closed meanwhile."""
    walker = Patient(in_process(app, client=browser))
    walker.open(invited.token)
    close(browser)
    walker.get(walker.path)
    assert walker.page.heading == "Please open your personal link"


def test_a_lost_session_keeps_the_choice(
    app: Flask, phone: Patient, browser: FlaskClient, invited: Invited
) -> None:
    """It stays on the page that asks for the link, is shown once that is open, and then goes with a press."""
    close(browser)
    phone.answer(5)
    assert (phone.status, phone.page.heading) == (403, "Please open your personal link")
    waiting, address = phone.step, phone.path
    phone.get(invited.path)
    phone._ask("POST", waiting.action or address, list(waiting.hidden.items()))
    assert (phone.status, phone.asked, phone.step.checked) == (422, "face/3", "5")
    assert list(one_table(app, "draft")[0]["answers"]) == ["q1", "q2"]
    phone.next()
    assert one_table(app, "draft")[0]["answers"]["q3"][-1]["value"] == 5


def test_another_link_keeps_the_choice_too(app: Flask, phone: Patient, invited: Invited) -> None:
    """It goes to nobody else, and comes back with its own link."""
    other = invite(app, "P2")
    item = phone.step
    assert item.action is not None
    phone.get(other.path)
    phone.post(item.action, {"answer": "4"})
    assert (phone.status, phone.page.heading) == (403, "Please open your personal link")
    waiting = phone.step
    phone.get(invited.path)
    phone._ask("POST", waiting.action or "", list(waiting.hidden.items()))
    assert phone.step.checked == "4"


def test_who_comes_back_by_another_browser_is_told_no_guess(app: Flask, invited: Invited) -> None:
    """Nobody knows whether another device answered, so no page says so."""
    arrived(app, invited.token, draft=FACE)
    walker = Patient(in_process(app))
    walker.get(invited.path)
    assert "answered earlier, perhaps on this phone" in walker.page.text
    walker.next()
    assert "Answered earlier" in walker.page.text
    assert "another device" not in walker.page.text


def test_stopping_keeps_the_choice(app: Flask, phone: Patient) -> None:
    """Also without any; a script that leaves by another link stores it alone."""
    phone.press("Stop for now", 5)
    assert phone.page.heading == "Your answers are kept"
    phone.get(next(path for path, said in phone.page.links.items() if said == "Back to the questions"))
    assert phone.asked == "face/4"
    phone.press("Stop for now")
    assert phone.page.heading == "Your answers are kept"
    assert {item: said[-1]["value"] for item, said in one_table(app, "draft")[0]["answers"].items()} == {
        "q1": FACE[0],
        "q2": FACE[1],
        "q3": 5,
    }
