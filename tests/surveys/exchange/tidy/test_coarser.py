"""The coarser version of the package, for readers outside the study."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from surveys.exchange.tidy.crowd import CODED
from tests.support.simulated import populate
from tests.surveys.exchange.tidy.test_package import export


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read of the database is the same on both."""
    return sqlite_url


def test_nobody_stands_alone_in_the_coarser_version(app: Flask, tmp_path: Path) -> None:
    """By what is coded, in groups under the study's smallest; and no file tells a day more exactly."""
    populate(app, 60)
    made = export(app, tmp_path / "coarser", coarse=True)
    patients = list(csv.DictReader(io.StringIO(made["patients.csv"].decode())))
    groups = Counter(tuple(row[name] for name in CODED) for row in patients)
    assert sum(groups.values()) == 60
    assert min(groups.values()) >= 5
    onset = {row["patient"]: row["onset_to_enrolment_days"] for row in patients}
    scores = list(csv.DictReader(io.StringIO(made["scores.csv"].decode())))
    assert scores
    for row in scores:
        assert int(row["days_since_enrolment"]) % 7 == 0
        since = row["days_since_onset"]
        if since and onset[row["patient"]]:
            apart = int(row["days_since_enrolment"]) + int(onset[row["patient"]])
            assert int(since) == max(apart, 1)
        else:
            assert since == ""
    assert b"This is the coarser version" in made["README.md"]
    with pytest.raises(ValueError, match="no calendar dates"):
        export(app, tmp_path / "dated", coarse=True, exact_dates="why")
