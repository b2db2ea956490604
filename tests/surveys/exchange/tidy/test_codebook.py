"""The codebook: every column, item and scale, with words only where they may be shown."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from surveys.exchange.tidy import codebook
from surveys.exchange.tidy.answers import SCORES, wide_table
from surveys.exchange.tidy.codebook import AnsweredInstrument, CodebookLine, Leave
from surveys.exchange.tidy.people import PATIENTS
from surveys.instruments.library import Library
from surveys.instruments.notes import formula, missing_sentence

LIBRARY = Library.load()
PHQ9, FACE = LIBRARY.get("phq9"), LIBRARY.get("face")
LEAVE = Leave("The authors", "Letter of 1 March", "doi:10.0000/x")


def answered(
    status: str = "verbatim", wording: str | None = None, leave: Leave | None = None
) -> AnsweredInstrument:
    return AnsweredInstrument(PHQ9, wording or PHQ9.wording.name, status, leave)


def lines(one: AnsweredInstrument) -> dict[tuple[str, str], CodebookLine]:
    tables = [PATIENTS, wide_table("phq9", [PHQ9]), SCORES]
    found = list(codebook.lines(tables, [one]))
    by_place = {(line.file, line.column): line for line in found}
    assert len(by_place) == len(found)
    return by_place


def test_every_column_has_its_line() -> None:
    """That of an item is one of the instrument, not of the file."""
    found = lines(answered())
    columns = {
        (table.file, column.name)
        for table in (PATIENTS, wide_table("phq9", [PHQ9]), SCORES)
        for column in table.columns
    }
    assert columns <= set(found)
    assert set(found) - columns == {("scores.csv", "phq9.total")}
    line = found["patients.csv", "birth_year"]
    assert (line.only_with_exact_dates, line.instrument) == (True, None)
    assert found["patients.csv", "sex"].only_with_exact_dates is False


def test_an_item_is_told_in_the_words_that_were_asked() -> None:
    """With its choices; and with the leave to use them."""
    line = lines(answered(leave=LEAVE))["answers_phq9.csv", "phq9_q1"]
    text = PHQ9.wording.texts["en"]
    item = PHQ9.item("q1")
    assert line.description == text.items["q1"]
    words = text.sections[item.section].choices
    assert line.values == ";".join(f"{value}={words[value]}" for value in (0, 1, 2, 3))
    assert (line.instrument, line.version, line.wording) == ("phq9", PHQ9.version, PHQ9.wording.name)
    assert line.wording_status == "verbatim"
    assert line.permission == "The authors; Letter of 1 March; doi:10.0000/x"
    assert line.type in ("integer", "string")


@pytest.mark.parametrize(
    ("status", "wording"), [("loaded", None), ("verbatim", "a site's own"), ("unknown", None)]
)
def test_words_that_may_not_be_shown_are_left_out(status: str, wording: str | None) -> None:
    """What an item is about, and the values of its choices, may always be told."""
    one = answered(status, wording)
    line = lines(one)["answers_phq9.csv", "phq9_q1"]
    assert (line.description, line.values) == (PHQ9.item("q1").label, "0;1;2;3")
    assert line.permission is None
    content = codebook.content([PATIENTS], [one])["instruments"][0]
    assert content["items"][0]["text"] is None
    assert content["items"][0]["values"] == [{"value": value, "text": None} for value in range(4)]


def test_a_scale_says_how_it_is_made() -> None:
    line = lines(answered())["scores.csv", "phq9.total"]
    scale = PHQ9.scale("total")
    assert line.description.startswith(f"{scale.title}: ")
    assert (line.type, line.lowest, line.highest, line.direction) == ("number", 0, 27, "higher_worse")
    assert line.missing_rule
    assert line.values is None


def test_programs_get_the_same_as_an_object() -> None:
    one = answered(leave=LEAVE)
    content = codebook.content([PATIENTS, SCORES], [one])
    assert [file["file"] for file in content["files"]] == ["patients.csv", "scores.csv"]
    assert content["files"][0]["key"] == list(PATIENTS.key)
    assert [column["name"] for column in content["files"][0]["columns"]] == [
        column.name for column in PATIENTS.columns
    ]
    [found] = content["instruments"]
    assert (found["key"], found["permission"], found["definition_sha256"]) == (
        "phq9",
        asdict(LEAVE),
        PHQ9.sha256,
    )
    assert [item["number"] for item in found["items"]] == [item.number for item in PHQ9.items]
    [scale] = found["scales"]
    assert (scale["items"], scale["reversed"]) == ([f"q{number}" for number in range(1, 10)], [])
    assert (scale["lowest"], scale["highest"]) == (0, 27)
    face = codebook.content([], [AnsweredInstrument(FACE, FACE.wording.name, "working", None)])
    assert [scale["reversed"] for scale in face["instruments"][0]["scales"]] == [
        list(scale.reverse) for scale in FACE.scales
    ]
    assert face["instruments"][0]["permission"] is None


def test_programs_get_everything_known_of_an_instrument() -> None:
    """Of each item and scale too, in the words that were asked."""
    [told] = codebook.content([], [answered()])["instruments"]
    item, scale, text = PHQ9.item("q9"), PHQ9.scale("total"), PHQ9.wording.texts["en"]
    choices = text.sections[item.section].choices
    assert {name: value for name, value in told.items() if name not in ("items", "scales")} == {
        "key": "phq9",
        "version": PHQ9.version,
        "title": PHQ9.title,
        "citation": str(PHQ9.citation),
        "licence": str(PHQ9.licence),
        "definition_sha256": PHQ9.sha256,
        "wording": PHQ9.wording.name,
        "wording_status": "verbatim",
        "permission": None,
    }
    assert told["items"][8] == {
        "key": "q9",
        "number": 9,
        "content": item.label,
        "text": text.items["q9"],
        "kind": item.kind,
        "optional": item.optional,
        "values": [{"value": value, "text": choices[value]} for value in range(4)],
        "lowest": item.low,
        "highest": item.high,
        "unit": item.unit,
        "loinc": item.loinc,
    }
    assert told["scales"] == [
        {
            "key": "total",
            "title": scale.title,
            "formula": formula(PHQ9, scale),
            "items": [f"q{number}" for number in range(1, 10)],
            "reversed": [],
            "lowest": 0,
            "highest": 27,
            "direction": "higher_worse",
            "missing": asdict(scale.missing),
            "bands": [asdict(band) for band in scale.bands],
            "loinc": scale.loinc,
        }
    ]


def test_programs_get_every_column_of_a_file() -> None:
    [told] = codebook.content([PATIENTS], [])["files"]
    assert (told["file"], told["title"]) == ("patients.csv", PATIENTS.title)
    assert told["columns"] == [
        {
            "name": column.name,
            "type": column.type,
            "description": column.words,
            "only_with_exact_dates": column.is_date,
            "values": [{"value": code, "text": words} for code, words in column.codes.items()],
        }
        for column in PATIENTS.columns
    ]


def test_a_scale_is_told_with_its_rule_words_and_leave() -> None:
    found = lines(answered(leave=LEAVE))
    scale = PHQ9.scale("total")
    total = found["scores.csv", "phq9.total"]
    assert total.description == f"{scale.title}: {formula(PHQ9, scale)}"
    assert total.missing_rule == missing_sentence(scale)
    assert (total.instrument, total.wording_status, total.permission) == ("phq9", "verbatim", str(LEAVE))
    assert (total.unit, total.only_with_exact_dates) == (None, False)


def test_english_words_come_before_others() -> None:
    """Where there are none, the first language's."""
    english = PHQ9.wording.texts["en"]
    other = replace(english, items=dict.fromkeys(english.items, "anders"))
    for texts, expected in (({"de": other, "en": english}, english), ({"de": other}, other)):
        wording = replace(PHQ9.wording, texts=texts)
        one = AnsweredInstrument(replace(PHQ9, wording=wording), wording.name, "verbatim", None)
        assert one.text is expected
    assert (
        AnsweredInstrument(replace(PHQ9, wording=replace(PHQ9.wording, texts={})), "x", "verbatim", None).text
        is None
    )


def test_the_header_is_the_fields_of_a_line() -> None:
    assert codebook.HEADER[:5] == ("file", "column", "type", "description", "only_with_exact_dates")
    assert len(codebook.HEADER) == len(asdict(lines(answered())["scores.csv", "phq9.total"]))
