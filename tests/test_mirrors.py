"""Tests stand where their module stands: `surveys/lists/needs.py` has `tests/surveys/lists/test_needs.py`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("exchange", "forms", "lists", "store")


def test_every_module_has_its_tests_beside_it() -> None:
    """Behaviour that only a journey walks through fails far from its cause."""
    alone = {
        path.relative_to(ROOT / "surveys").as_posix()
        for room in ROOMS
        for path in (ROOT / "surveys" / room).rglob("*.py")
        if path.stem != "__init__"
        and not (ROOT / "tests" / path.relative_to(ROOT).with_name(f"test_{path.name}")).exists()
    }
    assert alone == set(), "write the test file of the module, at the same path under tests/"
