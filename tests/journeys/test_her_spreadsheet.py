"""A clinic's German spreadsheet becomes forty enrolled patients."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from tests.support.german_list import as_csv, patients
from tests.support.sample import sampled
from tests.support.sheets import workbook
from tests.support.study import invite, one_table, stored
from tests.support.uploads import Uploader

MANY = "/staff/S1/enrol/many"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Files are read alike on both."""
    return sqlite_url


@pytest.mark.parametrize("kind", sampled(1, ["xlsx", "csv"]))
def test_forty_patients_in_six_presses(app: Flask, kind: str) -> None:
    """Choose the file, check, leave the unknown column out, check, add; a second time adds nothing."""
    invite(app, "FPK-001", at=datetime(2025, 1, 7, tzinfo=UTC))
    coordinator = Uploader(app)
    rows = patients(names=("Müller", "Groß", "Özdemir", "O’Brien")) if kind == "csv" else patients()
    file = (
        as_csv(rows) if kind == "csv" else workbook({"Patienten 2026": rows, "Legende": [["w", "weiblich"]]})
    )
    before = stored(app)

    page = coordinator.send(MANY, file)  # press 1 chose it, press 2 sent it
    assert "Nobody was added: 1 fault" in page.text
    assert "Leave out the columns that are not known" in page.text
    page = coordinator.send(MANY, rows=coordinator.rows, pass_over="y")  # presses 3 and 4
    assert "40 patients can be added. Nobody has been added yet." in page.text
    assert "Left out: Bemerkung." in page.text
    assert "23 Sept 1950" in page.text or "23 Sep 1950" in page.text
    assert stored(app) == before
    page = coordinator.send(MANY, rows=coordinator.rows, pass_over="y", add="1")  # press 5
    assert "40 patients were added." in page.text

    found = one_table(app, "patient")[1:]
    assert [row["code"] for row in found] == [f"FPK-{number:03}" for number in range(2, 42)]
    assert (found[0]["sex"], found[0]["enrolled_on"]) == ("female", date(2025, 3, 9))
    palsies = one_table(app, "palsy")[1:]
    assert [(row["side"], row["cause"], row["onset_precision"]) for row in palsies[:5]] == [
        ("left", "bells_palsy", "day"),
        ("right", "ramsay_hunt", "day"),
        ("left", "vestibular_schwannoma", "day"),
        ("both", "iatrogenic_postoperative", "day"),
        ("left", "lyme", "month"),
    ]
    contact = one_table(app, "contact")[1]
    assert (contact["name"], contact["hospital_number"], contact["email"]) == (
        "Vorname 1 Groß",
        "004712",
        "patient1@example.org",
    )

    after = stored(app)
    page = coordinator.send(MANY, file, pass_over="y")
    assert "Nobody was added: 40 faults" in page.text
    assert "is enrolled already" in page.text
    assert stored(app) == after


def test_what_cannot_be_read_is_told_once_for_its_column(app: Flask) -> None:
    """Forty cells with the same fault are one line, and nobody is half enrolled."""
    invite(app, "P1", at=datetime(2025, 1, 7, tzinfo=UTC))
    coordinator = Uploader(app)
    rows = patients()
    for row in rows[1:]:
        row[5] = "oben"
        row[7] = "03/04/2024"
    rows[3][4] = "7,3E+05"
    before = stored(app)
    page = coordinator.send(MANY, workbook({"Liste": rows}), pass_over="y")
    assert "2–41 Seite 'oben' is not one of: left, right, both, unknown." in page.text
    assert "2–41 Beginn '03/04/2024' can be read in two ways." in page.text
    assert "4 Krankenhausnummer '7,3E+05' is a long number that a spreadsheet shortened." in page.text
    for row in rows[1:]:
        row[5] = "links"
    rows[3][4] = "004713"
    page = coordinator.send(MANY, workbook({"Liste": rows}), pass_over="y", order="day")
    assert "40 patients can be added" in page.text
    assert "with the day first" in page.text
    assert stored(app) == before


def test_the_list_of_the_day_may_be_a_workbook(app: Flask) -> None:
    """With the numbers in any of its columns; a file that cannot be read is told in words."""
    invite(app, "FPK-001")
    coordinator = Uploader(app)
    page = coordinator.send(
        "/staff/S1/clinic", workbook({"Montag": [["Zeit", "Code"], ["08:00", "fpk-001"]]})
    )
    assert "1 patient was put on the list." in page.text
    page = coordinator.send("/staff/S1/clinic", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "Save it as .xlsx" in page.text
