"""A coordinator's first quarter of an hour, in a browser: sign in, enrol, hand over the link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.answers import send
from tests.support.browser import DESKTOP, ColourScheme, follow_in_menu, looks
from tests.support.pages_in_browser import OpenPage
from tests.support.staff import PASSWORD, employ
from tests.support.study import FACE, invite

EMAIL = "coordinator@example.org"
Check = Callable[[Page], None]


@pytest.fixture
def study(app: Flask) -> None:
    """S1 with its coordinator and three patients: one due, one with an alert, one who has answered FaCE."""
    invite(app, "P1")
    alarming, begun = invite(app, "P2"), invite(app, "P3")
    send(app, alarming.token, FACE, draft=(1,) * 9)
    send(app, begun.token, FACE)
    employ(app, EMAIL, "coordinator")


@pytest.fixture
def axe(axe: Check) -> Check:
    """Waits for the styles first: a heading is there before they are."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        axe(page)

    return check


def sign_in(page: Page) -> None:
    page.goto("/staff/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    follow_in_menu(page, "Patients")
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways; wide tables scroll in their own frame."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("light desktop"))
def test_from_sign_in_to_the_link(
    open_page: OpenPage, axe: Check, viewport: ViewportSize, colour_scheme: ColourScheme
) -> None:
    """Every page on the way, mistakes included, has no fault that axe finds and fits the screen."""
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)

    def looked_at() -> None:
        axe(page)
        fits(page)

    page.goto("/staff/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your password.")
    looked_at()
    sign_in(page)
    looked_at()

    page.get_by_role("button", name="Add a patient").click()
    page.get_by_label("Study code").fill("P-7")
    page.get_by_role("group", name="Onset").get_by_label("Month").fill("13")
    page.get_by_role("button", name="Add the patient").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    looked_at()

    page.get_by_role("alert").get_by_role("link", name="Enter the year of birth").click()
    expect(page.get_by_role("group", name="Date of birth").get_by_label("Year")).to_be_focused()
    page.keyboard.type("1970")
    page.get_by_role("group", name="Onset").get_by_label("Month").fill("3")
    page.get_by_role("group", name="Onset").get_by_label("Year").fill("2024")
    page.get_by_role("group", name="Side of the face").get_by_label("Left").check()
    page.get_by_label("Treatment", exact=True).first.select_option(label="Botulinum toxin")
    page.get_by_role("button", name="One more treatment row").click()
    expect(page.get_by_label("Treatment", exact=True)).to_have_count(5)
    page.get_by_role("button", name="Add the patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patient P-7")
    expect(page.get_by_text("Mar 2024", exact=True)).to_be_visible()
    looked_at()

    page.get_by_role("link", name="Units by muscle").click()
    page.get_by_label("Frontalis, left").fill("-1")
    page.get_by_role("button", name="Record the units").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
    looked_at()
    page.get_by_label("Frontalis, left").fill("2,5")
    page.get_by_role("button", name="Record the units").click()
    expect(page.get_by_text("Frontalis left 2.5")).to_be_visible()

    page.get_by_role("button", name="Make a link to First visit").click()
    address = page.locator(".app-address").inner_text()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[\w-]{32}", address)
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    looked_at()

    page.goto(address)
    assert "/s/" not in page.url
    expect(page.get_by_role("button", name="Start")).to_be_visible()


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("dark phone"))
@pytest.mark.long
def test_from_an_alert_to_the_patient(
    open_page: OpenPage, axe: Check, viewport: ViewportSize, colour_scheme: ColourScheme
) -> None:
    """The alert is counted in the menu, opened, looked into and taken on."""
    page = open_page(viewport=viewport, colour_scheme=colour_scheme)
    sign_in(page)
    page.get_by_role("link", name="Alerts 1 waiting").click()
    axe(page)
    fits(page)
    page.get_by_role("link", name="P2", exact=True).click()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    axe(page)
    fits(page)
    page.go_back()
    page.get_by_label("What will be done").fill("Telephoned: safe.")
    page.get_by_role("button", name="Take this alert on").click()
    expect(page.get_by_text("No alert is waiting.")).to_be_visible()
    page.get_by_role("link", name="Taken on (1)").click()
    expect(page.get_by_text("Telephoned: safe.")).to_be_visible()
    axe(page)


@pytest.mark.usefixtures("study")
@pytest.mark.long
def test_the_list_is_narrowed_and_widened_again(open_page: OpenPage) -> None:
    """States and search work together, without a script."""
    page = open_page(viewport=DESKTOP, javascript=False)
    sign_in(page)
    page.get_by_role("link", name="In progress (2)").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Study code, hospital number or name").fill("p3")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_text(EMAIL).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.usefixtures("study")
def test_keys_lead_through_the_rooms(open_page: OpenPage, axe: Check) -> None:
    """g and a letter, / for a patient, ? for the list of keys, until somebody switches them off."""
    page = open_page(viewport=DESKTOP)
    sign_in(page)
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    page.keyboard.press("/")
    page.keyboard.type("p3?")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("P3")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Switch these keys off").click()
    for key in ("?", "g", "t"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_contain_text("P3")


@pytest.mark.usefixtures("study")
def test_a_session_about_to_end_warns_and_goes_on(open_page: OpenPage, axe: Check) -> None:
    """Once before the end, with a press that asks the server, and once when it is over."""
    page = open_page(viewport=DESKTOP)
    sign_in(page)
    warning = page.get_by_role("dialog", name="The end of your session")

    def left(seconds: int) -> None:
        page.evaluate(
            "(left) => { localStorage.setItem('session-ends', String(Date.now() + left * 1000));"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            seconds,
        )

    left(400)
    expect(warning).to_be_hidden()
    left(200)
    expect(warning).to_contain_text("You will be signed out in a few minutes.")
    axe(page)
    with page.expect_response("**/sessions/go-on") as answer:
        page.get_by_role("button", name="Stay signed in").click()
    assert answer.value.json()["ends_in"] > 1500
    page.evaluate(
        "async () => { while (localStorage.getItem('session-ends') - Date.now() < 1500000)"
        " await new Promise((done) => setTimeout(done, 20)); }"
    )
    expect(warning).to_be_hidden()
    left(-1)
    expect(warning).to_contain_text("You are signed out.")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()
    page.get_by_role("button", name="Close").click()
    expect(warning).to_be_hidden()
