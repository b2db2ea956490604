"""The bundle, and its scripts run as a stranger would."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveys.exchange.bundle.package import write
from surveys.exchange.places import Folder
from tests.analysis.reports import of_registry
from tests.analysis.studies import registry

SCRIPT = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_path('reproduce.py', run_name='__main__')"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundle of a study with everything in it."""
    folder = tmp_path_factory.mktemp("bundle")
    write(Folder(folder), registry(3, 16), of_registry(3, 16), reason="A reviewer asked.")
    yield folder
    shutil.rmtree(folder)


def reproduced(folder: Path) -> subprocess.CompletedProcess[str]:
    """The Python script, run where it lies, with nothing of ours but what the bundle holds."""
    command = [sys.executable, "-I", "-c", SCRIPT]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_the_report_comes_of_the_data_again(bundle: Path) -> None:
    """To 1e-10, with the bundle's own copy of the analysis."""
    ran = reproduced(bundle)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("values compared, 0 differ.\n")


@pytest.mark.long
def test_a_number_that_was_changed_is_found(bundle: Path, tmp_path: Path) -> None:
    """The script names its place, and ends with 1."""
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    text = (copy / "report.json").read_text()
    mean = text.index('"mean": ') + len('"mean": ')
    (copy / "report.json").write_text(f"{text[:mean]}1{text[mean:]}")
    ran = reproduced(copy)
    assert ran.returncode == 1
    assert "report.descriptives[0].mean" in ran.stderr


def test_every_column_and_file_is_named(bundle: Path) -> None:
    """The dictionary has the columns of every table, SHA256SUMS every other file."""
    with (bundle / "data" / "dictionary.csv").open(newline="") as file:
        named = {(row["file"], row["column"]) for row in csv.DictReader(file)}
    for table in (bundle / "data").glob("*.csv"):
        if table.name != "dictionary.csv":
            header = table.read_text().splitlines()[0].split(",")
            assert {(table.name, column) for column in header} <= named
    files = {str(one.relative_to(bundle)) for one in bundle.rglob("*") if one.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    listed = {line.split("  ")[1] for line in (bundle / "SHA256SUMS").read_text().splitlines()}
    assert files == listed | {"SHA256SUMS"}
