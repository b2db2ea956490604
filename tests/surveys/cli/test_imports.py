"""`seventh import`: options and exit codes; what it stores is told in tests/surveys/exchange."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import tables
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


def test_a_file_of_another_program_comes_in_by_a_mapping(
    seventh: Seventh, tmp_path: Path, rows: Query
) -> None:
    """Numbers 1 to 4 import nothing before somebody says what they mean; the same file twice adds nothing."""
    seventh("study", "create", "clinic")
    file, mapping = tables.write(tmp_path, "q.csv", tables.qualtrics()), tmp_path / "mapping.toml"
    ran = seventh("map", file, "--study", "clinic", "-o", mapping)
    assert ran.code == 0
    assert "PHQ-9 goes to 3. Does this file count from 1: subtract 1?" in ran.out
    assert "is there already" in seventh("map", file, "-o", mapping).err
    refused = seventh("import", "clinic", file, "--mapping", mapping)
    assert (refused.code, refused.out) == (1, "")
    assert "[instruments.phq9] is a proposal" in refused.err
    assert rows("SELECT count(*) FROM patient") == [(0,)]
    mapping.write_text(mapping.read_text().replace("confirmed = false", "confirmed = true"))
    done = seventh("import", "clinic", file, "--mapping", mapping)
    assert "1 row left out: Status is 1." in done.out
    assert rows(
        "SELECT code, partial, value FROM score JOIN response ON response.id = response_id "
        "JOIN visit ON visit.id = visit_id JOIN patient ON patient.id = patient_id ORDER BY code"
    ) == [
        ("Q1", 0, tables.TOTALS[0]),
        ("Q3", 1, tables.TOTALS[2]),
    ]
    again = seventh("import", "clinic", file, "--mapping", mapping)
    assert "Responses: 0 new, 2 already stored." in again.out
    assert "taken back" in seventh("import", "undo", "clinic").out
    assert rows("SELECT count(*) FROM response") == [(0,)]


def test_visits_of_one_name_are_told_apart_by_a_column(seventh: Seventh, tmp_path: Path, rows: Query) -> None:
    """As every repeating form has them; without it the file is refused, and says how."""
    seventh("study", "create", "clinic")
    file = tmp_path / "twice.csv"
    file.write_text("patient,visit,completed_on,phq9_q1\nP1,flare,2024-05-31,2\nP1,flare,2024-07-31,1\n")
    assert "a column occurrence" in seventh("import", "clinic", file).err
    head = "patient,visit,occurrence,completed_on,phq9_q1"
    file.write_text(f"{head}\nP1,flare,1,2024-05-31,2\nP1,flare,2,2024-07-31,1\nP1,baseline,2,2024-08-31,1\n")
    assert seventh("import", "clinic", file).code == 0
    assert "3 already stored" in seventh("import", "clinic", file).out
    assert rows("SELECT name, occurrence, opens_on FROM visit ORDER BY opens_on") == [
        ("flare", 1, "2024-05-31"),
        ("flare", 2, "2024-07-31"),
        ("baseline", 2, "2024-08-31"),
    ]


def test_a_typing_error_is_corrected_with_its_trace(seventh: Seventh, file: Path, rows: Query) -> None:
    """Only with a reason; the old answer stays; what the file lacks corrects nothing."""
    seventh("study", "create", "clinic")
    seventh("import", "clinic", file)
    file.write_text("patient,visit,completed_on,phq9_q1,phq9_q2\nP1,baseline,2024-05-31,3,1\n")
    assert "not overwritten" in seventh("import", "clinic", file).err
    assert "Say why" in seventh("import", "clinic", file, "--correct", " ").err
    foretold = seventh("import", "clinic", file, "--correct", "mistyped", "--dry-run")
    assert "Corrections of stored answers: 1." in foretold.out
    assert rows("SELECT count(*) FROM response") == [(1,)]
    assert seventh("import", "clinic", file, "--correct", "mistyped").code == 0
    assert rows("SELECT answers, reason, superseded_at IS NULL FROM response ORDER BY id") == [
        ('{"q1": 2}', None, 0),
        ('{"q1": 3, "q2": 1}', "mistyped", 1),
    ]
    again = seventh("import", "clinic", file, "--correct", "mistyped")
    assert "Corrections" not in again.out
    file.write_text("patient,visit,completed_on,phq9_q1\nP1,baseline,2024-05-31,3\n")
    assert "This row says nothing, but 1 is stored" in seventh("import", "clinic", file, "--correct", "x").err
    assert seventh("audit", "verify").code == 0
