"""R, where it is installed, gives the bundle's numbers: nothing else needs it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.report import report
from surveys.exchange.bundle.package import write
from surveys.exchange.places import Folder
from tests.analysis.studies import registry

NEEDED = "for (one in c('jsonlite', 'lme4', 'lmerTest')) stopifnot(requireNamespace(one, quietly = TRUE))"


@pytest.fixture(scope="module", autouse=True)
def r() -> None:
    """R with what the script needs."""
    here = shutil.which("Rscript")
    if here is None or subprocess.run([here, "-e", NEEDED], capture_output=True, check=False).returncode:
        pytest.skip("no R with jsonlite, lme4 and lmerTest is installed")


@pytest.mark.parametrize("seed", [3, 11, 20])
def test_r_gives_the_same_numbers(tmp_path: Path, seed: int) -> None:
    """Descriptives, correlations, group tests, screening and mixed models."""
    frames = registry(seed, 200)
    made = report(frames, generated_at="2026-03-10T09:30:00+00:00", software="seventh test")
    write(Folder(tmp_path), frames, made, reason="A proof.")
    ran = subprocess.run(
        ["Rscript", "reproduce.R"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("values compared, 0 differ.\n")
    assert int(ran.stdout.split()[0]) > 1000
