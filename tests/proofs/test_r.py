"""R, where it is installed, gives the bundle's numbers: nothing else needs it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.data.frame import StudyFrames
from analysis.report import report
from analysis.results.findings import Findings
from surveys.exchange.bundle.package import write
from surveys.exchange.places import Folder
from tests.analysis.reference import followed_trials, piling
from tests.analysis.studies import registry
from tests.support.missing import missing

NEEDED = "for (one in c('jsonlite', 'lme4', 'lmerTest')) stopifnot(requireNamespace(one, quietly = TRUE))"


@pytest.fixture(scope="module", autouse=True)
def r() -> None:
    """R with what the script needs."""
    here = shutil.which("Rscript")
    if here is None or subprocess.run([here, "-e", NEEDED], capture_output=True, check=False).returncode:
        missing("no R with jsonlite, lme4 and lmerTest is installed")


@pytest.mark.parametrize("seed", [3, 11, 20])
def test_r_gives_the_same_numbers(tmp_path: Path, seed: int) -> None:
    """Descriptives, correlations, group tests, screening and mixed models."""
    assert _compared(tmp_path, registry(seed, 200)) > 1000


@pytest.mark.parametrize("name", ["floor", "steps", "ceiling", "none"])
def test_r_gives_the_same_ordered_logits(tmp_path: Path, name: str) -> None:
    """Of scores that pile up, where R has the package ordinal."""
    has = subprocess.run(["Rscript", "-e", "stopifnot(requireNamespace('ordinal'))"], check=False)
    if has.returncode:
        missing("R has no package ordinal")
    frames = piling(name)
    numbers = [
        one["estimate"] for one in Findings.of(frames, 5).course_ordinal if one["estimate"] is not None
    ]
    assert len(numbers) >= 4
    assert _compared(tmp_path, frames) > 2 * len(numbers)


@pytest.mark.parametrize("effect", [0.0, 9.0])
def test_r_gives_the_same_comparisons_and_responders(tmp_path: Path, effect: float) -> None:
    """Arms, weights, differences with their errors, and shares of responders; with a true effect, too."""
    has = subprocess.run(["Rscript", "-e", "stopifnot(requireNamespace('clubSandwich'))"], check=False)
    if has.returncode:
        missing("R has no package clubSandwich")
    frames = followed_trials(lacking=False)
    if effect:
        given = frames.treatments
        begun = given[given["kind"] == "mime_therapy"].groupby("patient")["started_on"].min()
        after = frames.scores["completed_on"] > frames.scores["patient"].map(begun)
        frames = replace(frames, scores=frames.scores.assign(value=frames.scores["value"] + effect * after))
    found = Findings.of(frames, 5)
    compared = [one for one in found.treatment_comparison if one["estimate"] is not None]
    assert len(compared) >= 4
    assert _compared(tmp_path, frames) > 9 * len(compared) + 2 * len(found.responders)


def _compared(folder: Path, frames: StudyFrames) -> int:
    """How many numbers of the report R computed anew; none of them differs."""
    made = report(frames, generated_at="2026-03-10T09:30:00+00:00", software="seventh test")
    write(Folder(folder), frames, made, reason="A proof.")
    ran = subprocess.run(["Rscript", "reproduce.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("values compared, 0 differ.\n")
    return int(ran.stdout.split()[0])
