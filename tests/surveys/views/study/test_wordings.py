"""A text of the site's own, typed in the browser or filled into a sheet."""

from __future__ import annotations

import pytest
from flask import Flask

from surveys.exchange import wording_boxes
from surveys.exchange.wording_file import read
from tests.support.staff import Member, signed_in
from tests.support.study import invite, library, one_table

PAGE = "/staff/S1/instruments/phq9/wording"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is stored is tried on both where it is loaded."""
    return sqlite_url


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1."""
    invite(app)
    return signed_in(app)


def texts(app: Flask, locale: str = "de") -> dict[str, str]:
    """A text in every box."""
    return {box.name(locale): f"{box.title}!" for box in wording_boxes.boxes(library(app).get("phq9"))}


def test_a_text_is_typed_beside_the_words_that_are_here(app: Flask, member: Member) -> None:
    """Its page leads there; what is stored is what a file would have brought."""
    page = member.get("/staff/S1/instruments/phq9")
    assert page.links[PAGE] == "type it, or download a sheet to fill in"
    page = member.get(f"{PAGE}?languages=de")
    assert library(app).get("phq9").wording.texts["en"].items["q9"] in page.text
    page = member.post(f"{PAGE}?languages=de", {"name": "phq9-de", **texts(app)})
    assert "The text was stored." in page.text
    [row] = one_table(app, "wording")
    assert (row["name"], row["file"], row["status"]) == ("phq9-de", "typed in the browser", "loaded")
    assert row["texts"]["de"]["items"]["q9"] == "Item q9!"
    assert 'value="phq9-de-2"' in member.send("GET", f"{PAGE}?languages=de", []).html


def test_what_is_half_typed_stays_in_the_form(app: Flask, member: Member) -> None:
    """Each empty box is named, and nothing is stored; markup is told at its box."""
    half = {**texts(app), "de.items.q2": "", "de.notice": ""}
    member.get(f"{PAGE}?languages=de")
    page = member.post(f"{PAGE}?languages=de", {"name": "ours", **half})
    assert member.status == 422
    assert page.links["#de.items.q2"] == "Item q2, de: write this text."
    assert "#de.notice" not in page.links
    assert ">Item q9!</textarea>" in member.replies[-1].html
    member.post(f"{PAGE}?languages=de", {"name": "ours", **texts(app), "de.items.q2": "<b>x</b>"})
    assert "holds markup" in member.page.links["#de.items.q2"]
    assert one_table(app, "wording") == []


def test_what_is_half_typed_is_taken_along_as_a_sheet(app: Flask, member: Member) -> None:
    """And goes on there."""
    member.get(f"{PAGE}?languages=de")
    half = {**texts(app), "de.items.q2": ""}
    fields = {"csrf_token": member.csrf_token, "name": "ours", "take_along": "1", **half}
    answer = member.send("POST", f"{PAGE}?languages=de", list(fields.items()))
    assert answer.header("Content-Disposition") == "attachment; filename=ours.xlsx"
    instrument = library(app).get("phq9")
    rows = list(wording_boxes.rows(instrument, "ours", ["de"], half))
    assert answer.content[:2] == b"PK"
    assert sum(row[6] == "" for row in rows) == 1


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_empty_sheet_names_its_text(app: Flask, member: Member, ending: str) -> None:
    """With the instrument's own words where it has the language."""
    answer = member.send("GET", f"{PAGE}.{ending}?languages=en", [])
    assert answer.header("Content-Disposition") == f"attachment; filename=phq9-en.{ending}"
    own = library(app).get("phq9")
    assert read(f"a.{ending}", answer.content, library(app)).wording.sha256 == own.wording.sha256


@pytest.mark.parametrize("languages", ["", "Deutsch", "de en fr nl pl it"])
def test_languages_are_codes(member: Member, languages: str) -> None:
    page = member.get(f"{PAGE}?languages={languages}")
    assert member.status == 422
    assert "#languages" in page.links


def test_an_instrument_without_items_has_no_boxes(member: Member) -> None:
    member.get("/staff/S1/instruments/hads/wording")
    assert member.status == 404
