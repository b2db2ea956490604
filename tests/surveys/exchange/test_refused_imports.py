"""What an import refuses: each kind of fault with row, column and remedy, and nothing stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from surveys.db import writing
from surveys.exchange.faults import FileRefused
from surveys.store.errors import Refused
from surveys.store.patient import importing

from .conftest import NOW, Desk

HEADER = (
    "patient,visit,completed_on,onset_on,birth_year,sex,side,cause,treatments,house_brackmann,locale,phq9_q1"
)


def row(**cells: str) -> str:
    """A row of HEADER; P1, visit a, on New Year's Day where nothing else is said."""
    given = {"patient": "P1", "visit": "a", "completed_on": "2025-01-01", **cells}
    return ",".join(given.get(name, "") for name in HEADER.split(",")) + "\n"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([row(patient="")], "row 2, column patient: This cell must not be empty."),
        ([row(patient="=1+1")], "row 2, column patient: '=1+1' cannot be a study code"),
        ([row(patient="two words")], "row 2, column patient: 'two words' cannot be a study code"),
        ([row(visit="")], "row 2, column visit: This cell must not be empty."),
        ([row(visit="x" * 201)], "row 2, column visit: A visit's name has at most 200"),
        ([row(visit="=1+1")], "row 2, column visit: A visit's name cannot begin with =: spreadsheets would"),
        ([row(completed_on="")], "row 2, column completed_on: This cell must not be empty."),
        ([row(completed_on="31.12.2024")], "row 2, column completed_on: '31.12.2024' is neither a date"),
        ([row(completed_on="2025-02-29")], "column completed_on: '2025-02-29' is not a day of the calendar"),
        ([row(completed_on="2025-01-01T10:00:00")], "'2025-01-01T10:00:00' does not say of which time zone"),
        ([row(completed_on="2025-06-16")], "column completed_on: 2025-06-16 lies in the future"),
        ([row(completed_on="2025-06-15T23:00:00Z")], "lies in the future"),
        ([row(completed_on="0001-01-01")], "'0001-01-01' is too far from today"),
        ([row(onset_on="2024-13")], "column onset_on: '2024-13' is not a day of the calendar"),
        ([row(onset_on="May 2024")], "column onset_on: 'May 2024' is not a date: write YYYY"),
        ([row(onset_on="2025-01-02")], "column onset_on: The onset (2025-01-02) lies after these answers"),
        ([row(onset_on="2025-02", cause="bells_palsy")], "The onset (2025-02) lies after these answers"),
        (
            [row(onset_on="1950", birth_year="1960")],
            "The onset (1950) lies before the birth",
        ),
        ([row(birth_year="sixty")], "column birth_year: 'sixty' is not a whole number."),
        ([row(birth_year="1790")], "column birth_year: '1790' is not a possible year."),
        ([row(birth_year="1900")], "column birth_year: 1900 is not a possible year of birth"),
        ([row(birth_year="2010")], "column birth_year: This person is 15 years old"),
        ([row(sex="f")], "column sex: 'f' is not one of: female, male, other, unknown."),
        ([row(side="l")], "column side: 'l' is not one of: left"),
        ([row(cause="bells")], "column cause: 'bells' is not one of: bells_palsy"),
        ([row(treatments="botox")], "column treatments: 'botox' is not one of: oral_corticosteroid"),
        ([row(treatments="massage@2024-02-30")], "column treatments: '2024-02-30' is not a day"),
        ([row(treatments="massage@")], "column treatments: '' is not a date"),
        ([row(treatments="massage@2026-01-01")], "massage starts in the future (2026-01-01)"),
        ([row(treatments="massage@1950", birth_year="1960")], "The massage starts before the birth"),
        ([row(house_brackmann="7")], "column house_brackmann: '7' is not a House–Brackmann grade"),
        ([row(house_brackmann="IV")], "column house_brackmann: 'IV' is not a whole number."),
        ([row(locale="English!")], "column locale: 'English!' is not a language code"),
        ([row(phq9_q1="4")], "row 2, column phq9_q1: 4 is not one of the choices 0, 1, 2, 3."),
        ([row(phq9_q1="7"), row(visit="b", phq9_q1="9")], "row 3, column phq9_q1: 9 is not one of"),
        (["P1,a\n"], "row 2: This row has 2 cells, but the header has 12."),
        (['P1,"a"b,,,,,,,,,,\n'], "row 2: This is not CSV"),
        ([row(), row()], "row 3, column visit: Patient P1 has the visit a in row 2 already."),
        ([row(), row(patient="p1", visit="A")], "row 3, column visit: Patient P1 has the visit a in row 2"),
        (
            [row(visit="Visit 1"), row(visit="visit\u00a0 1")],
            "row 3, column visit: Patient P1 has the visit Visit 1 in row 2 already.",
        ),
        (
            [row(visit="baseline"), row(visit="First visit")],
            "row 3, column visit: Patient P1 has the visit First visit in row 2 already.",
        ),
        (
            [row(birth_year="1960"), row(visit="b", birth_year="1961")],
            "row 3, column birth_year: This row says 1961, but row 2 of the same patient says 1960.",
        ),
        ([row(sex="male"), row(visit="b", sex="female")], "row 3, column sex: This row says female"),
        (
            [row(onset_on="2024"), row(visit="b", onset_on="2024-01-01")],
            "row 2 of the same patient says 2024.",
        ),
        (
            [row(house_brackmann="2"), row(visit="b", house_brackmann="3")],
            "row 3, column house_brackmann: Row 2 grades the same day 2.",
        ),
        ([], "The file has no row below its header."),
    ],
)
def test_a_bad_row_is_told_and_nothing_stored(desk: Desk, rows: list[str], fault: str) -> None:
    """The fault names its place; not even the good rows are stored."""
    good = row(patient="GOOD") if rows else ""
    with pytest.raises(FileRefused) as refused:
        desk.take(f"{HEADER}\n{''.join(rows)}{good}")
    assert fault in str(refused.value)
    assert (desk.count("patient"), desk.count("visit"), desk.count("event")) == (0, 0, 1)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("patient,visit\nP1,a\n", "row 1, column completed_on: This column is missing."),
        ("patient,visit,completed_on,phq9_q11\n", "column phq9_q11: This column is not known. Is it phq9_q1"),
        ("patient,visit,completed_on,q1\n", "row 1, column q1: This column is not known."),
        ("patient,visit,completed_on,weight\n", "column weight: This column is not known."),
        ("patient,visit,completed_on,visit\n", "row 1, column visit: This column stands twice."),
        ("patient,visit,completed_on,\n", "row 1, column without a name: This column is not known."),
        ("", "column patient: This column is missing."),
        (b"patient,visit\x00\n\x00", "This is neither a workbook"),
    ],
)
def test_a_bad_file_is_told_and_nothing_stored(desk: Desk, content: str | bytes, fault: str) -> None:
    """Columns, separators and encoding are looked at before any row."""
    with pytest.raises(FileRefused) as refused:
        desk.take(content)
    assert fault in str(refused.value)
    assert desk.count("event") == 1


def test_unknown_columns_can_be_passed_over(desk: Desk) -> None:
    """On request only."""
    desk.take("patient,visit,completed_on,weight\nP1,a,2025-01-01,70\n", ignore_unknown=True)
    assert desk.count("visit") == 1


def test_all_faults_are_told_up_to_fifty(desk: Desk) -> None:
    """A file with very many faults says how many more there are."""
    rows = "".join(row(patient=f"P{number}", phq9_q1="8") for number in range(60))
    with pytest.raises(FileRefused) as refused:
        desk.take(f"{HEADER}\n{rows}")
    lines = str(refused.value).splitlines()
    assert (len(lines), lines[-1]) == (51, "… and 10 more faults.")


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"phq9_q1": "2"}, "column phq9_q1: This row says 2, but 1 is stored for this visit."),
        ({"phq9_q1": "1", "completed_on": "2025-01-02"}, "These answers are stored as of 2025-01-01"),
        ({"birth_year": "1961"}, "column birth_year: This row says 1961, but 1960 is stored."),
        ({"cause": "lyme"}, "column cause: This row says lyme, but unknown is stored."),
        ({"onset_on": "2024"}, "column onset_on: This row says 2024, but nothing is stored."),
        (
            {"house_brackmann": "5"},
            "house_brackmann: This row says 5, but 3 is stored for 2025-01-01.",
        ),
    ],
)
def test_what_is_stored_is_never_overwritten(desk: Desk, cells: dict[str, str], fault: str) -> None:
    """Other answers or facts for somebody stored are refused."""
    desk.take(f"{HEADER}\n{row(phq9_q1='1', birth_year='1960', house_brackmann='3')}")
    before = desk.rows("SELECT answers, completed_on FROM response"), desk.count("event")
    with pytest.raises(FileRefused) as refused:
        desk.take(f"{HEADER}\n{row(**cells)}{row(patient='P2')}")
    assert fault in str(refused.value)
    assert (desk.rows("SELECT answers, completed_on FROM response"), desk.count("event")) == before
    assert desk.count("patient") == 1


def test_an_earlier_visit_may_not_come_before_a_stored_onset(desk: Desk) -> None:
    """The onset stored counts for later files, too."""
    desk.take(f"{HEADER}\n{row(onset_on='2024-12-01')}")
    with pytest.raises(
        FileRefused, match=r"The onset \(2024-12-01\) lies after these answers \(2024-11-01\)"
    ):
        desk.take(f"{HEADER}\n{row(visit='b', completed_on='2024-11-01')}")


def test_the_studys_lowest_age_counts(make_desk: Callable[..., Desk]) -> None:
    """A study from 12 years on takes somebody of 15."""
    desk = make_desk(lowest_age=12)
    desk.take(f"{HEADER}\n{row(birth_year='2010')}")
    assert desk.count("patient") == 1


def test_a_simulated_and_a_closed_study_take_nothing(desk: Desk) -> None:
    """Real answers never mix with made-up ones."""
    with writing():
        importing.mark_simulated(desk.session, desk.study(), at=NOW, actor="test")
        desk.session.commit()
    with pytest.raises(Refused, match="is a simulated one"):
        desk.take(f"{HEADER}\n{row()}")
    with writing():
        study = desk.study()
        study.simulated, study.status = False, "closed"
        desk.session.commit()
    with pytest.raises(Refused, match="is closed"):
        desk.take(f"{HEADER}\n{row()}")
    assert desk.count("patient") == 0
