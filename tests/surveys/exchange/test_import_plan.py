"""What an import keeps of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from surveys.exchange.import_file import read
from surveys.exchange.importing import planned
from surveys.store.patient.imports import MAPPING

from .conftest import LIBRARY, NOW, Desk


def test_counts_name_the_mapping(desk: Desk, tmp_path: Path) -> None:
    """So that an import that broke off goes on only with the mapping that it was begun with."""
    path = tmp_path / "a.csv"
    path.write_text("patient,visit,completed_on,phq9_q1\nP1,a,2025-01-01,0\n")
    file = read(path, LIBRARY)
    plan = planned(desk.moment, desk.study_id, file, LIBRARY, wording=None, at=NOW)
    assert (plan.changes, MAPPING in plan.counts()) == (True, False)
    mapped = replace(plan, file=replace(file, mapping_sha256="0" * 64))
    assert mapped.facts() == plan.facts() | {MAPPING: "0" * 64}
