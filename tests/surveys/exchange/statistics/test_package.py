"""The zip file of a statistics program: it says what it holds, and R reads it where it is."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from tests.support import nasty
from tests.support.missing import missing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def test_every_variable_is_explained(app: Flask) -> None:
    """With whole label and values; the sums hold."""
    nasty.make(app)
    files = nasty.leave(app, "spss")
    lines = list(csv.DictReader(io.StringIO(files["codebook.csv"].decode())))
    told = {(line["file"], line["variable"]): line for line in lines}
    item = told["responses.sav", "phq9_q9"]
    assert item["not_given"] == "-97=Skipped;-98=Not reached;-99=Not recorded"
    assert item["values"].startswith("0=Not at all;1=")
    assert told["patients.sav", "cause"]["values"].startswith("bells_palsy=Bell's palsy;")
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"
    }
    readme = files["README.md"].decode()
    assert "| `responses.sav` | 6 | " in readme
    assert "The patients are simulated" in readme
    assert "FaCE (" in readme  # a working wording is named


IN_R = """
library(haven)
spss <- read_sav("responses.sav", user_na = TRUE)
stata <- read_dta("responses.dta")
row <- which(spss$patient == "0012" & spss$visit == "baseline")
cat(as.numeric(unclass(spss$phq9_q1))[row], attr(spss$phq9_q1, "na_range"), "\\n")
cat(na_tag(stata$phq9_q1)[row], na_tag(stata$phq9_q2)[row], na_tag(stata$phq9_q3)[row], "\\n")
cat(names(attr(spss$phq9_q1, "labels"))[4], "\\n")
cat(sprintf("%.17g", sum(spss$face_total, na.rm = TRUE)), format(stata$completed_on[row]), "\\n")
"""


def test_r_reads_the_same(app: Flask, tmp_path: Path) -> None:
    """haven: values, user-missing range, tagged missing values, labels, dates."""
    script = shutil.which("Rscript")
    asked = [script or "", "-e", "stopifnot(requireNamespace('haven', quietly = TRUE))"]
    if script is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("R or its package haven is not here")
    nasty.make(app)
    for form in ("spss", "stata"):
        for name, content in nasty.leave(app, form, exact_dates="x").items():
            (tmp_path / name).write_bytes(content)
    done = subprocess.run([script, "-e", IN_R], cwd=tmp_path, capture_output=True, text=True, check=True)
    face = sum(nasty.FACE.values())  # type: ignore[arg-type]
    assert done.stdout.split("\n") == [
        "-97 -99 -97 ",
        "a b c ",
        "Nearly every day ",
        f"{(face - 15) * 100 / 60:.17g} 2026-03-10 ",
        "",
    ]


IN_PSPP = """
GET FILE='responses.sav'.
SELECT IF (patient = '0012' AND visit = 'baseline').
COMPUTE given = NVALID(phq9_q1, phq9_q2, phq9_q3).
COMPUTE total = face_total.
FORMATS given (F2.0) total (F20.12).
LIST VARIABLES=phq9_q1 phq9_q2 given total.
DISPLAY DICTIONARY /VARIABLES=phq9_q1.
"""


@pytest.mark.long
def test_pspp_reads_the_same(app: Flask, tmp_path: Path) -> None:
    """Its values, that they are missing, the labels and the range, where PSPP is installed."""
    pspp = shutil.which("pspp")
    if pspp is None:
        missing("PSPP is not here")
    nasty.make(app)
    for name, content in nasty.leave(app, "spss").items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "asked.sps").write_text(IN_PSPP)
    done = subprocess.run([pspp, "asked.sps"], cwd=tmp_path, capture_output=True, text=True, check=True)
    face = sum(nasty.FACE.values())  # type: ignore[arg-type]
    lines = [line.replace("|", " ").split() for line in done.stdout.splitlines()]
    assert ["-97", "-98", "0", f"{(face - 15) * 100 / 60:.12f}"] in lines, done.stdout
    shown = " ".join(done.stdout.split())
    for told in ("Nearly every day", "Skipped", "Not recorded", "-99 "):
        assert told in shown, shown
