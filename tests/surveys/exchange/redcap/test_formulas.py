"""REDCap's calculations give our scores, also where items are missing."""

from __future__ import annotations

import random
import re

import pytest

from surveys.exchange.redcap.formulas import formula
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import score

LIBRARY = Library.load()
SCORED = [one for one in LIBRARY if one.items and one.scales]


def in_python(calculation: str) -> str:
    """The calculation as an expression of Python; of an `if` only the branch that counts is computed."""
    start = calculation.find("if(")
    if start < 0:
        return re.sub(r"\[(\w+)\]", r"value('\1')", calculation).replace("<>", "!=")
    depth, parts, at = 0, [""], start + 3
    while depth or calculation[at] != ")":
        sign = calculation[at]
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
        at += 1
    asked, yes, no = map(in_python, parts)
    before = in_python(calculation[:start])
    return f"{before}(({yes}) if ({asked}) else ({no})){in_python(calculation[at + 1 :])}"


def computed(calculation: str, values: dict[str, float | None]) -> float | None:
    """What REDCap makes of it; `""` is nothing."""
    found = eval(  # noqa: S307 — a formula of our own
        in_python(calculation),
        {
            "value": lambda name: "" if values.get(name) is None else values[name],
            "isblankormissingcode": lambda value: value == "",
        },
    )
    return None if found == "" else float(found)


@pytest.mark.parametrize("instrument", SCORED, ids=lambda one: one.key)
def test_a_calculation_gives_our_score(instrument: Instrument) -> None:
    """Forty random responses each, with 0 to 4 items missing; the calculations of parts come first."""
    chance = random.Random(1)
    for _ in range(40):
        answers: dict[str, float] = {}
        for item in instrument.items:
            low, high = instrument.extent(item.key) if item.numeric else (0, 0)
            choices = instrument.values(item.key) or range(int(low), int(high) + 1)
            answers[item.key] = chance.choice(choices)
        for key in chance.sample(sorted(answers), min(chance.choice((0, 0, 1, 2, 4)), len(answers))):
            del answers[key]
        values: dict[str, float | None] = {f"{instrument.key}_{key}": told for key, told in answers.items()}
        for expected in score(instrument, answers):
            calculation = formula(instrument, instrument.scale(expected.scale))
            assert calculation is not None
            found = computed(calculation, values)
            assert found == (None if expected.value is None else pytest.approx(expected.value, abs=1e-12))
            values[f"{instrument.key}_{expected.scale}"] = found
