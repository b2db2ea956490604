"""Tests stand where their module stands: `surveys/lists/needs.py` has `tests/surveys/lists/test_needs.py`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("exchange", "forms", "lists", "store")
# Reached by tests of other modules only. Who writes the test of one takes it off; nothing is added.
WITHOUT = {
    "exchange/backup/portable.py",
    "exchange/backup/restoring.py",
    "exchange/backup/taking.py",
    "exchange/backup/values.py",
    "exchange/bundle/reproduce.py",
    "exchange/cells.py",
    "exchange/faults.py",
    "exchange/freezing.py",
    "exchange/import_file.py",
    "exchange/matching.py",
    "exchange/stored.py",
    "exchange/summary.py",
    "exchange/tidy/codebook.py",
    "exchange/tidy/queries.py",
    "exchange/tidy/readme.py",
    "exchange/tidy/reported.py",
}


def test_every_module_has_its_tests_beside_it() -> None:
    """But for those named, of which each is still without."""
    alone = {
        path.relative_to(ROOT / "surveys").as_posix()
        for room in ROOMS
        for path in (ROOT / "surveys" / room).rglob("*.py")
        if path.stem != "__init__"
        and not (ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")).exists()
    }
    assert alone - WITHOUT == set(), "write the test file of the module, at the same path under tests/"
    assert WITHOUT - alone == set(), "has its tests now, or is gone: take it off WITHOUT"
