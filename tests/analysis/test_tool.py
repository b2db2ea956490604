"""The analyses as a statistician calls them."""

from __future__ import annotations

import doctest
from pathlib import Path

import pandas as pd
import pytest

import analysis
from analysis import tool
from analysis.data.columns import FrameError
from tests.analysis.studies import SCALES, registry


@pytest.fixture(scope="module")
def study():
    return registry(3, 60)


@pytest.mark.parametrize("name", tool.__all__)
def test_every_function_has_an_example_that_holds(name: str, study) -> None:
    """Its docstring says what it gives, by what formula, and how R is asked the same."""
    function = getattr(analysis, name)
    assert "Returns\n" in function.__doc__
    examples = doctest.DocTestFinder(recurse=False).find(function, name)
    said: list[str] = []
    for one in examples:
        one.globs = {"analysis": analysis, "study": study}
        assert one.examples
        doctest.DocTestRunner().run(one, out=said.append)
    assert said == []


def test_tables_of_ones_own_are_a_study(study) -> None:
    """Patient, day, scale and value are enough; what Seventh would know has a default."""
    own = study.scores[["patient", "completed_on", "scale", "value"]].astype({"patient": str, "scale": str})
    people = study.patients[["patient", "sex", "birth_year", "onset_on"]].astype({"patient": str, "sex": str})
    mine = analysis.study(own, SCALES, patients=people)
    chosen = {"scales": ["face.total", "phq9.total"], "methods": ["spearman"]}
    asked = "x == 'face.total' and y == 'phq9.total'"
    first = [analysis.correlations(one, **chosen).query(asked).iloc[0] for one in (mine, study)]
    names = ["stratum", "x", "y", "n", "estimate", "p"]
    assert first[0][names].tolist() == first[1][names].tolist()


def test_a_table_that_breaks_the_contract_says_how() -> None:
    scores = pd.DataFrame([{"patient": 1, "completed_on": "2024-01-01", "scale": "x.total", "value": 3.0}])
    with pytest.raises(FrameError, match="scale"):
        analysis.study(scores, {})


def test_a_place_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="neither a folder nor a zip"):
        analysis.read(tmp_path / "nothing.zip")
    with pytest.raises(FrameError, match=r"it has no codebook\.json"):
        analysis.read(tmp_path)
