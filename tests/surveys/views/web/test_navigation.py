"""The menu and the pages agree."""

import re

from flask import Flask

from surveys.settings import ROOT
from surveys.views.web.navigation import ROOMS
from tests.support.staff import signed_in
from tests.support.study import invite


def test_every_page_stands_in_a_section_of_the_menu() -> None:
    """No page marks an entry that is not there, and no entry is without a page."""
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% set section = "(\w+)" %}', template.read_text())
    }
    assert named == {entry.section for room in ROOMS for entry in room.pages}


def test_seven_words_and_no_key_twice() -> None:
    """Six rooms and the account stand at the side; each room has a key of its own."""
    keys = [room.key for room in ROOMS]
    assert len(keys) == len(set(keys)) == 6


def test_help_stands_at_the_foot_of_its_page_and_on_a_page_of_its_own(app: Flask) -> None:
    """Every entry of the menu says what it is for; the glossary says no term that the documents do not."""
    invite(app, study="S1")
    member = signed_in(app)
    guide = member.get("/staff/help")
    helps = {str(entry.endpoint): str(entry.help) for room in ROOMS for entry in room.pages}
    assert all(words and words in guide.text for words in helps.values())
    page = member.get("/staff/S1/patients")
    assert helps["patients.index"] in page.text
    assert page.links["/staff/help"] == "Help"
    assert helps["patients.index"] not in member.get("/staff/S1/patients/P1").text
    source = (ROOT / "templates/staff/account/guide.html").read_text()
    documented = (ROOT / "docs/glossary.md").read_text()
    terms = re.findall(r'"key": _\("(.+?)"\)', source)
    assert terms
    assert all(re.search(rf"^\|.*\b{term}\b.*\|.*\|$", documented, re.M) for term in terms)
