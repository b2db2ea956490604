"""The documentation as pages: every link within it leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import re

from flask import Flask

from surveys.views.account import docs
from tests.support.patient import Reply
from tests.support.staff import signed_in


def test_every_page_is_drawn_and_every_link_in_it_leads_somewhere(app: Flask) -> None:
    """Also the anchors of headings, which GitHub makes of the same Markdown."""
    with app.test_request_context():
        drawn = {name: str(docs.read(name).html) for name in docs.names()}
    assert len(drawn) > 20
    anchors = {name: set(re.findall(r'id="([^"]+)"', html)) for name, html in drawn.items()}
    for name, html in drawn.items():
        assert not re.search(r"<script|<style|style=|\.md[\"#]|<pre>", html), name
        for source in re.findall(r'<img src="([^"]+)"', html):
            assert (docs.FOLDER / "images" / source.removeprefix("/docs/images/")).exists(), source
        for to, anchor in re.findall(r'href="(?:/docs/([a-z-]+))?(?:#([\w-]+))?"', html):
            assert (to or name) in drawn, (name, to)
            assert not anchor or anchor in anchors[to or name], (name, to, anchor)


def test_staff_read_a_page_with_its_tables_and_pictures(app: Flask) -> None:
    """A page of no such name is missing; nobody reads them without signing in."""
    assert app.test_client().get("/docs").status_code == 302
    member = signed_in(app, "admin")

    def got(path: str) -> Reply:
        return member.send("GET", path, [])

    assert '<a class="govuk-link" href="/docs/export">' in got("/docs").html
    page = got("/docs/deploy").html
    assert '<h2 id="two-roles" class="govuk-heading-m">' in page
    assert '<table class="govuk-table">' in page
    assert got("/docs/images/item.png").status == 200
    assert got("/docs/nothing").status == 404
    assert got("/docs/images/../deploy.md").status == 404
