"""A page that is kept is the page that its template draws, for every item and everything it may say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

import pytest
from flask import Flask

from surveys.instruments.instrument import Instrument, Wording
from surveys.views.form import item_page
from surveys.views.form.item_page import Around, ItemPage
from surveys.views.form.question import ShownAnswer
from surveys.views.web.protection import form_token
from tests.support.study import library

VISIT = 41_977


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No page asks the database."""
    return sqlite_url


def asked(app: Flask) -> list[Instrument]:
    """Every shipped instrument with words to ask it in."""
    return [one for one in library(app) if one.items and one.locales]


def pages(instrument: Instrument, key: str) -> Iterator[ItemPage]:
    """The page of an item in each of its languages, without an answer and with each one."""
    item = instrument.item(key)
    answers: list[ShownAnswer] = [None, *instrument.values(key)]
    if item.kind == "choices":
        answers = [None, instrument.values(key)]
    for locale in instrument.locales:
        page = ItemPage(
            around=Around.here("Faces & <friends>, 100 %", simulated=True, on_tablet=False),
            instrument=instrument,
            key=key,
            locale=locale,
            number=2,
            total=len(instrument.items),
            part=1,
            parts=3,
        )
        yield from (replace(page, given=answer) for answer in answers)


def check(page: ItemPage) -> None:
    """Drawn for a visit, drawn for another, and without holes: the same but for number and token."""
    item_page.draw(page, VISIT + 1)
    kept = item_page.draw(page, VISIT)
    assert kept == item_page.render(page, VISIT, form_token())
    assert kept.count(f"/visit/{VISIT}/") == len([one for one in kept.split('"') if "/visit/" in one])


@contextmanager
def speaking(app: Flask, language: str) -> Iterator[None]:
    """A request of a browser where that language was chosen."""
    with app.test_request_context("/visit/1", headers={"Cookie": f"language={language}"}):
        yield


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_ends_of_every_instrument(app: Flask, language: str) -> None:
    """In each language of the interface: the first item with its last choice, the last without an answer."""
    with speaking(app, language):
        for instrument in asked(app):
            *_, answered = pages(instrument, instrument.items[0].key)
            check(answered)
            check(next(pages(instrument, instrument.items[-1].key)))


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_item_of_every_instrument(app: Flask, language: str) -> None:
    """With every answer, in every language that it has words in."""
    with speaking(app, language):
        for instrument in asked(app):
            for item in instrument.items:
                for page in pages(instrument, item.key):
                    check(page)


def test_all_that_a_page_says_decides_which_is_shown(app: Flask) -> None:
    """Each field alone makes another page, which is kept apart from the others."""
    with speaking(app, "en"):
        face = library(app).get("face")
        plain = next(pages(face, "q2"))
        fields_of_page = {
            "instrument": replace(face, wording=other_words(face)),
            "key": "q3",
            "number": 3,
            "total": 7,
            "part": 2,
            "parts": 1,
            "given": 4,
            "error": "Please choose <an answer>.",
            "first": True,
            "change": True,
            "may_skip": True,
            "kept": True,
            "changed": (1, 3),
        }
        around = {"study_title": "Another", "simulated": False, "on_tablet": True, "theme": "dark"}
        others = [replace(plain, **{name: value}) for name, value in fields_of_page.items()]
        others += [
            replace(plain, around=replace(plain.around, **{name: value})) for name, value in around.items()
        ]
        others += [replace(plain, kept=True, may_show=True)]
        listed = next(pages(library(app).get("saq"), "q2"))  # its instruction has two sentences
        others += [listed, replace(listed, again=True)]
        for page in (plain, *others):
            check(page)
        drawn = {item_page.draw(page, VISIT) for page in (plain, *others)}
        assert len(drawn) == len(others) + 1
        assert {one.name for one in fields(ItemPage)} - fields_of_page.keys() == {
            "again",
            "around",
            "locale",
            "may_show",
        }


def other_words(instrument: Instrument) -> Wording:
    """The same questions, each with an exclamation mark."""
    words = instrument.wording.texts["en"]
    louder = replace(words, items={key: f"{text}!" for key, text in words.items.items()})
    return Wording("louder", "loaded", {"en": louder})
