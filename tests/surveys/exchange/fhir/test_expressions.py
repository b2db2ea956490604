"""FHIRPath gives our scores, also where items are missing; a browser test fills the forms in by clicks."""

from __future__ import annotations

import random
import re

import pytest

from surveys.exchange.fhir.expressions import expression, variable, variables
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import score

SCORED = [one for one in Library.load() if one.items and one.scales]


def in_python(text: str) -> str:
    """The expression as one of Python; of an `iif` only the branch that counts is computed."""
    start = text.find("iif(")
    if start < 0:
        text = re.sub(r"%(\w+)\.exists\(\)", r"('\1' in known)", text)
        text = re.sub(r"%(\w+)\.count\(\)", r"('\1' in known)", text)
        return re.sub(r"%(\w+)", r"known['\1']", text).replace("{}", "None")
    depth, parts, at = 0, [""], start + 4
    while depth or text[at] != ")":
        sign = text[at]
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
        at += 1
    asked, yes, no = (in_python(part).strip() for part in parts)
    return f"{in_python(text[:start])}(({yes}) if ({asked}) else ({no})){in_python(text[at + 1 :])}"


@pytest.mark.parametrize("instrument", SCORED, ids=lambda one: one.key)
def test_an_expression_gives_our_score(instrument: Instrument) -> None:
    """Forty random responses each, with 0 to 4 items missing."""
    chance = random.Random(2)
    for _ in range(40):
        answers: dict[str, float] = {}
        for item in instrument.items:
            low, high = instrument.extent(item.key) if item.numeric else (0, 0)
            answers[item.key] = chance.choice(instrument.values(item.key) or range(int(low), int(high) + 1))
        for key in chance.sample(sorted(answers), min(chance.choice((0, 0, 1, 2, 4)), len(answers))):
            del answers[key]
        known = dict(answers)
        for expected in score(instrument, answers):
            scale = instrument.scale(expected.scale)
            found = expression(instrument, scale)
            assert found is not None
            value = eval(in_python(found), {"known": known})  # noqa: S307 — an expression of our own
            assert value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-12))
            if value is not None:
                known[variable(scale)] = value


@pytest.mark.parametrize("instrument", SCORED, ids=lambda one: one.key)
def test_names_have_letters_and_digits_only(instrument: Instrument) -> None:
    names = [name for name, _ in variables(instrument)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name) for name in names)
