"""A sentence computed again: holds, changed, withdrawn."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from surveys.settings import Settings
from tests.support.commands import seventh_with
from tests.support.simulated import MOOD_ALONE, populate


@pytest.mark.long
def test_another_sentence_under_the_same_code_has_changed(app: Flask, settings: Settings) -> None:
    """As after a mended program: the same data and question, other words."""
    seventh = seventh_with(settings)
    populate(app, 12, visits=2, study="try", plan=MOOD_ALONE)
    data, about, _ = json.loads(seventh("report", "try").out)["statements"][0]["code"].split("-")
    changed = seventh("statement", "verify", f"{data}-{about}-0000")
    assert changed.code == 1
    assert "has changed. By try as it is now it reads: " in changed.err
    withdrawn = seventh("statement", "verify", f"{data}-0000-0000")
    assert withdrawn.code == 1
    assert "withdrawn" in withdrawn.err
