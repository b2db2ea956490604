"""Makes scores.json anew: `python3 make.py`. Needs nothing but Python 3.11.

Works every score in exact fractions straight from the definition files, on purpose without the program that
it is to check, and writes the nearest double.
"""

from __future__ import annotations

import json
import math
import random
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEFINITIONS = HERE.parents[2] / "surveys/instruments/definitions"
RANDOM_VECTORS = 40
SHARE_MISSING = 0.08
ABOUT = (
    "Answers in the order of items, null where not given; scores in the order of scales, null where there is "
    "none. Worked examples of the instruments' references first, then random answers. README.md says more."
)

Table = dict[str, Any]
Answers = dict[str, int | None]


def main() -> None:
    (HERE / "scores.json").write_text(golden(), encoding="utf-8")


def golden() -> str:
    """The text of scores.json: one line for each vector, so that a change shows where it is."""
    files = sorted(DEFINITIONS.glob("*.toml"))
    definitions = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    blocks = [_block(definition) for definition in definitions if "scales" in definition]
    return f'{{\n"about": {_line(ABOUT)},\n"instruments": {{\n' + ",\n".join(blocks) + "\n}\n}\n"


def _block(definition: Table) -> str:
    items = [item["key"] for item in definition["items"] if not item.get("optional")]
    scales = [scale["key"] for scale in definition["scales"]]
    vectors = ",\n".join(
        _line(
            {
                "name": name,
                "answers": [answers.get(item) for item in items],
                "scores": [_double(value) for value in scores(definition, answers).values()],
            }
        )
        for name, answers in _vectors(definition, items)
    )
    return (
        f'{_line(definition["key"])}: {{\n"version": {_line(definition["version"])},\n'
        f'"items": {_line(items)},\n"scales": {_line(scales)},\n"vectors": [\n{vectors}\n]\n}}'
    )


def scores(definition: Table, answers: Answers) -> dict[str, Fraction | None]:
    """The value of every scale, exactly; None where the missing rule leaves none."""
    found: dict[str, Fraction | None] = {}
    for scale in definition["scales"]:
        total = _weighted(scale, found) if "parts" in scale else _summed(definition, scale, answers)
        found[scale["key"]] = None if total is None else _transformed(scale, total)
    return found


def _weighted(scale: Table, found: dict[str, Fraction | None]) -> Fraction | None:
    total = Fraction(0)
    for part in scale["parts"]:
        value = found[part["scale"]]
        if value is None:
            return None
        total += Fraction(part["weight"]) * value
    return total


def _summed(definition: Table, scale: Table, answers: Answers) -> Fraction | None:
    used = []
    for key in scale["items"]:
        answer = answers.get(key)
        if answer is not None:
            values = _values(definition, key)
            used.append(min(values) + max(values) - answer if key in scale.get("reverse", ()) else answer)
    if len(scale["items"]) - len(used) > scale["missing"]["allowed"]:
        return None
    mean = Fraction(sum(used), len(used))
    return mean if scale["method"] == "mean" else mean * len(scale["items"])


def _transformed(scale: Table, total: Fraction) -> Fraction:
    subtract, multiply, divide = (
        Fraction(str(scale.get(name, without)))
        for name, without in (("subtract", 0), ("multiply", 1), ("divide", 1))
    )
    return (total - subtract) * multiply / divide


def _values(definition: Table, key: str) -> list[int]:
    (item,) = (item for item in definition["items"] if item["key"] == key)
    (section,) = (section for section in definition["sections"] if section["key"] == item["section"])
    return [choice["value"] for choice in section["choices"]]


def _vectors(definition: Table, items: list[str]) -> list[tuple[str, Answers]]:
    examples = [(example["name"], example["answers"]) for example in definition["examples"]]
    dice = random.Random(f"{definition['key']} {definition['version']}")
    drawn = []
    for number in range(1, RANDOM_VECTORS + 1):
        answers: Answers = {}
        for item in items:
            values = _values(definition, item)
            answer = values[math.floor(dice.random() * len(values))]
            answers[item] = None if dice.random() < SHARE_MISSING else answer
        drawn.append((f"random_{number}", answers))
    return examples + drawn


def _double(value: Fraction | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
