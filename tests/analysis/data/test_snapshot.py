"""Frames as files and back."""

import dataclasses
import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.columns import FrameError
from analysis.data.frame import COLUMNS, data_sha256
from analysis.data.snapshot import files, read, table
from analysis.report import report
from tests.analysis.reports import AT, SOFTWARE
from tests.analysis.studies import SCALES, Patient, of_scales, registry, study
from tests.support.examples import examples


@pytest.mark.parametrize("patients", [0, 1, 60])
def test_nothing_is_lost(patients):
    """Every table, type and fact of the scales is there again, and the same files come of it."""
    frames = registry(2, patients)
    again = read(files(frames))
    for name in COLUMNS:
        one, other = getattr(frames, name), getattr(again, name)[list(COLUMNS[name])]
        assert one[list(COLUMNS[name])].equals(other), name
        assert (one[list(COLUMNS[name])].dtypes == other.dtypes).all()
    assert again.scale_info == dict(frames.scale_info)
    assert files(again) == files(frames)


@pytest.mark.parametrize(
    "scales", [("face.total", "phq9.total"), pytest.param(tuple(SCALES), marks=pytest.mark.long)], ids=len
)
def test_a_report_of_the_files_is_the_same(scales):
    """To the last digit, digest of the data included."""
    frames = of_scales(registry(3, 60), *scales)
    once, again = (report(one, generated_at=AT, software=SOFTWARE) for one in (frames, read(files(frames))))
    assert json.dumps(again) == json.dumps(once)


def test_files_without_later_columns_have_the_digest_of_before():
    """Nobody said why patients left; once somebody did, it is other data."""
    frames = registry(2, 6)
    content = files(frames)
    name, *rows = content["patients.csv"].decode().splitlines(keepends=True)
    at = name.split(",").index("status_reason")
    cut = (",".join([*row.split(",")[:at], *row.split(",")[at + 1 :]]) for row in (name, *rows))
    earlier = read({**content, "patients.csv": "".join(cut).encode()})
    assert earlier.patients["status_reason"].isna().all()
    assert data_sha256(earlier) == data_sha256(frames)
    said = frames.patients.assign(status_reason=pd.Series(["burden"] * 6, dtype="category"))
    assert data_sha256(dataclasses.replace(frames, patients=said)) != data_sha256(frames)


def test_what_earlier_files_do_not_say_is_taken_from_the_definitions():
    """A freeze of before knows neither mood nor shared content; what it does say stands."""
    content = files(registry(4, 40))
    about = json.loads(content["study.json"])
    later = ("asks_of", "only_by_patient", "piles_up", "headline", "shares", "early")
    for facts in about["scale_info"].values():
        facts["label"] = f"{facts['label']} of then"
        for name in later:
            del facts[name]
    old = {**content, "study.json": json.dumps(about).encode()}
    found = read(old, SCALES).scale_info["phq9.total"]
    assert found == dataclasses.replace(SCALES["phq9.total"], label="PHQ-9 total of then")
    assert not read(old).scale_info["phq9.total"].only_by_patient


@examples(4)
@given(st.floats(allow_nan=False), st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_numbers_and_texts_come_back_as_they_were(value, text):
    """Whatever the number or text, commas, quotes and line ends included."""
    frames = study([Patient("P1", [("2025-02-01", {"face.total": value})])])
    frames = dataclasses.replace(frames, title=text, scores=frames.scores.assign(locale=text))
    again = read(files(frames))
    assert again.title == text
    assert again.scores["locale"].tolist() == [text]
    assert math.isclose(again.scores["value"][0], value, rel_tol=0, abs_tol=0)


def test_further_columns_are_written_on_request():
    """A table of other columns, for those who want what is derived."""
    frames = study([Patient("P1", [("2025-02-01", {"face.total": 1.5})])])
    derived = frames.scores.assign(twice=frames.scores["value"] * 2)
    assert table(derived, {"patient": "text", "twice": "number"}) == b"patient,twice\r\nP1,3.0\r\n"


def test_files_that_contradict_each_other_are_refused():
    content = files(study([Patient("P1", [("2025-02-01", {"face.total": 1.0})])]))
    content["patients.csv"] = content["patients.csv"].splitlines(keepends=True)[0]
    with pytest.raises(FrameError, match="'P1' is not in the table patients"):
        read(content)


def test_scales_with_everything_come_back():
    """Bands, cut-offs, thresholds, items."""
    frames = study([])
    assert read(files(frames)).scale_info == SCALES
