"""SPSS and Stata files."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import reading, statistics_file
from tests.support import tables


@pytest.fixture(scope="module")
def sav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """PHQ-9 item 1 of four patients, labelled, with values that mean: not answered."""
    path = tmp_path_factory.mktemp("sav") / "x.sav"
    frame = pd.DataFrame(
        {"patient_id": ["0012", "P2", "P3", "P4"], "dep1": [4.0, 1.0, -99.0, 2.5], "on": ["2024-03-01"] * 4}
    )
    frame["on"] = pd.to_datetime(frame["on"])
    labels = dict(enumerate(tables.OPTIONS, 1)) | {-99.0: "No answer"}
    pyreadstat.write_sav(
        frame,
        path,
        column_labels=["Code", tables.QUESTIONS[0], "Day"],
        variable_value_labels={"dep1": labels},
        missing_ranges={"dep1": [{"lo": -99, "hi": -97}]},
        variable_format={"on": "DATE11"},
    )
    return path.read_bytes()


def test_labels_codes_and_missing_values_come_out(sav: bytes) -> None:
    """A code keeps its zeros, a day is a day, a user-missing value says that it is no answer."""
    table = reading.read("x.sav", sav)
    assert table.source.program == "spss"
    assert [cells for _, cells in table.rows] == [
        ["0012", "4", "2024-03-01"],
        ["P2", "1", "2024-03-01"],
        ["P3", "-99", "2024-03-01"],
        ["P4", "2.5", "2024-03-01"],
    ]
    column = table.column("dep1")
    assert column.label == tables.QUESTIONS[0]
    assert column.choices["4"] == tables.OPTIONS[3]
    assert column.missing == {"-99"}


def test_stata_letters_are_missing(tmp_path: Path) -> None:
    """`.a` of Stata is a letter here."""
    path = tmp_path / "x.dta"
    frame = pd.DataFrame({"phq9_q1": [3, "a"], "patient": ["P1", "P2"]})
    pyreadstat.write_dta(frame, path, version=14, missing_user_values={"phq9_q1": ["a"]})
    table = reading.read("x.dta", path.read_bytes())
    assert [cells[0] for _, cells in table.rows] == ["3", "a"]
    assert table.column("phq9_q1").missing == {"a"}


def test_a_damaged_file_is_refused_whatever_it_does_to_its_reader(sav: bytes) -> None:
    """It is read in a process of its own."""
    seeds = random.Random(1)
    for _ in range(3):
        content = bytearray(sav)
        for _ in range(30):
            content[seeds.randrange(180, len(content))] = seeds.randrange(256)
        with suppress(FileRefused):
            statistics_file.read(bytes(content), ".sav")
    with pytest.raises(FileRefused, match="This Stata file is damaged"):
        statistics_file.read(b"<stata_dta>", ".dta")
