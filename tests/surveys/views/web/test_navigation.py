"""The menu and the pages agree."""

import re

from surveys.settings import ROOT
from surveys.views.web.navigation import NAVIGATION


def test_every_page_stands_in_a_section_of_the_menu() -> None:
    """No page marks an entry that is not there, and no entry is without a page."""
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% set section = "(\w+)" %}', template.read_text())
    }
    assert named == {entry.section for entry in NAVIGATION}
