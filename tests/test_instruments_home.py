"""A rule is written once: what is known of an instrument stands in its definition, and nowhere in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from surveys.instruments.library import Library
from tests.support.sources import holding, nodes

ROOT = Path(__file__).parent.parent
KNOW_INSTRUMENTS = {
    "analysis/data/gradings.py": "the two gradings are codes of tables, imports and exports",
    "surveys/simulate/study.py": "a simulated study without a plan asks the registry's questionnaires",
    "surveys/background.py": "a symptom of the face",
    "surveys/forms/background.py": "a symptom of the face, in words for patients",
    "surveys/forms/labels.py": "a symptom of the face, in words for staff",
}
"""Files with a literal that is an instrument's key, each with its reason."""


def keys() -> set[str]:
    """The keys of all instruments that ship, and of their scales in full."""
    library = Library.load()
    scales = {f"{one.key}.{scale.key}" for one in library for scale in one.scales}
    return {*library.keys(), *scales}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every literal of a module, also inside f-strings; not of docstrings."""
    said = {id(node.value) for node in nodes(path) if isinstance(node, ast.Expr)}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def named(text: str, known: set[str]) -> set[str]:
    """The keys that a literal is made of: one, several joined, or one quoted in SQL."""
    words = set(re.split(r"[~,;|]", text)) | set(re.findall(r"'([a-z0-9_.]+)'", text))
    return words & known


def test_no_instrument_is_named_in_code() -> None:
    known = keys()
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{line} names {', '.join(sorted(named(text, known)))}"
        for folder in ("surveys", "analysis")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if holding(path, *known)
        for line, text in literals(path)
        if named(text, known)
    ]
    unknown = [one for one in found if one.split(":")[0] not in KNOW_INSTRUMENTS]
    assert unknown == [], "Make it a fact of the definition: [facts], read by surveys/instruments/facts.py."
    assert {one.split(":")[0] for one in found} == set(KNOW_INSTRUMENTS), "The list above says too much."


def test_no_instrument_is_named_in_a_template() -> None:
    known = keys()
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {text}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for text in re.findall(r"""["']([^"'\n]+)["']""", path.read_text(encoding="utf-8"))
        if named(text, known)
    ]
    assert found == [], "Give the template what it needs to know; a definition knows it under [facts]."
