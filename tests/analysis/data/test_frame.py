"""The contract of the frames, and what is joined to the scores."""

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.data.columns import FrameError
from analysis.data.frame import COLUMNS, build, check, scored
from analysis.data.since_onset import LEFT_OUT_REASONS
from tests.analysis.studies import Patient, study


def only_row(patient: Patient) -> pd.Series:
    table = scored(study([patient]))
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"begin": "from_birth"}, "from birth"),
        ({"cause": "congenital_or_syndromic", "onset": None}, "from birth"),
        ({"cause": "birth_trauma"}, "from birth"),
        ({"onset": "2024-06-02"}, "before onset"),
        ({"side": "both"}, "both sides"),
        ({"palsies": 2}, "more than one palsy"),
        ({"onset": None}, "no onset known"),
        ({"onset": "2024-01-01", "precision": "year"}, "onset too imprecise"),
    ],
)
def test_left_out_of_time_analyses(changes, reason):
    """Each special group is left out under its own name and has no usable time."""
    row = only_row(Patient("A", [("2024-06-01", {"face.total": 50.0})], **{"onset": "2022-01-01", **changes}))
    assert row["left_out"] == reason
    assert not row["time_usable"]
    assert np.isnan(row["log10_years"])
    assert row["stratum"] == "unknown"
    assert reason in LEFT_OUT_REASONS


@pytest.mark.parametrize(
    ("day", "stratum"), [("2024-03-30", "acute"), ("2024-03-31", "chronic"), ("2024-01-01", "acute")]
)
def test_acute_is_under_90_days(day, stratum):
    row = only_row(Patient("A", [(day, {"face.total": 50.0})]))
    assert row["stratum"] == stratum
    assert row["time_usable"]


@pytest.mark.parametrize(
    ("onset", "precision", "day", "stratum"),
    [
        ("2024-05-01", "month", "2024-05-20", "acute"),
        ("2023-01-01", "year", "2024-05-01", "chronic"),
        ("2023-01-01", "year", "2024-03-01", "unknown"),
    ],
)
def test_imprecise_onset_has_a_stratum_only_on_one_side(onset, precision, day, stratum):
    """More than twofold uncertain, but surely acute or surely chronic, keeps its stratum."""
    row = only_row(Patient("A", [(day, {"face.total": 50.0})], onset=onset, precision=precision))
    assert row["left_out"] == "onset too imprecise"
    assert row["stratum"] == stratum


def test_log_years_of_one_year():
    row = only_row(Patient("A", [("2025-01-01", {"face.total": 50.0})], onset="2024-01-02"))
    assert row["days_since_onset"] == 365
    assert row["log10_years"] == np.log10(365 / 365.25)


def test_age_is_that_of_the_first_visit_even_if_not_scored():
    """Age stays whole years at the first response, and a missing sex is a missing `female`."""
    visits = [("2020-12-31", {"phq9.total": None}), ("2024-01-02", {"face.total": 40.0})]
    table = scored(study([Patient("A", visits, birth_year=1980, sex="other", onset="2010-01-01")]))
    assert table["age"].tolist() == [40, 40]
    assert table["female"].isna().all()


def test_an_imported_visit_without_a_questionnaire_is_a_first_visit_too():
    """A graded patient who answered nothing was there; a planned visit that nobody answered was not."""
    later = ("2024-01-10", {"face.total": 40.0})
    assert only_row(Patient("A", [("2020-12-31", {}), later], birth_year=1980))["age"] == 40
    frames = study([Patient("A", [("2020-12-31", {"phq9.total": None}), later], birth_year=1980)])
    missed = dataclasses.replace(frames, scores=frames.scores[frames.scores["scale"] == "face.total"])
    assert scored(missed)["age"].tolist() == [44]


def test_build_takes_rows_as_a_database_gives_them():
    """Dates as dates, missing values as None, in any table, also without a row."""
    row = {"patient": "A", "kind": "massage", "state": "given", "started_on": date(2024, 2, 29)}
    table = build("treatments", [{**row, "precision": "day"}, {**row, "started_on": None, "precision": None}])
    assert table["started_on"].tolist() == [pd.Timestamp("2024-02-29"), pd.NaT]
    assert table["precision"].isna().tolist() == [False, True]
    for name, columns in COLUMNS.items():
        assert build(name, []).columns.tolist() == list(columns)


def test_empty_study_gives_an_empty_table():
    assert scored(study([])).empty


def test_patient_without_birth_year_has_no_age():
    row = only_row(Patient("A", [("2024-06-01", {"face.total": 50.0})], birth_year=None))
    assert np.isnan(row["age"])


@pytest.mark.parametrize("table", list(COLUMNS))
def test_missing_column_is_named(table):
    frames = study([Patient("A", [("2024-06-01", {"face.total": 50.0})])])
    column = list(COLUMNS[table])[-1]
    broken = dataclasses.replace(frames, **{table: getattr(frames, table).drop(columns=column)})
    with pytest.raises(FrameError, match=f"{table}: column '{column}' is missing"):
        check(broken)


def test_wrong_type_is_named():
    frames = study([Patient("A", [("2024-06-01", {"face.total": 50.0})])])
    as_text = frames.scores.assign(completed_on=frames.scores["completed_on"].astype("str"))
    with pytest.raises(FrameError, match="scores: column 'completed_on' has type str, expected date"):
        check(dataclasses.replace(frames, scores=as_text))


def test_a_row_of_no_patient_is_refused():
    frames = study([Patient("A", [("2024-06-01", {"face.total": 50.0})])])
    with pytest.raises(FrameError, match="scores: patient 'A' is not in the table patients"):
        check(dataclasses.replace(frames, patients=build("patients", [])))


def test_two_rows_for_a_visit_and_scale_are_refused():
    frames = study([Patient("A", [("2024-06-01", {"face.total": 50.0})])])
    with pytest.raises(FrameError, match=r"scores: two rows for visit_id 1, scale face\.total"):
        check(dataclasses.replace(frames, scores=pd.concat([frames.scores, frames.scores])))


def test_onset_without_a_precision_is_refused():
    frames = study([Patient("A", [("2024-06-01", {"face.total": 50.0})])])
    patients = frames.patients.assign(onset_precision="decade")
    with pytest.raises(FrameError, match="onset_precision 'decade' is not one of day, month, year"):
        check(dataclasses.replace(frames, patients=patients))
