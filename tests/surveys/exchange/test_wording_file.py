"""A site's own text, from TOML or a sheet: taken whole, or refused with every fault and its place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import cut
from surveys.exchange.wording_file import LARGEST_BYTES, read
from surveys.instruments.library import Library
from tests.support.sheets import workbook
from tests.support.wordings import as_csv, as_toml, made_up

LIBRARY = Library.load(())
FACE = LIBRARY.get("face")
PHQ9 = LIBRARY.get("phq9")
Tables = dict[str, Any]


def refusal(name: str, content: str | bytes) -> str:
    """What the refusal of a file says."""
    with pytest.raises(FileRefused) as refused:
        read(name, content.encode() if isinstance(content, str) else content, LIBRARY)
    return str(refused.value)


@pytest.mark.parametrize("key", [one.key for one in LIBRARY if one.items])
@pytest.mark.parametrize(("name", "written"), [("a.toml", as_toml), ("a.CSV", as_csv)])
def test_a_whole_text_is_taken(key: str, name: str, written: Callable[[Tables], str]) -> None:
    """Every instrument's, in several languages; the definition stays what it was."""
    instrument = LIBRARY.get(key)
    tables = made_up(instrument, "authors-2015", ("nl", "en"))
    found = read(name, written(tables).encode(), LIBRARY)
    assert (found.key, found.version, found.sha256) == (key, instrument.version, instrument.sha256)
    assert (found.wording.name, found.wording.status) == ("authors-2015", "loaded")
    assert found.locales == ("en", "nl")
    first = instrument.items[0]
    assert found.wording.texts["nl"].items[first.key] == f"{key}-nl item {first.key}"


def test_both_formats_give_the_same_digest() -> None:
    """The words count, not how they are written down: spaces around them, order, a byte order mark."""
    tables = made_up(PHQ9, locales=("de",))
    toml = read("a.toml", as_toml(tables).encode(), LIBRARY)
    header, *rows = as_csv(tables).splitlines()
    shuffled = "\n".join([header, "", *reversed(rows)]).replace(",phq9-de", ",  phq9-de")
    assert read("b.csv", f"\ufeff{shuffled}".encode(), LIBRARY).wording.sha256 == toml.wording.sha256
    changed = as_toml(tables).replace("item q3", "item q3!")
    assert read("a.toml", changed.encode(), LIBRARY).wording.sha256 != toml.wording.sha256


def test_a_spreadsheet_may_have_saved_it() -> None:
    """As a workbook, or as CSV with semicolons in its own encoding; the words stay what they are."""
    tables = made_up(PHQ9, locales=("de",))
    tables["texts"]["de"]["items"]["q3"] = "Mühe einzuschlafen; 2\u00a0Wochen"
    wanted = read("a.toml", as_toml(tables).encode(), LIBRARY).wording.sha256
    rows = [cells for _, cells in cut.verbatim(as_csv(tables))]
    semicolons = "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    for name, content in (
        ("a.xlsx", workbook({"Texte": rows, "Notizen": [["nichts"]]})),
        ("a.csv", semicolons.encode("cp1252")),
        ("a.csv", semicolons.encode("utf-16")),
        ("a.csv", as_csv(tables).replace("\n", ",,\n").encode("utf-8-sig")),
    ):
        assert read(name, content, LIBRARY).wording.sha256 == wanted
    polish = semicolons.replace('"de"', '"pl"').encode("cp1252")
    assert "'pl' has letters that this file (in Windows-1252) cannot hold" in refusal("a.csv", polish)


def test_the_definitions_own_text_has_the_same_digest_when_loaded() -> None:
    """The digest is that of `Wording.sha256`, of the texts alone."""
    own = PHQ9.wording.texts["en"]
    tables = made_up(PHQ9)
    tables["texts"]["en"] = {
        "title": own.title,
        "notice": own.notice,
        "sections": {
            key: {
                "recall": text.recall,
                **({"instruction": text.instruction} if text.instruction else {}),
                "choices": {str(value): label for value, label in text.choices.items()},
            }
            for key, text in own.sections.items()
        },
        "items": dict(own.items),
    }
    for name, written in (("a.toml", as_toml), ("a.csv", as_csv)):
        assert read(name, written(tables).encode(), LIBRARY).wording.sha256 == PHQ9.wording.sha256


def without(tables: Tables, *path: str) -> Tables:
    found = copy.deepcopy(tables)
    place = found
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return found


@pytest.mark.parametrize(
    "path",
    [
        ("title",),
        ("items", "q7"),
        ("sections", "movement"),
        ("sections", "frequency", "recall"),
        ("sections", "frequency", "choices", "3"),
    ],
)
def test_every_item_choice_and_recall_must_be_there(path: tuple[str, ...]) -> None:
    """In each language; the message says which is missing where."""
    tables = without(made_up(FACE, locales=("en", "nl")), "texts", "nl", *path)
    for name, written in (("a.toml", as_toml), ("a.csv", as_csv)):
        said = refusal(name, written(tables))
        assert f"texts.nl.{'.'.join(path)}: is missing." in said
        assert "texts.en" not in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("item q3", "item <b>q3</b>", "texts.en.items.q3: holds markup ('<b')"),
        ("item q3", "item &nbsp;", "holds markup ('&nbsp;')"),
        ("authors", "working-2", "means another text already"),
        ("authors", "unknown", "means another text already"),
        ("authors", "x" * 65, "more than 64 signs"),
    ],
)
def test_what_no_page_could_show_is_refused(old: str, new: str, says: str) -> None:
    """Markup, names that are taken."""
    tables = made_up(FACE)
    assert says in refusal("a.toml", as_toml(tables).replace(old, new))
    assert says in refusal("a.csv", as_csv(tables).replace(old, new))


def test_an_empty_text_is_refused() -> None:
    """Of a sheet by its row: it may be half filled in."""
    tables = made_up(FACE)
    tables["texts"]["en"]["title"] = ""
    assert "texts.en.title: must be text that is not empty" in refusal("a.toml", as_toml(tables))
    assert "The column text is still empty in row 2." in refusal("a.csv", as_csv(tables))


def test_control_characters_are_refused() -> None:
    """PostgreSQL stores no NUL, and no reader sees the others. Line breaks may be."""
    tables = made_up(FACE)
    tables["texts"]["en"]["items"]["q1"] = "two\nlines"
    assert read("a.toml", as_toml(tables).encode(), LIBRARY)
    tables["texts"]["en"]["items"]["q1"] = "a\x00b"
    assert "texts.en.items.q1: holds a control character" in refusal("a.toml", as_toml(tables))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"instrument": "fase"}, "There is no instrument 'fase'"),
        ({"version": "9"}, "There is no version '9' of face"),
        ({"instrument": "hads", "version": "0"}, "only the scoring is known here"),
        ({"language": "nl"}, "is not a name that is known here"),
    ],
)
def test_an_instrument_that_is_not_there_is_refused(change: dict[str, str], says: str) -> None:
    """With those known."""
    assert says in refusal("a.toml", as_toml({**made_up(FACE), **change}))


def test_a_language_must_be_one() -> None:
    """And fit into its column."""
    assert "is not a language code" in refusal("a.toml", as_toml(made_up(FACE, locales=("Dutch",))))
    assert "too long" in refusal("a.toml", as_toml(made_up(FACE, locales=("nl-Latn-Latn-Latn",))))
    assert "has no language" in refusal("a.toml", as_toml({**made_up(FACE), "texts": {}}))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("face,1,authors,en,item,q3,again", "row 40, column key: This text stands in row 27 already."),
        ("face,1,authors,en,item,q99,more", "row 40, column text: texts.en.items.q99: names no item"),
        ("face,1,authors,en,items,q1,x", "row 40, column part: 'items' is not one of"),
        (
            "face,1,authors,en,choice,movement,x",
            "row 40, column key: The key of a choice must be section.value",
        ),
        ("face,1,authors,en,title,q1,x", "row 40, column key: The key of a title must be empty"),
        ("face,1,authors,e n,item,q1,x", "row 40, column locale: 'e n' is not a language code"),
        (
            "face,1,other,en,item,q1,x",
            "row 40, column name: This row says 'other', but the first says 'authors'",
        ),
        ("face,,authors,en,item,q1,x", "row 40, column version: This cell must not be empty."),
        ("face,1,authors,en,item,q1", "row 40: This row has 6 cells, but the header has 7."),
        ("face,1,authors,en,item,q1,", "row 40, column key: This text stands in row 25 already."),
        ('face,1,authors,en,item,q1,"x', "row 40: This is not CSV"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: str, says: str) -> None:
    """Rows count as a spreadsheet does."""
    assert says in refusal("a.csv", as_csv(made_up(FACE)) + row)


def test_a_fault_of_a_text_names_its_row() -> None:
    """Also where the check is that of the definitions."""
    said = refusal("a.csv", as_csv(made_up(FACE)).replace("face-en item q3", "<i>"))
    assert said.splitlines() == [
        "row 27, column text: texts.en.items.q3: holds markup ('<i'). Write plain text: pages add the markup."
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.toml", "name = ", "This is not TOML"),
        ("a.csv", "a,b\n1,2\n", "The columns must be, in this order: instrument, version"),
        ("a.csv", "", "The columns must be, in this order: instrument, version"),
        ("a.csv", ",".join(["instrument", "version", "name", "locale", "part", "key", "text"]), "is missing"),
        ("a.xlsx", b"PK\x03\x04", "damaged"),
        ("toml", "", "must end in .toml, .xlsx or .csv"),
        ("a.toml", b"name = '\xff'", "not UTF-8"),
        ("a.toml", b"#" * (LARGEST_BYTES + 1), "larger than 1 MB"),
        ("a.toml", "", "instrument: is missing."),
    ],
)
def test_another_file_is_refused(name: str, content: str | bytes, says: str) -> None:
    """In one sentence."""
    assert says in refusal(name, content)


DOCUMENT = (Path(__file__).parents[3] / "docs" / "wordings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["toml", "csv"])
def test_the_documented_examples_are_taken(ending: str) -> None:
    """docs/wordings.md shows a whole file of each format."""
    [example] = re.findall(rf"```{ending}\n(.*?)```", DOCUMENT, re.S)
    found = read(f"example.{ending}", example.encode(), LIBRARY)
    assert (found.key, found.wording.name, found.locales) == ("phq2", "example-nl", ("nl",))
