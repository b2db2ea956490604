"""The program's own documentation, for staff: the Markdown files of `docs`, drawn once by each process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, abort, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from surveys.settings import FILES
from surveys.views.web.access import for_staff

if TYPE_CHECKING:
    from markdown_it.token import Token

pages = Blueprint("docs", __name__)
FOLDER = FILES / "docs"
FIRST = ("running-a-study", "setting-up-a-study", "coming-in", "export", "glossary", "glossary-de")
CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
    "link_open": "govuk-link",
}
# What may be wider than a telephone scrolls by itself, also by the keyboard.
WIDE = {
    "<table ": '<div class="app-table" tabindex="0"><table ',
    "</table>": "</table></div>",
    "<pre>": '<pre class="app-table" tabindex="0">',
}
HEADINGS = {"h1": "govuk-heading-l", "h2": "govuk-heading-m", "h3": "govuk-heading-s"}
_PAGE = re.compile(r"([a-z-]+)\.md(?:#([\w-]+))?")


@dataclass(frozen=True)
class Doc:
    """A page of the documentation; `html` is its body."""

    name: str
    title: str
    html: Markup


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/docs")
@for_staff
def index() -> str:
    """Show what there is to read, what coordinators need first."""
    return render_template("staff/account/docs.html", docs=[read(name) for name in names()])


@pages.get("/docs/<doc>")
@for_staff
def show(doc: str) -> str:
    """Show one page."""
    if doc not in names():
        abort(404)
    return render_template("staff/account/doc.html", doc=read(doc))


@pages.get("/docs/images/<path:file>")
@for_staff
def image(file: str) -> ResponseReturnValue:
    """A picture of a page."""
    return send_from_directory(FOLDER / "images", file)


@cache
def names() -> tuple[str, ...]:
    """The pages, those that coordinators need first."""
    found = sorted(path.stem for path in FOLDER.glob("*.md"))
    return (*FIRST, *(name for name in found if name not in FIRST))


@cache
def read(name: str) -> Doc:
    """A page, drawn."""
    from markdown_it import MarkdownIt  # two megabytes, for staff who read here

    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title = next(tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open")
    _mark(tokens)
    html = markdown.renderer.render(tokens, markdown.options, {})
    for wide, drawn in WIDE.items():
        html = html.replace(wide, drawn)
    return Doc(name, title.replace("`", ""), Markup(html))  # noqa: S704 — our own files, and no script runs


def _mark(tokens: Sequence[Token]) -> None:
    """Give elements our classes, headings their anchors, and links and pictures our addresses."""
    anchors: Counter[str] = Counter()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            anchor = slug(tokens[at + 1].content)
            token.attrSet("id", f"{anchor}-{anchors[anchor]}" if anchors[anchor] else anchor)
            token.attrSet("class", HEADINGS.get(token.tag, "govuk-heading-s"))
            anchors[anchor] += 1
        elif token.type in CLASSES:
            right = "right" in str(token.attrs.pop("style", ""))  # no page has styles of its own
            number = f" {CLASSES[token.type]}--numeric" if right else ""
            token.attrSet("class", f"{CLASSES[token.type]}{number}")
        for child in token.children or ():
            _point(child)


def _point(token: Token) -> None:
    """Let a link or a picture lead within the program; a link to another file of the code leads nowhere."""
    if token.type == "image":
        token.attrSet("src", url_for("docs.image", file=Path(str(token.attrs["src"])).name))
    if token.type != "link_open":
        return
    token.attrSet("class", CLASSES["link_open"])
    href = str(token.attrs["href"])
    if found := _PAGE.fullmatch(href):
        token.attrSet("href", url_for("docs.show", doc=found[1], _anchor=found[2]))
    elif not href.startswith(("https://", "http://", "#")):
        token.attrs.pop("href")
        token.attrs.pop("class")


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    plain = re.sub(r"<[^>]*>|[^\w\- ]", "", heading.lower())
    return plain.replace(" ", "-")
