"""`seventh redcap`: a project is looked at, and comes in."""

from __future__ import annotations

from pathlib import Path

from tests.support import redcap, tables
from tests.support.commands import Query, Seventh


def test_a_project_comes_in_whole(seventh: Seventh, tmp_path: Path, rows: Query) -> None:
    """Dictionary and data: events are visits, facts come once confirmed, totals equal a hand count."""
    seventh("study", "create", "clinic")
    book = tables.write(tmp_path, "dictionary.csv", redcap.dictionary())
    data = tables.write(tmp_path, "data.csv", redcap.data())
    mapping = tmp_path / "mapping.toml"
    looked = seventh("redcap", "check", book, data, "--study", "clinic", "-o", mapping)
    assert looked.code == 0
    assert "Form mood: PHQ-9, 9 items, certain." in looked.out
    refused = seventh("redcap", "import", "clinic", book, data, "--mapping", mapping)
    assert "[facts.sex] is a proposal" in refused.err
    mapping.write_text(mapping.read_text().replace("confirmed = false", "confirmed = true"))
    done = seventh("redcap", "import", "clinic", book, data, "--mapping", mapping)
    assert done.code == 0, done
    assert rows("SELECT kind, COUNT(*) FROM treatment GROUP BY kind") == [("botulinum_toxin", 2)]
    assert rows(
        "SELECT code, visit.name, partial, value FROM score JOIN response ON response.id = response_id "
        "JOIN visit ON visit.id = visit_id JOIN patient ON patient.id = patient_id ORDER BY code, visit.name"
    ) == [
        ("1", "baseline", 0, tables.TOTALS[0]),
        ("2", "baseline", 0, tables.TOTALS[1]),
        ("2", "month_3", 1, tables.TOTALS[1]),
        ("3", "baseline", 0, tables.TOTALS[2]),
    ]
    assert rows(
        "SELECT DISTINCT sex, birth_year, side FROM patient JOIN palsy ON patient_id = patient.id"
    ) == [("female", None, "left")]


def test_a_project_xml_stands_alone_and_a_dictionary_can_be_looked_at(
    seventh: Seventh, tmp_path: Path, rows: Query
) -> None:
    """Its day is a field of the form, which somebody confirms."""
    seventh("study", "create", "clinic")
    project, mapping = tables.write(tmp_path, "project.xml", redcap.xml()), tmp_path / "m.toml"
    assert "day is proposed as the day of mood" in seventh("redcap", "check", project, "-o", mapping).out
    mapping.write_text(mapping.read_text().replace("confirmed = false", "confirmed = true"))
    assert seventh("redcap", "import", "clinic", project, "--mapping", mapping).code == 0
    assert rows("SELECT value FROM score ORDER BY response_id") == [(tables.TOTALS[0],), (tables.TOTALS[1],)]
    book = tables.write(tmp_path, "dictionary.csv", redcap.dictionary())
    assert "Form injection: no questionnaire" in seventh("redcap", "check", book).out
    assert "Name the data too" in seventh("redcap", "import", "clinic", book, "--mapping", mapping).err
