"""The bill of materials names what the server runs on, and nothing that only builds or tests it."""

from __future__ import annotations

import json
import re

from tests.support.bill import ROOT, bill


def test_it_names_what_the_server_runs_on() -> None:
    """Every line of the lock, with its version."""
    named = {part["name"]: part["version"] for part in bill()["components"]}
    locked = dict(
        re.findall(
            r"^([\w.-]+)==([^ ;\\]+)", (ROOT / "requirements" / "run.txt").read_text("utf-8"), re.MULTILINE
        )
    )
    assert len(locked) > 40
    assert locked.items() <= named.items()
    assert "pytest" not in named
    assert "eslint" not in named


def test_the_same_locks_give_the_same_bill() -> None:
    """Its number too; each part is named once."""
    first, parts = bill(), bill()["components"]
    assert json.dumps(first) == json.dumps(bill())
    assert len({part["bom-ref"] for part in parts}) == len(parts)
    assert first["dependencies"][0]["dependsOn"] == [part["bom-ref"] for part in parts]
