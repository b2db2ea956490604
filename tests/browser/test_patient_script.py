"""What a patient's page does better with script: reading aloud, and waiting for a network that went away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, Route, ViewportSize, expect

from tests.browser.test_patient import no_sideways_scroll, press
from tests.support.pages_in_browser import OpenPage
from tests.support.study import Invited, invite, one_table

# Chromium without a desktop has no voice: these stand in for those of a telephone, and note what is said.
VOICES = """
const voices = LANGUAGES.map(lang => ({lang, localService: !lang.endsWith("-remote"), name: lang}));
window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => voices, addEventListener() {},
  speak(one) { window.said.push([one.lang, one.text]); window.last = one; },
  cancel() { window.said.push("stop"); },
}});
"""

# Whether the message is what one sees at its first words.
UNCOVERED = """() => {
  const message = document.getElementById("connection");
  const { left, top } = message.getBoundingClientRect();
  return document.elementFromPoint(left + 24, top + 6) === message;
}"""


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


def at_the_first_item(page: Page, invited: Invited) -> None:
    page.goto(invited.path)
    press(page, "Start")


def test_reading_is_not_offered_without_a_voice(open_page: OpenPage, invited: Invited) -> None:
    """Nor without a voice for the language of the questions, nor by one that sends the text away."""
    for languages in (None, "['de-DE', 'en-remote']"):
        page = open_page()
        if languages:
            page.add_init_script(VOICES.replace("LANGUAGES", languages))
        at_the_first_item(page, invited)
        expect(page.locator("#read-aloud")).to_be_attached()
        expect(page.locator("#read-aloud")).to_be_hidden()


def test_the_question_is_read_and_then_its_options(
    open_page: OpenPage, invited: Invited, axe: Callable[[Page], None]
) -> None:
    """In that order, in a voice of the language; a second press stops, and so does leaving."""
    page = open_page(viewport=ViewportSize(width=320, height=568))
    page.add_init_script(VOICES.replace("LANGUAGES", "['de-DE', 'en_GB']"))
    at_the_first_item(page, invited)
    axe(page)
    no_sideways_scroll(page)
    button = page.get_by_role("button", name="Read aloud")
    assert (button.bounding_box() or {"height": 0})["height"] >= 44
    button.click()
    said: list[Any] = page.evaluate("window.said")[1:]
    question = page.get_by_role("heading", level=1).inner_text()
    options = [text.strip() for text in page.locator(".app-choices label").all_inner_texts()]
    assert [text for _, text in said][-len(options) - 1 :] == [question, *options]
    assert {language for language, _ in said} == {"en_GB"}
    page.get_by_role("button", name="Stop reading").click()
    assert page.evaluate("window.said").pop() == "stop"
    button.click()
    page.evaluate("window.last.onend()")
    expect(button).to_be_visible()
    page.evaluate("window.said = []; window.dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("window.said") == ["stop"]


def test_a_cut_keeps_the_page_and_sends_later(
    app: Flask, open_page: OpenPage, invited: Invited, axe: Callable[[Page], None]
) -> None:
    """The page says so and stays; what is chosen meanwhile counts; back on the network it goes by itself."""
    page = open_page(new=True, viewport=ViewportSize(width=360, height=640))
    at_the_first_item(page, invited)
    page.get_by_role("radio").nth(3).check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("status")).to_contain_text("No connection.")
    assert page.evaluate(UNCOVERED), "the way on lies on the words"
    expect(page.get_by_role("radio").nth(3)).to_be_checked()
    axe(page)
    assert one_table(app, "draft") == []
    page.get_by_role("radio").nth(2).check()
    with page.expect_navigation():
        page.context.set_offline(False)
    expect(page.get_by_text("Question 2 of")).to_be_visible()
    [draft] = one_table(app, "draft")
    assert [said["value"] for said in draft["answers"]["q1"]] == [3]
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.long
def test_a_network_that_stops_scripts_alone_stops_no_answer(open_page: OpenPage, invited: Invited) -> None:
    """The third time the browser sends the form itself."""
    page = open_page(new=True)
    page.add_init_script("window.tries = 0; window.fetch = () => Promise.reject(window.tries++)")
    page.clock.install()
    at_the_first_item(page, invited)
    page.get_by_role("radio").nth(3).check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("status")).to_contain_text("No connection.")
    page.clock.run_for(3_000)
    assert page.evaluate("window.tries") == 2
    with page.expect_navigation():
        page.clock.run_for(5_000)
    expect(page.get_by_text("Question 2 of")).to_be_visible()


def test_a_choice_goes_along_to_the_foots_pages(app: Flask, open_page: OpenPage, invited: Invited) -> None:
    """The page for light and dark, and the pause: what was chosen is there afterwards."""
    page = open_page()
    at_the_first_item(page, invited)
    page.get_by_role("radio").nth(3).check()
    with page.expect_navigation():
        page.get_by_role("link", name="Light or dark").click()
    press(page, "Save and go back")
    expect(page.get_by_role("radio").nth(3)).to_be_checked()
    page.get_by_role("radio").nth(1).check()
    press(page, "Stop for now")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your answers are kept")
    [draft] = one_table(app, "draft")
    assert [said["value"] for said in draft["answers"]["q1"]] == [4, 2]


def test_a_double_press_sends_once(app: Flask, open_page: OpenPage, invited: Invited) -> None:
    """And the button pressed is the one that counts."""
    page = open_page()
    at_the_first_item(page, invited)
    posts: list[Request] = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request))
    page.get_by_role("radio").nth(3).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Next").dblclick(no_wait_after=True)
    expect(page.get_by_text("Question 2 of")).to_be_visible()
    assert len(posts) == 1
    press(page, "Back")
    expect(page.get_by_role("radio").nth(3)).to_be_checked()


def test_an_answer_and_the_next_question_are_one_request(
    app: Flask, open_page: OpenPage, invited: Invited, axe: Callable[[Page], None]
) -> None:
    """Once a questionnaire is begun; Back, forward and reload show what is stored, and send nothing again."""
    page = open_page(new=True)
    at_the_first_item(page, invited)
    page.get_by_role("radio").nth(3).check()
    press(page, "Next")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.rpartition('/')[2]}"))
    page.get_by_role("radio").nth(1).check()
    press(page, "Next")
    expect(page.get_by_text("Question 3 of")).to_be_visible()
    assert [one for one in asked if "." not in one] == ["POST 2"]
    assert page.url.endswith("/face/3")
    axe(page)
    page.go_back()
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    expect(page.get_by_text("Question 2 of")).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("Question 3 of")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Question 3 of")).to_be_visible()
    assert [one for one in asked if one.startswith("POST")] == ["POST 2"]
    press(page, "Next")
    expect(page.get_by_role("alert")).to_be_visible()
    [draft] = one_table(app, "draft")
    assert {item: len(said) for item, said in draft["answers"].items()} == {"q1": 1, "q2": 1}


def test_whoever_goes_on_before_the_script_runs_sees_the_question_of_the_address(
    open_page: OpenPage, invited: Invited
) -> None:
    """The page's script is held back while the browser goes back and on again, as on a slow line."""
    page = open_page(new=True)
    at_the_first_item(page, invited)
    for _ in range(2):
        page.get_by_role("radio").nth(1).check()
        press(page, "Next")
    expect(page.get_by_text("Question 3 of")).to_be_visible()
    held: list[Route] = []
    page.route("**/patient*.js", lambda script: held.append(script))
    page.go_back(wait_until="commit")
    expect(page.get_by_text("Question 2 of")).to_be_visible()
    page.go_forward(wait_until="commit")
    for script in held:
        script.continue_()
    page.unroute("**/patient*.js")
    expect(page.get_by_text("Question 3 of")).to_be_visible()
    assert page.url.endswith("/face/3")
