"""The import file before anything is compared: what a row becomes, and what the header may say."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from surveys.exchange import import_file
from surveys.exchange.faults import FileRefused
from surveys.exchange.import_file import ImportRow
from surveys.store.patient.patients import NewTreatment, PartialDate
from tests.support.sheets import workbook

from .conftest import LIBRARY


def read(folder: Path, content: str | bytes, *, ignore_unknown: bool = False) -> import_file.ImportFile:
    path = folder / "visits.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file.read(path, LIBRARY, ignore_unknown=ignore_unknown)


def refused(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(FileRefused) as told:
        read(folder, content)
    return str(told.value).splitlines()


def test_a_row_holds_what_its_cells_say(tmp_path: Path) -> None:
    """Empty cells are absent; an instrument has only the items that were answered."""
    content = (
        "\ufeffpatient,visit,completed_on,onset_on,sex,treatments,house_brackmann,locale,phq9_q1,phq9_q2,saq_q1\r\n"
        " P1 ,Visit\u00a01,2025-01-01,2024-05,female,massage@2024;antiviral,4.0,de,3.0,,\r\n"
        ",,,,,,,,,,\r\n"
        "P2,Visit 1,2025-01-02,,,,,,,,\r\n"
    )
    file = read(tmp_path, content)
    assert (file.name, file.sha256) == ("visits.csv", hashlib.sha256(content.encode()).hexdigest())
    first, second = file.rows
    assert first == ImportRow(
        number=2,
        patient="P1",
        visit=first.visit,
        completed=date(2025, 1, 1),
        facts={"onset_on": PartialDate(date(2024, 5, 1), "month"), "sex": "female"},
        treatments=(
            NewTreatment("massage", PartialDate(date(2024, 1, 1), "year")),
            NewTreatment("antiviral", None),
        ),
        house_brackmann=4,
        locale="de",
        answers={"phq9": {"q1": 3}},
    )
    assert first.visit.split() == ["Visit", "1"]
    assert second == ImportRow(4, "P2", "Visit 1", date(2025, 1, 2))


def test_a_header_names_what_is_known(tmp_path: Path) -> None:
    """All its faults at once, with what was perhaps meant."""
    told = refused(tmp_path, "patient,vist,completed_on,side,side,shoe_size\nP1,a,2025-01-01,,,\n")
    assert told == [
        "row 1, column vist: This column is not known. Is it visit?",
        "row 1, column side: This column stands twice.",
        (
            "row 1, column shoe_size: This column is not known. Remove it, or pass over such columns "
            "(--ignore-unknown)."
        ),
        "row 1, column visit: This column is missing.",
    ]


def test_unknown_columns_may_be_passed_over(tmp_path: Path) -> None:
    file = read(tmp_path, "patient,visit,completed_on,shoe_size\nP1,a,2025-01-01,42\n", ignore_unknown=True)
    assert file.rows == (ImportRow(2, "P1", "a", date(2025, 1, 1)),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("patient,visit,completed_on\n", "The file has no row below its header."),
        ('patient,visit,completed_on\nP1,"a,2025\n', "row 2: This is not CSV"),
        (b"patient,visit\x00\n\x00", "This is neither a workbook"),
        ("", "row 1, column patient: This column is missing."),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert refused(tmp_path, content)[0].startswith(said)


ROWS = [["patient", "visit", "completed_on"], ["Müller-1", "a;b", "2025-01-01"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_comes_as_a_spreadsheet_saves_it(tmp_path: Path, encoding: str, separator: str) -> None:
    """As the lists on pages do; where letters may be spoilt, the file says so."""
    lines = (separator.join(f'"{cell}"' if ";" in cell else cell for cell in row) for row in ROWS)
    file = read(tmp_path, "\r\n".join(lines).encode(encoding))
    assert file.rows == (ImportRow(2, "Müller-1", "a;b", date(2025, 1, 1)),)
    assert file.western == (encoding == "cp1252")


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """Of several sheets the one with the columns that a file must have."""
    book = workbook({"notes": [["of 2025"]], "visits": ROWS})
    assert read(tmp_path, book).rows == (ImportRow(2, "Müller-1", "a;b", date(2025, 1, 1)),)
    assert refused(tmp_path, workbook({"a": [["of"]], "b": [["2025"]]})) == [
        "The workbook has several sheets: a, b. Choose one."
    ]


def test_every_faulty_cell_is_named(tmp_path: Path) -> None:
    """And no row of such a file is taken."""
    header = "patient,visit,completed_on,side,house_brackmann"
    told = refused(tmp_path, f"{header}\nP1,a,2025-01-01,l,7\nP2,a\nP3,a,2025-01-01,left,2\n")
    assert [line.partition(": ")[0] for line in told] == [
        "row 2, column side",
        "row 2, column house_brackmann",
        "row 3",
    ]


def test_a_treatment_is_there_once() -> None:
    """The same kind with another start is another."""
    day = NewTreatment("massage", PartialDate(date(2024, 5, 3), "day"))
    assert import_file.treatments("massage; massage@2024-05-03;;massage@ 2024-05-03 ;massage") == (
        NewTreatment("massage", None),
        day,
    )
    assert import_file.treatments(" ; ") == ()
