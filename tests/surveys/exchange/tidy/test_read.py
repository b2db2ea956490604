"""The scripts that read a package: codes stay texts, and numbers come back to the last bit."""

from __future__ import annotations

import csv
import io
import runpy
import shutil
import subprocess
from pathlib import Path

from flask import Flask

from tests.support.study import one_table
from tests.surveys.exchange.tidy.test_contents import database_url, simulated
from tests.surveys.exchange.tidy.test_package import export, rows

__all__ = ["database_url", "simulated"]


def test_the_readers_keep_codes_and_numbers(simulated: Flask, tmp_path: Path) -> None:
    """`0012`, `NA` and `1E5` stay texts, scores come back to the last bit; in R too where it is."""
    files = export(simulated, tmp_path / "package")
    tables = runpy.run_path(str(tmp_path / "package/read.py"))["tables"]
    assert set(tables) == {name[:-4] for name in files if name.endswith(".csv") and name != "codebook.csv"}
    assert {"0012", "NA", "1E5"} <= set(tables["patients"]["patient"])
    stored = sorted(row["value"] for row in one_table(simulated, "score") if row["value"] is not None)
    assert sorted(tables["scores"]["value"].dropna()) == stored
    assert tables["scores"]["prorated"].dtype == "boolean"
    script = shutil.which("Rscript")
    if script is None:
        return
    ask = (
        "source('read.R'); s <- tables$scores[, c('patient', 'value', 'prorated')];"
        "write.csv(s, row.names = FALSE, na = '')"
    )
    done = subprocess.run(
        [script, "-e", ask], cwd=tmp_path / "package", capture_output=True, text=True, check=True
    )
    read = list(csv.DictReader(io.StringIO(done.stdout)))
    own = rows(files, "scores.csv")
    assert [line["patient"] for line in read] == [line["patient"] for line in own]
    assert [line["prorated"].lower() for line in read] == [line["prorated"] for line in own]
    assert [line["value"] == "" for line in read] == [line["value"] == "" for line in own]
