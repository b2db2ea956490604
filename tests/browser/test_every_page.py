"""Every distinct page and state of the patient's way, met once in each set-up, without a fault."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_patient import SMALL, follow, no_sideways_scroll, press
from tests.support.answers import send
from tests.support.browser import DESKTOP
from tests.support.languages import MIRROR, MIRRORED, mirror
from tests.support.pages_in_browser import OpenPage
from tests.support.patient import Patient, in_process
from tests.support.staff import PASSWORD, employ
from tests.support.study import FACE, PHQ9, SAQ, Invited, ask_consent, invite

Axe = Callable[[Page], None]

ELSEWHERE = "another device"

# A desktop of 1280 by 1024 at 400 %, and one of 1024.
ENLARGED = (ViewportSize(width=320, height=256), ViewportSize(width=256, height=456))
EACH, SOME = 1, 3  # at each state, or at every third
SET_UPS = [
    pytest.param({"viewport": SMALL, "visit": False}, id="320 without the visit"),
    pytest.param({"viewport": SMALL}, id="320", marks=pytest.mark.long),
    pytest.param({"viewport": SMALL, "enlarged": EACH}, id="enlarged", marks=pytest.mark.long),
    pytest.param({"viewport": DESKTOP}, id="1280", marks=pytest.mark.long),
    pytest.param({"colour_scheme": "dark"}, id="dark", marks=pytest.mark.long),
    pytest.param({"forced_colours": True}, id="forced colours", marks=pytest.mark.long),
    pytest.param({"locale": MIRROR}, id="right to left", marks=pytest.mark.long),
]


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody asked for consent, then FaCE, PHQ-9 and SAQ."""
    made = invite(app)
    ask_consent(app)
    return made


@pytest.mark.parametrize("set_up", SET_UPS)
def test_every_page_and_state(
    app: Flask, open_page: OpenPage, axe: Axe, invited: Invited, tmp_path: Path, set_up: dict[str, Any]
) -> None:
    """No fault, no error on the console, no request to anywhere else, nothing wider than the window."""
    mirrored = set_up.get("locale") == MIRROR
    if mirrored:
        mirror(app, tmp_path)
    enlarged, looks = set_up.get("enlarged", SOME), itertools.count()
    page = open_page(
        **{name: one for name, one in set_up.items() if name not in {"enlarged", "visit"}},
        statuses=frozenset({403, 410, 422}),
    )

    def look() -> None:
        axe(page)
        no_sideways_scroll(page)
        if set_up.get("viewport") == SMALL and next(looks) % enlarged == 0:
            for viewport in ENLARGED:
                page.set_viewport_size(viewport)
                no_sideways_scroll(page)
            page.set_viewport_size(SMALL)

    def stands_at(heading: str) -> None:
        words = MIRRORED + heading if mirrored else heading
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        look()

    employ(app, "clinic@example.org", "coordinator")
    if set_up.get("visit", True):  # which `test_patient` walks by keys alone in the suite
        elsewhere = Patient(in_process(app, device=ELSEWHERE))
        elsewhere.open(invited.token)
        a_visit(app, page, invited, elsewhere, look, stands_at)
    not_taking_part(page, invite(app, "P2"), stands_at)
    on_the_tablet(page, invite(app, "P3"), stands_at)


def a_visit(
    app: Flask,
    page: Page,
    invited: Invited,
    elsewhere: Patient,
    look: Callable[[], None],
    stands_at: Callable[[str], None],
) -> None:
    """From the introduction to the thanks; much is answered on another device meanwhile."""
    page.goto(invited.path)
    stands_at("How is your face, and how are you?")
    press(page, "Start")
    stands_at("Would you like to take part?")
    press(page, "I agree")
    look()
    press(page, "Next")
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    send(app, invited.token, draft=(*FACE[:7], None, *FACE[8:]), device=ELSEWHERE)
    page.goto(invited.path)
    stands_at("Would you like to see what you answered before?")
    page.get_by_role("textbox").fill("1900")
    press(page, "Next")
    look()
    press(page, "Next")
    stands_at("Check your answers")
    follow(page, "Change")
    look()
    page.get_by_role("radio").nth(1).check()
    press(page, "Save")
    elsewhere.get(f"/visit/{invited.visit_id}/face/1?change=1")
    elsewhere.press("Save", 4)
    page.reload()
    expect(page.get_by_role("status").first).to_be_visible()
    stands_at("Check your answers")
    press(page, "Send my answers")
    stands_at("Part 1 of 3 is saved")
    send(app, invited.token, draft=PHQ9[:8], device=ELSEWHERE)
    press(page, "Go on")
    look()
    page.get_by_role("radio").nth(1).check()
    press(page, "Next")
    stands_at("Where to find help")
    press(page, "Stop for now")
    stands_at("Your answers are kept")
    follow(page, "Back to the questions")
    press(page, "Send my answers")
    stands_at("Part 2 of 3 is saved")
    send(app, invited.token, draft=SAQ, device=ELSEWHERE)
    page.goto(invited.path)
    press(page, "Next")
    press(page, "Send my answers")
    stands_at("Did anyone help you?")
    press(page, "Next")
    stands_at("Thank you")
    follow(page, "See or print your answers")
    stands_at("Your answers")


def not_taking_part(page: Page, invited: Invited, stands_at: Callable[[str], None]) -> None:
    """What may be decided about taking part; then declining, which ends kindly."""
    page.goto(invited.path)
    follow(page, "Taking part")
    stands_at("Taking part")
    follow(page, "No more messages")
    stands_at("Would you like no more messages?")
    press(page, "Yes, no more messages")
    stands_at("You get no more messages")
    follow(page, "Back to the questions")
    press(page, "Start")
    press(page, "I decline")
    stands_at("Would you like to decline?")
    press(page, "Yes, I decline")
    stands_at("That is all right")
    page.goto(invited.path)
    stands_at("That is all right")
    follow(page, "I have changed my mind")
    press(page, "I agree")
    follow(page, "Taking part")
    follow(page, "What you agreed to")
    stands_at("What you agreed to")


def on_the_tablet(page: Page, invited: Invited, stands_at: Callable[[str], None]) -> None:
    """The pages that only the clinic's tablet shows. Back finds neither the patient's pages nor staff's."""
    page.goto("/login")
    page.get_by_label("E-mail address").fill("clinic@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.goto("/staff/S1/patients/P3")
    press(page, "Answer on this tablet")
    press(page, "Start")
    press(page, "I agree")
    item = page.url
    page.goto("/tablet/still-there")
    stands_at("Are you still there?")
    press(page, "Go on")
    press(page, "Start")
    press(page, "Stop for now")
    stands_at("Your answers are kept")
    follow(page, "Hand back the tablet")
    stands_at("Please hand back the tablet")
    for address in (item, f"/visit/{invited.visit_id}", "/staff/S1/patients/P3"):
        page.goto(address)
        assert page.url.endswith("/tablet/end") or "/login" in page.url
    for _ in range(8):
        page.go_back()
        assert "P3" not in page.inner_text("body")
        assert page.get_by_role("radio").count() == 0
