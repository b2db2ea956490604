"""The patient's pages in a real browser: on a phone and a desktop, by day and by night, by keys alone."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request, request_started
from playwright.sync_api import Locator, Page, ViewportSize, expect
from sqlalchemy import update

from surveys.models import Link, Visit
from tests.support.answers import Values, send
from tests.support.browser import ColourScheme, looks
from tests.support.built import STATIC, built
from tests.support.pages_in_browser import OpenPage
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, Invited, changing, invite, one_table

SMALL = ViewportSize(width=320, height=568)


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def heard(app: Flask) -> Iterator[list[str]]:
    """The address and headers of each request, as they come to the server.

    A browser that is asked for the headers of a request which it broke off does not answer, for ever.
    """
    found: list[str] = []

    def note(_: Flask, **__: object) -> None:
        found.append(f"{request.url} {request.headers}")

    with request_started.connected_to(note, app):
        yield found


@pytest.fixture
def elsewhere(app: Flask, invited: Invited) -> Patient:
    """The same patient on another device, who gets on faster."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    return walker


def press(page: Page, button: str) -> None:
    """Press it, and wait until the next page is there with its style."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).first.click()


def follow(page: Page, link: str) -> None:
    """Follow the first link of that name, and wait likewise."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).first.click()


def enter(page: Page) -> None:
    """The key Enter, where it leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the window."""
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], page.url


@pytest.mark.parametrize(("viewport", "colour_scheme"), looks("dark phone"))
def test_refused_links_are_accessible(
    app: Flask,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    invited: Invited,
    viewport: ViewportSize,
    colour_scheme: ColourScheme,
) -> None:
    """Too early, replaced, and without an open link."""
    page = open_page(viewport=viewport, colour_scheme=colour_scheme, statuses=frozenset({403, 404, 410}))
    early = invite(app, "P2", visit="month_6")
    with changing(app) as session:
        session.execute(
            update(Link)
            .where(Link.visit_id == invited.visit_id)
            .values(revoked_at=one_table(app, "link")[0]["created_at"])
        )
    for address, heading in (
        (early.path, "It is a little early"),
        (invited.path, "This link was replaced"),
        ("/s/unknown", "We do not know this link"),
        (f"/visit/{invited.visit_id}", "Please open your personal link"),
        (f"/visit/{invited.visit_id}/face/99", "Please open your personal link"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        axe(page)
        no_sideways_scroll(page)


def test_a_refused_link_is_told_to_nobody(app: Flask, open_page: OpenPage, heard: list[str]) -> None:
    """Its page stands at the link's address, yet nothing it loads or leads to carries that address along."""
    early = invite(app, visit="month_6")
    page = open_page(statuses=frozenset({403}))
    page.goto(early.path)
    follow(page, "Light or dark")
    assert early.token not in page.content()
    assert len(heard) > 3
    assert [early.token in one for one in heard].count(True) == 1


def test_the_link_is_gone_from_the_address_bar(
    open_page: OpenPage, invited: Invited, heard: list[str]
) -> None:
    """Opened, it leaves no trace in the address, the page or what the browser says afterwards."""
    page = open_page()
    page.goto(invited.path)
    press(page, "Start")
    assert invited.token not in page.url
    assert len(heard) > 3
    assert [invited.token in one for one in heard].count(True) == 1
    page.go_back()
    assert invited.token not in page.url


def boxes(elements: Locator) -> list[dict[str, float]]:
    """Where each of `elements` stands on the screen."""
    found: list[dict[str, float]] = elements.evaluate_all(
        "elements => elements.map(element => element.getBoundingClientRect().toJSON())"
    )
    return found


def heights_of_one_line(page: Page) -> set[int]:
    """How tall the options are whose words take one line."""
    found: list[int] = page.locator(".govuk-radios__item").evaluate_all(
        """rows => rows.filter(row => {
            const words = document.createRange();
            words.selectNodeContents(row.querySelector("label"));
            return new Set([...words.getClientRects()].map(line => Math.round(line.top))).size === 1;
        }).map(row => Math.round(row.getBoundingClientRect().height))"""
    )
    return set(found)


@pytest.mark.long
def test_all_options_are_of_one_width_and_easy_to_hit(open_page: OpenPage, invited: Invited) -> None:
    """On every item at 320 px: same width, as tall as their words, at least 44 px; buttons too."""
    page = open_page(viewport=SMALL, javascript=False)
    page.goto(invited.path)
    press(page, "Start")
    items = 0
    while page.get_by_role("heading", name="Thank you").count() == 0:
        radios = page.get_by_role("radio")
        if radios.count():
            items += not page.url.endswith("/helped")
            rows = boxes(page.locator(".govuk-radios__item"))
            assert len(rows) == radios.count()
            widths = [row["width"] for row in rows]
            assert max(widths) - min(widths) <= 1, page.url
            assert min(row["height"] for row in rows) >= 44, page.url
            assert len(heights_of_one_line(page)) == 1, page.url
            radios.first.check()
        assert min(button["height"] for button in boxes(page.locator("form button"))) >= 44, page.url
        no_sideways_scroll(page)
        with page.expect_navigation():
            page.locator("form button").first.click()
    assert items == len(FACE) + len(PHQ9) + len(SAQ)


def test_an_item_is_seen_whole(open_page: OpenPage, invited: Invited) -> None:
    """On a telephone of today a short question, its options and the button need no scrolling."""
    page = open_page(viewport=ViewportSize(width=390, height=844))
    page.goto(invited.path)
    press(page, "Start")
    [button] = boxes(page.get_by_role("button", name="Next"))
    assert button["bottom"] <= 844


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_paper_is_white_and_has_no_buttons_for_a_screen(
    open_page: OpenPage, invited: Invited, colour_scheme: ColourScheme
) -> None:
    """Printed, an item keeps its question and options, on white, whatever the screen shows."""
    page = open_page(colour_scheme=colour_scheme)
    page.goto(invited.path)
    press(page, "Start")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    expect(page.get_by_role("radio").first).to_be_visible()
    expect(page.locator(".app-footer__link").first).to_be_hidden()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(30):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {target}")


@pytest.mark.parametrize(
    "sent_before",
    [
        pytest.param((), id="all", marks=pytest.mark.long),
        pytest.param((FACE,), id="the rest", marks=pytest.mark.long),
        pytest.param((FACE, PHQ9), id="the last"),
    ],
)
def test_a_visit_by_keys_alone_and_without_script(
    app: Flask, open_page: OpenPage, invited: Invited, sent_before: tuple[Values, ...]
) -> None:
    """Tab, arrows, Space and Enter; the focus can be seen wherever it stands."""
    send(app, invited.token, *sent_before)
    page = open_page(javascript=False)
    page.goto(invited.path)
    if not sent_before:  # else the link leads to the next question
        tab_to(page, page.get_by_role("button", name="Start"))
        enter(page)
    for values in (FACE, PHQ9, SAQ)[len(sent_before) :]:
        lowest = 0 if values is PHQ9 else 1
        for value in values:
            tab_to(page, page.get_by_role("radio").first)
            page.keyboard.press("Space")
            for _ in range(value - lowest):
                page.keyboard.press("ArrowDown")
            enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
        tab_to(page, page.get_by_role("button", name="Send my answers").first)
        enter(page)
        if values is not SAQ:
            tab_to(page, page.get_by_role("button", name="Go on"))
            enter(page)
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert {
        row["instrument"]: tuple(row["answers"][f"q{number}"] for number in range(1, len(row["answers"]) + 1))
        for row in one_table(app, "response")
    } == {"face": FACE, "phq9": PHQ9, "saq": SAQ}


def test_the_error_leads_to_the_answers(open_page: OpenPage, invited: Invited) -> None:
    """Its link stands at the first option, which is not chosen by that; the next item begins at its top."""
    page = open_page()
    page.goto(invited.path)
    press(page, "Start")
    press(page, "Next")
    assert page.title().startswith("Error: ")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    first = page.get_by_role("radio").first
    expect(first).to_be_focused()
    expect(first).not_to_be_checked()
    page.get_by_role("radio").nth(2).check()
    press(page, "Next")
    assert "#" not in page.url
    assert page.evaluate("window.scrollY") == 0


def test_back_and_reload_lose_nothing(app: Flask, open_page: OpenPage, invited: Invited) -> None:
    """The browser's own Back shows what was chosen; going forward again asks what is open."""
    page = open_page()
    page.goto(invited.path)
    press(page, "Start")
    page.get_by_role("radio").nth(3).check()
    press(page, "Next")
    page.go_back()
    page.wait_for_url("**/face/1")
    expect(page.get_by_role("radio").nth(3)).to_be_checked()
    page.reload()
    expect(page.get_by_role("radio").nth(3)).to_be_checked()
    press(page, "Next")
    assert page.get_by_role("radio", checked=True).count() == 0
    [draft] = one_table(app, "draft")
    assert [said["value"] for said in draft["answers"]["q1"]] == [4]


def test_choosing_does_not_go_on_by_itself(open_page: OpenPage, invited: Invited) -> None:
    """A choice may be thought over, for as long as one likes: only the button leads on."""
    page = open_page(new=True)
    page.clock.install()
    page.goto(invited.path)
    press(page, "Start")
    before = page.url
    for number in (0, 4, 2):
        page.get_by_role("radio").nth(number).check()
    page.clock.run_for(60_000)
    assert page.url == before
    expect(page.get_by_role("radio").nth(2)).to_be_checked()


def test_an_item_weighs_little(open_page: OpenPage, invited: Invited) -> None:
    """A first visit takes three requests and the icon, and under 15 kB: pages are sent unpacked."""
    page = open_page(new=True)
    page.goto(invited.path)
    first = page.content().encode()
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    files = {STATIC / name.rsplit("/static/", 1)[1] for name in loaded if "/static/" in name}
    scripts = files - {STATIC / "favicon.svg"}
    assert scripts == {built("patient.css"), built("patient.js")}
    sent = [(STATIC / "favicon.svg").read_bytes(), *(gzip.compress(one.read_bytes()) for one in scripts)]
    assert len(first) + sum(map(len, sent)) < 15_000


def test_a_single_questionnaire_speaks_of_no_parts(app: Flask, open_page: OpenPage, invited: Invited) -> None:
    """A battery of one questionnaire speaks of no parts."""
    with changing(app) as session:
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(battery=["saq"]))
    page = open_page()
    page.goto(invited.path)
    expect(page.get_by_text("There is one short set of questions.")).to_be_visible()
    press(page, "Start")
    expect(page.get_by_text("Question 1 of 9")).to_be_visible()
    assert page.get_by_text("Part 1").count() == 0
