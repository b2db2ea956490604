"""`seventh statement verify`."""

from __future__ import annotations

import json

from flask import Flask

from tests.support.commands import Seventh
from tests.support.simulated import MOOD_ALONE, populate


def test_a_sentence_is_computed_again_from_its_freeze(app: Flask, seventh: Seventh) -> None:
    """Of the freeze it holds for ever; of data that nobody kept, nobody can tell."""
    populate(app, 12, visits=2, study="try", plan=MOOD_ALONE)
    unkept = json.loads(seventh("report", "try").out)["statements"][0]["code"]
    seventh("simulate", "try", "--patients", 3, "--seed", 9)
    seventh("freeze", "try", "first")
    report = json.loads(seventh("report", "try", "--freeze", "first").out)
    told = report["statements"][1]
    seventh("simulate", "try", "--patients", 3, "--seed", 10)
    ran = seventh("statement", "verify", told["code"].lower().replace("-", " "))
    assert (ran.code, ran.out) == (0, f"{told['code']} holds, by the freeze first of try: {told['text']}\n")
    missing = seventh("statement", "verify", unkept)
    assert missing.code == 1
    assert "No study and no freeze here has the data" in missing.err


def test_a_code_that_is_none_is_refused(seventh: Seventh) -> None:
    ran = seventh("statement", "verify", "ABC")
    assert ran.code == 1
    assert ran.err.startswith("'ABC' is no code of a sentence: it has 14 letters and digits")
