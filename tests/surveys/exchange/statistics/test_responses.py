"""Files of SPSS and Stata, read back: values, labels, why an answer is missing, dates and bytes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from flask import Flask

from tests.support import nasty
from tests.support.study import one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


@pytest.fixture
def study(app: Flask) -> Flask:
    """The nasty one."""
    nasty.make(app)
    return app


def read(files: dict[str, bytes], name: str, folder: Path) -> tuple[list[dict[str, Any]], Any]:
    """The rows of a file and what it says of its variables."""
    path = folder / name
    path.write_bytes(files[name])
    reader = pyreadstat.read_sav if name.endswith(".sav") else pyreadstat.read_dta
    frame, told = reader(path, user_missing=True)
    return frame.to_dict("records"), told


def at(rows: list[dict[str, Any]], patient: str, visit: str, occurrence: int = 1) -> dict[str, Any]:
    """The row of that visit."""
    [row] = [
        row
        for row in rows
        if (row["patient"], row["visit"], row["occurrence"]) == (patient, visit, occurrence)
    ]
    return row


def test_a_missing_answer_says_why(study: Flask, tmp_path: Path) -> None:
    """Skipped, not reached, not recorded and not asked are four things, in both programs."""
    files = nasty.leave(study, "spss")
    rows, told = read(files, "responses.sav", tmp_path)
    assert len(rows) == 6
    baseline = at(rows, "0012", "baseline")
    assert [baseline[f"phq9_q{number}"] for number in range(1, 5)] == [-97, -98, -99, 28 % 4]
    assert told.missing_ranges["phq9_q1"] == [{"lo": -99.0, "hi": -97.0}]
    labels = told.variable_value_labels["phq9_q1"]
    assert labels[3] == "Nearly every day"
    assert (labels[-97], labels[-98], labels[-99]) == ("Skipped", "Not reached", "Not recorded")
    assert told.column_names_to_labels["phq9_q1"].startswith("1. Interest: Little interest or pleasure")
    assert (told.variable_measure["phq9_q1"], told.variable_measure["phq9_total"]) == ("ordinal", "scale")
    assert told.variable_measure["phq9_source"] == "nominal"
    assert math.isnan(baseline["phq9_q10"])  # not asked
    assert at(rows, "0012", "unscheduled")["phq9_q10"] == 2
    assert math.isnan(baseline["phq9_total"])
    assert baseline["phq9_total_missing"] == 3
    assert math.isnan(at(rows, "NA", "baseline")["face_q1"])  # annulled
    assert at(rows, "NA", "baseline")["phq9_q1"] == 0  # corrected

    rows, told = read(nasty.leave(study, "stata"), "responses.dta", tmp_path)
    baseline = at(rows, "0012", "baseline")
    assert [baseline[f"phq9_q{number}"] for number in range(1, 5)] == ["a", "b", "c", 28 % 4]
    assert told.variable_value_labels["phq9_q1"]["a"] == "Skipped"
    assert told.column_names_to_labels["phq9_q1"] == "1. Interest"


@pytest.mark.parametrize(("form", "ending"), [("spss", "sav"), ("stata", "dta")])
def test_what_is_stored_comes_back(study: Flask, tmp_path: Path, form: str, ending: str) -> None:
    """Scores to the last bit, codes as texts, every sign of a text; and the same bytes twice."""
    files = nasty.leave(study, form)
    assert nasty.leave(study, form) == files
    assert set(files) == {
        *(f"{name}.{ending}" for name in ("responses", "patients", "treatments", "gradings", "scores_long")),
        *("README.md", "codebook.csv", "SHA256SUMS"),
    }
    scores, _ = read(files, f"scores_long.{ending}", tmp_path)
    standing = {row["id"] for row in one_table(study, "response") if not row["superseded_at"]}
    stored = [row["value"] for row in one_table(study, "score") if row["response_id"] in standing]
    told = sorted(row["value"] for row in scores if not math.isnan(row["value"]))
    assert set(told) <= set(stored)
    patients, variables = read(files, f"patients.{ending}", tmp_path)
    assert [row["patient"] for row in patients] == ["0012", "1E5", "NA"]
    assert patients[1]["site"] == nasty.SITE
    assert not {"birth_year", "enrolled_on", "onset_on"} & set(variables.column_names)
    treatments, _ = read(files, f"treatments.{ending}", tmp_path)
    assert [row["product"] for row in treatments if row["product"]] == [nasty.PRODUCT]
    assert "labels shortened: " in files["README.md"].decode()


@pytest.mark.parametrize(("form", "ending", "day"), [("spss", "sav", "DATE11"), ("stata", "dta", "%td")])
def test_dates_come_for_a_reason(study: Flask, tmp_path: Path, form: str, ending: str, day: str) -> None:
    """As days of the program's own; without the reason their columns are not there."""
    files = nasty.leave(study, form, exact_dates="Linkage")
    rows, told = read(files, f"responses.{ending}", tmp_path)
    assert told.original_variable_types["completed_on"] == day
    assert at(rows, "0012", "baseline")["completed_on"] == nasty.ON
    assert "Linkage" in files["README.md"].decode()
