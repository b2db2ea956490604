"""Files of other programs as tables; what is none is refused with the way to go on."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import cut
from surveys.exchange.tables import reading
from surveys.exchange.tables.reading import Asked
from tests.support import tables
from tests.support.sheets import workbook


def test_commas_of_questions_do_not_separate() -> None:
    """The header has more commas than semicolons; the rows tell."""
    content = tables.limesurvey_texts()
    head = content.decode("utf-8-sig").split("\n")[0]
    assert head.count(",") > 10
    table = tables.table(content)
    assert (len(table.columns), len(table.rows)) == (15, 3)
    assert table.remarks == ("The file is semicolon-separated UTF-8 text; read as such.",)


def test_windows_text_is_told() -> None:
    """As German spreadsheets save it."""
    table = tables.table("Patient_ID;Größe\nP1;1\n".encode("cp1252"))
    assert table.remarks == ("The file is semicolon-separated Windows-1252 text; read as such.",)
    assert table.columns[1].name == "Größe"


def test_qualtrics_has_its_questions_in_the_second_row() -> None:
    """And its rows are counted as a spreadsheet counts them."""
    table = tables.table(tables.qualtrics())
    assert table.column("Q5_1").label.endswith(tables.QUESTIONS[0])
    assert [number for number, _ in table.rows] == [4, 5, 6]


def test_columns_without_a_name_or_with_the_same() -> None:
    """Two questions may have one text."""
    table = tables.table(b"a,a,,b\n1,2,3,4\n")
    assert [column.name for column in table.columns] == ["a", "a (2)", "column C", "b"]


def test_a_workbook_is_read_and_of_several_sheets_one_is_named() -> None:
    """The sentence names them."""
    rows = [["Patient_ID", "q"], ["P1", 3]]
    assert tables.table(workbook({"One": rows}), "x.xlsx").rows == ((2, ["P1", "3"]),)
    several = workbook({"Baseline": rows, "Month 3": rows, "Notes": rows})
    with pytest.raises(FileRefused, match=r"has 3 sheets with data: Baseline, Month 3, Notes\. Name one"):
        reading.read("x.xlsx", several)
    assert reading.read("x.xlsx", several, Asked(sheet="Month 3")).source.sheet == "Month 3"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"resourceType": "Questionnaire"}', "This is FHIR"),
        (b'[{"a": 1}]', "This is JSON"),
        (b'<?xml version="1.0"?><ODM xmlns="x"></ODM>', "ODM XML"),
        (b'<ODM xmlns:redcap="https://projectredcap.org">', "seventh redcap check"),
        (b"<html>", "not a table"),
        (b"field_name,form_name\na,b\n", "REDCap data dictionary"),
        (b"type,name,label\ntext,a,b\n", "XLSForm"),
        (workbook({"survey": [["type", "name"]], "choices": [["list", "name"]]}), "XLSForm"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "before 2007"),
        (b"\0\0\1\2", "neither a workbook"),
        (b"", "empty"),
        (b"a,b\n", "no row below"),
        (b"a,b\n1,2,3\n", "row 2: This row has 3 cells"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, said: str) -> None:
    """Each with what to do instead."""
    with pytest.raises(FileRefused, match=said):
        reading.read("file", content)


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_damaged_files_are_read_or_refused(long: bool) -> None:
    """Bytes changed, cut out and put in: never anything but a table or sentences."""
    seeds = random.Random(17)
    made = [
        tables.qualtrics(),
        tables.limesurvey_texts(),
        tables.kobo(),
        workbook({"a": [["x", "y"], [1, 2]]}),
    ]
    for number in range(20_000 if long else 120):
        content = bytearray(made[number % len(made)])
        for _ in range(seeds.randint(1, 8)):
            place = seeds.randrange(len(content))
            match seeds.randrange(3):
                case 0:
                    content[place] = seeds.randrange(256)
                case 1:
                    del content[place : place + seeds.randint(1, 40)]
                case _:
                    content[place:place] = seeds.choice(
                        [b'"', b";", b"\n", b"\0", b"\xff", b"<", b"{", b"\t"]
                    )
            content = content or bytearray(b"x")
        with suppress(FileRefused):
            assert tables.proposal(bytes(content)).lines


def test_the_steady_separator() -> None:
    """What Excel writes first counts; a list of one column has none."""
    assert cut.steady_separator("sep=;\na;b,c\n") == ";"
    assert cut.steady_separator("a\tb,c\n1\t2\n") == "\t"
    assert cut.steady_separator("code\nP1\n") == ","
