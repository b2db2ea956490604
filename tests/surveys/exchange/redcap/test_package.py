"""A study as a REDCap project: every cell of the data is what the database has, and every date has leave."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from flask import Flask

from surveys.exchange.redcap.project import COLUMNS
from surveys.store.errors import Refused
from surveys.store.study.exports import Order
from tests.support import nasty
from tests.support.study import one_table

FILES = {
    *("dictionary.csv", "events.csv", "instrument_designations.csv", "repeating.csv", "missing_codes.csv"),
    *("data.csv", "README.md", "SHA256SUMS"),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


@pytest.fixture
def files(app: Flask) -> dict[str, bytes]:
    """The nasty study with its dates."""
    nasty.make(app)
    return nasty.leave(app, "redcap", exact_dates="A registry")


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def test_the_dictionary_has_every_field_of_the_data(files: dict[str, bytes]) -> None:
    """In REDCap's columns; choices, sections and calculations as it writes them."""
    assert set(files) == FILES
    fields = rows(files, "dictionary.csv")
    assert list(fields[0]) == list(COLUMNS.values())
    by_name = {one["Variable / Field Name"]: one for one in fields}
    assert fields[0]["Variable / Field Name"] == "record_id"
    choices = "Choices, Calculations, OR Slider Labels"
    assert by_name["sex"][choices] == "1, Female | 2, Male | 3, Other | 9, Not known"
    item = by_name["phq9_q9"]
    assert (item["Field Type"], item["Form Name"], item["Required Field?"]) == ("radio", "phq9", "")
    assert item[choices].startswith("0, Not at all | 1, Several days | ")
    assert item["Field Annotation"] == "@SEVENTH-ALERT='item9'"
    assert by_name["phq9_q1"]["Section Header"].startswith("Over the last 2 weeks")
    assert by_name["phq9_q2"]["Section Header"] == ""
    assert by_name["phq9_total"]["Field Type"] == "calc"
    forms = {one["Form Name"] for one in fields}
    columns = set(rows(files, "data.csv")[0]) - {f"{form}_complete" for form in forms}
    keys = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
    assert columns - keys == {name for name, one in by_name.items() if one["Field Type"] != "calc"}


def test_the_data_are_those_of_the_database(files: dict[str, bytes]) -> None:
    """Facts, repeats, occurrences, answers, and why there is none; only what stands."""
    data = rows(files, "data.csv")
    events = {one["unique_event_name"] for one in rows(files, "events.csv")}
    assert {row["redcap_event_name"] for row in data} <= events
    designated = {
        (one["unique_event_name"], one["form"]) for one in rows(files, "instrument_designations.csv")
    }
    for row in data:
        for column in row:
            if column.endswith("_complete") and row[column]:
                assert (row["redcap_event_name"], column.removesuffix("_complete")) in designated

    def at(record: str, event: str, form: str = "", instance: str = "") -> dict[str, str]:
        [row] = [
            row
            for row in data
            if (row["record_id"], row["redcap_event_name"], row["redcap_repeat_instrument"])
            == (record, event, form)
            and row["redcap_repeat_instance"] == instance
        ]
        return row

    patient = at("NA", "patient_arm_1")
    assert (patient["sex"], patient["onset_on"], patient["onset_precision"]) == ("1", "2025", "year")
    assert (patient["site"], patient["patient_complete"]) == (nasty.SITE, "2")
    treatment = at("NA", "patient_arm_1", "treatment", "1")
    assert (treatment["tx_product"], treatment["tx_started_on"]) == (nasty.PRODUCT, "2025-06")
    assert at("NA", "patient_arm_1", "grading", "1")["hb_grade"] == "3"
    baseline = at("0012", "baseline_arm_1")
    assert [baseline[f"phq9_q{number}"] for number in range(1, 5)] == ["SKIP", "NR", "NK", str(28 % 4)]
    assert (baseline["phq9_q10"], baseline["phq9_complete"], baseline["saq_complete"]) == ("", "2", "0")
    assert baseline["phq9_completed_on"] == nasty.ON.isoformat()
    assert at("0012", "unscheduled_arm_1", "phq9", "2")["phq9_q10"] == "2"
    corrected = at("NA", "baseline_arm_1")
    assert (corrected["phq9_q1"], corrected["face_q1"], corrected["face_complete"]) == ("0", "", "0")
    repeating = {(one["event_name"], one["form_name"]) for one in rows(files, "repeating.csv")}
    assert {("patient_arm_1", "treatment"), ("unscheduled_arm_1", "phq9")} <= repeating
    assert ("baseline_arm_1", "phq9") not in repeating


def test_shifted_dates_keep_their_distances(app: Flask, files: dict[str, bytes]) -> None:
    """By one number of days for each patient, the same in every export; no true date is left."""
    shifted = nasty.leave(app, "redcap", shifted=True)
    assert nasty.leave(app, "redcap", shifted=True) == shifted
    true, moved = rows(files, "data.csv"), rows(shifted, "data.csv")
    days: dict[str, set[int]] = {}
    for one, other in zip(true, moved, strict=True):
        for name in one:
            if name in {"enrolled_on", "hb_on"} or name.endswith("_completed_on"):
                assert bool(one[name]) == bool(other[name])
                if one[name]:
                    between = date.fromisoformat(other[name]) - date.fromisoformat(one[name])
                    days.setdefault(one["record_id"], set()).add(between.days)
    assert len(days) == 3
    for told in days.values():
        [number] = told
        assert -365 <= number <= -1
    [study] = one_table(app, "study")
    assert study["shift_key"] not in b"".join(shifted.values()).decode()


def test_a_record_without_dates_is_refused() -> None:
    """REDCap cannot do without: real ones with a reason, or shifted ones."""
    with pytest.raises(Refused, match="say why they are needed, or have them shifted"):
        Order("redcap").check()
    Order("redcap", shifted=True).check()
