"""`seventh import`: options and exit codes; what it stores is told in tests/surveys/exchange."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Query, Seventh


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One answered visit."""
    path = tmp_path / "one.csv"
    path.write_text("patient,visit,completed_on,phq9_q1\nP1,baseline,2024-05-31,2\n")
    return path


def test_a_dry_run_tells_what_the_import_then_does(seventh: Seventh, file: Path, rows: Query) -> None:
    """The same counts, and nothing stored before."""
    seventh("study", "create", "clinic")
    events = rows("SELECT count(*) FROM event")
    foretold = seventh("import", "clinic", file, "--dry-run")
    assert foretold.out.endswith("Nothing was changed: this was a dry run.\n")
    assert rows("SELECT count(*) FROM event") == events
    done = seventh("import", "clinic", file, "--wording", "Spanish 2015")
    assert done.out.splitlines()[:-1] == foretold.out.splitlines()[:-1]
    assert rows("SELECT wording FROM instrument_version") == [("Spanish 2015",)]
    assert not done.err


def test_faults_are_told_on_standard_error_a_line_each(seventh: Seventh, tmp_path: Path, rows: Query) -> None:
    """Exit 1; the dry run finds the same."""
    seventh("study", "create", "clinic")
    bad = tmp_path / "bad.csv"
    bad.write_text("patient,visit,completed_on,phq9_q1\nP1,a,2024-05-32,7\nP2,a,2024-05-31,0\n")
    for options in ((), ("--dry-run",)):
        ran = seventh("import", "clinic", bad, *options)
        assert (ran.code, ran.out) == (1, "")
        assert [line.split(":")[0] for line in ran.err.splitlines()] == [
            "row 2, column completed_on",
            "row 2, column phq9_q1",
        ]
    assert rows("SELECT count(*) FROM patient") == [(0,)]


def test_unknown_columns_and_studies(seventh: Seventh, file: Path, tmp_path: Path) -> None:
    """A column is passed over on request; a study must be there."""
    assert "There is no study clinic" in seventh("import", "clinic", file).err
    seventh("study", "create", "clinic")
    more = tmp_path / "more.csv"
    more.write_text("patient,visit,completed_on,weight\nP1,a,2024-05-31,70\n")
    assert "column weight" in seventh("import", "clinic", more).err
    assert seventh("import", "clinic", more, "--ignore-unknown").code == 0


def test_an_encoding_without_all_letters_is_told(seventh: Seventh, tmp_path: Path) -> None:
    """Windows-1252 may be UTF-8 that was spoilt: names would be wrong, and somebody has to look."""
    seventh("study", "create", "clinic")
    file = tmp_path / "old.csv"
    file.write_bytes("patient;visit;completed_on\nMüller;a;2024-05-31\n".encode("cp1252"))
    ran = seventh("import", "clinic", file, "--dry-run")
    assert ran.code == 0
    assert "Windows-1252" in ran.err
