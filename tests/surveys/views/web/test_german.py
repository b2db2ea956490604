"""Staff who chose German read no English on any page, but what instruments and people say themselves."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import update

from analysis.figures.pages import SCREENS
from analysis.words import read
from surveys.catalogues import FOLDER, read_in
from surveys.forms import everyday
from surveys.jobs.boards.drawing import draw
from surveys.models import Staff
from tests.analysis.studies import registry
from tests.support import tables
from tests.support.doors import Door, doors, entered
from tests.support.sample import sample
from tests.support.staff import signed_in
from tests.support.study import changing, invite, library
from tests.support.two_studies import fill_two_studies

ENGLISH = re.compile(
    r"\b(the|of|and|is|are|were|not|with|by|for|from|this|that|to|has|have|be|it|or|no|your|you)\b", re.I
)
SPEAK_OTHERS = {
    "removal.copy",  # a copy of the rows as they are stored, by the names of their columns
    "message_words.edit",  # the words to patients, in the study's languages
    "reports.page",  # the same bytes each time it is made again
    "freezes.report",
}
TYPED = {
    "Sex",
    "Is it?",
    "Not known",
    "call the clinic",
    ", ".join(everyday._NOT_KNOWN),
}  # by people, or for them
VOID = ("meta", "link", "input", "br", "img", "hr")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here."""
    return sqlite_url


class Said(HTMLParser):
    """The pieces of text of a page, but those marked as another language than German, or as code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        silent = bool(self._open and self._open[-1][1])
        silent |= tag in ("script", "style", "code", "pre") or own.get("lang") not in (None, "de")
        for name in ("aria-label", "placeholder", "alt", "title"):
            if own.get(name) and not silent:
                self.pieces.append(str(own[name]))
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not (self._open and self._open[-1][1]):
            self.pieces.append(text)


def words_of(thing: Any) -> Iterator[str]:
    """Every text within an instrument's definition."""
    if isinstance(thing, str):
        yield " ".join(thing.split())
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from words_of(one)
    elif isinstance(thing, list | tuple | set | frozenset):
        for one in thing:
            yield from words_of(one)
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from words_of(getattr(thing, field.name))


def english_of_ours() -> set[str]:
    """Our texts without values whose German is another."""
    found = set()
    for name in ("staff", "messages"):
        with (FOLDER / "de" / "LC_MESSAGES" / f"{name}.po").open("rb") as file:
            for message in read_po(file):
                if message.id and isinstance(message.id, str) and message.string not in ("", message.id):
                    found.add(" ".join(message.id.split()))
    german = {
        str(message.string)
        for message in read_po(io.BytesIO((FOLDER / "de/LC_MESSAGES/staff.po").read_bytes()))
    }
    return found - german


def test_a_few_pages_say_nothing_in_english(app: Flask) -> None:
    """A tenth of them, and each text of theirs: `english` says what counts."""
    studies = fill_two_studies(app)
    walked = list(doors(app, {"S1": studies["S1"]}))
    assert (
        english(app, sample(len(walked) // 10, walked, name=lambda one: f"{one.endpoint} {one.method}")) == {}
    )


@pytest.mark.long
def test_no_page_says_anything_in_english(app: Flask) -> None:
    studies = fill_two_studies(app)
    assert english(app, list(doors(app, {"S1": studies["S1"]}))) == {}


def english(app: Flask, walked: list[Door]) -> dict[str, str]:
    """Each text that has a German one, or has an English word that nobody marked, and a door that says it."""
    app.config["WTF_CSRF_ENABLED"] = False
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    member = entered(app, "admin")
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    known = {text for one in library(app) for text in words_of(one) if len(text) > 3} | TYPED
    ours = english_of_ours()
    found: dict[str, str] = {}
    for door in walked:
        reply = member.send(door.method, door.path, [])
        if door.endpoint in SPEAK_OTHERS or not (reply.header("Content-Type") or "").startswith("text/html"):
            continue
        if door.endpoint == "waiting_room.start":  # which signs out
            member = entered(app, "admin")
        for piece in Said(reply.html).pieces:
            said = piece in ours or ENGLISH.search(piece)
            if said and not any(text in piece or piece in text for text in known):
                found.setdefault(piece, f"{door.method} {door.endpoint}")
    return found


def said_in_english(pieces: Iterable[str]) -> list[str]:
    """The pieces that are a text of ours in English, or have an English word."""
    ours = english_of_ours()
    return [piece for piece in pieces if piece in ours or ENGLISH.search(piece)]


FAMILY = re.compile(r"\b(medicine|therapy|toxin|surgery)\b")
CODE = re.compile(r"\b(left|right|both|male|female|unknown|palsy|otitis|syndromic|missing|none yet)\b", re.I)
POINT = re.compile(r"\d\.\d\b(?!\.)")
IN_CHARTS = {
    "text",
    "ticktext",
    "customdata",
    "hovertemplate",
}  # all else are settings


def told_by(board: Any, name: str = "") -> Iterator[str]:
    """The texts of a board: its own, and those within its charts and drawings."""
    if isinstance(board, Mapping):
        for key, one in board.items():
            yield from told_by(one, name if key.isdigit() else key)
    elif isinstance(board, list | tuple):
        for one in board:
            yield from told_by(one, name)
    elif isinstance(board, str) and name == "data":
        yield from (one for key, one in labelled(json.loads(board)) if key in IN_CHARTS)
    elif isinstance(board, str) and name == "paper":
        yield from Said(board).pieces
    elif isinstance(board, str) and name not in ("key", "methods"):
        yield board


def labelled(chart: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a chart, each with the name of its setting."""
    if isinstance(chart, Mapping):
        for key, one in chart.items():
            yield from labelled(one, key)
    elif isinstance(chart, list):
        for one in chart:
            yield from labelled(one, name)
    elif isinstance(chart, str):
        yield name, chart


@pytest.mark.parametrize(
    "page",
    [
        "overview",
        *(pytest.param(page, marks=pytest.mark.long) for page in sorted(set(SCREENS) - {"overview"})),
    ],
)
def test_a_board_says_nothing_in_english(page: str) -> None:
    """Sentences, tables, names of panels and axes, on the screen and on paper; numbers have a comma."""
    with read_in("de"):
        board = draw(
            registry(3, 60),
            {},
            page=page,
            pair="face.total~phq9.total",
            visits={f"visit {n}": f"Visite {n}" for n in range(1, 9)},
            on=date(2026, 3, 10),
            together=False,
            may_open_patients=True,
            suppress_under=5,
        )
        pieces = list(told_by(read(dataclasses.asdict(board))))
    assert said_in_english(pieces) == []
    assert [one for one in pieces if FAMILY.search(one) or CODE.search(one)] == []
    assert [one for one in pieces if POINT.search(one)] == []


def test_an_import_says_nothing_in_english() -> None:
    """What a file of each program seems to hold, and every doubt about it."""
    with read_in("de"):
        lines = [
            str(line)
            for made in (tables.qualtrics, tables.limesurvey_texts, tables.plain)
            for line in tables.proposal(made()).lines
        ]
    assert len(lines) > 20
    assert said_in_english(lines) == []


def test_a_paper_form_is_entered_in_the_readers_words(app: Flask) -> None:
    """As the clinic's paper has it: whoever types reads question and box together."""
    found = invite(app)
    member = signed_in(app)
    path = f"/staff/S1/visits/{found.visit_id}/enter/face"
    german = library(app).get("face").wording.texts["de"].items["q1"]
    assert german not in member.get(path).text
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    assert german in member.get(path).text


def test_languages_and_parts_of_a_consent_are_named_in_german(app: Flask) -> None:
    """Also within the labels of boxes, which are made once for all readers."""
    invite(app)
    member = signed_in(app)
    with changing(app) as session:
        session.execute(update(Staff).values(language="de"))
    page = member.get("/staff/S1/study/consent").text
    assert "Satz für den Teil „Forschung“, auf Englisch" in page
    said = member.get("/staff/S1/study").text
    assert re.findall(r"(?<!Tastatur )\bEnglish\b", said) == []  # but the way to the other language
