"""The menu and the pages agree."""

import re

from surveys.settings import ROOT
from surveys.views.web.navigation import ROOMS


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
