"""`seventh report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surveys.cli.report import as_json
from tests.support.commands import Seventh


def test_a_report_is_one_json_object(seventh: Seventh, tmp_path: Path) -> None:
    """On standard output or in a file, the same; no NaN anywhere."""
    seventh("study", "create", "try")
    seventh("simulate", "try", "--patients", 60, "--visits", 2)
    ran = seventh("report", "try")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out, parse_constant=pytest.fail)
    assert {"study", "generated_at", "software", "descriptives", "correlations"} <= report.keys()
    file = tmp_path / "report.json"
    assert seventh("report", "try", "--json", file).out == ""
    again = json.loads(file.read_text(encoding="utf-8"))
    assert again["descriptives"] == report["descriptives"]


def test_a_study_without_answers_has_a_report(seventh: Seventh) -> None:
    """Nothing to estimate is no fault."""
    seventh("study", "create", "empty")
    ran = seventh("report", "empty")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["descriptives"] == []


def test_what_is_no_number_is_never_written() -> None:
    """NaN is not JSON: better an error than a file that other programs cannot read."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json({"estimate": float("nan")})
