"""No test module keeps the present as it is loaded: over midnight, or New Year, its tests would fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import holding

TESTS = Path(__file__).parent
PRESENT = {"now", "utcnow", "today", "year_ahead", "time.time"}
LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def kept(module: ast.AST) -> list[int]:
    """The lines that ask for the present while the module is loaded."""
    calls = (node for node in while_loaded(module) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if names(ast.unparse(call.func)) & PRESENT]


def names(function: str) -> set[str]:
    return {function, function.rpartition(".")[2]}


def while_loaded(node: ast.AST) -> Iterator[ast.AST]:
    """All but bodies of functions; what decorates them and what their arguments are without a value is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, LATER):
            for part in (*getattr(child, "decorator_list", ()), child.args):
                yield part
                yield from while_loaded(part)
        else:
            yield child
            yield from while_loaded(child)


def test_no_module_keeps_the_present() -> None:
    """`tests/support/present.py` says what it is when a test asks."""
    asking = [path for path in TESTS.rglob("*.py") if holding(path, *(f"{name}(" for name in PRESENT))]
    assert len(asking) > 50
    found = {path: lines for path in asking if (lines := kept(ast.parse(path.read_text("utf-8"))))}
    assert not found


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("TODAY = date.today()", [1]),
        ("AT = datetime.now(UTC) - DAY", [1]),
        ("class Life:\n    begun: datetime = now()", [2]),
        ("def asked(at=datetime.now(UTC)): ...", [1]),
        ("@pytest.mark.parametrize('day', [str(today())])\ndef test(day): ...", [1]),
        ("if True:\n    BEGUN = [time.time() for _ in '12']", [2]),
        ("def now(): return datetime.now(UTC)", []),
        ("later = lambda: now()\nNOON = known(time(12))", []),
    ],
)
def test_what_is_kept_is_seen(text: str, lines: list[int]) -> None:
    """Of every way in which a module keeps something."""
    assert kept(ast.parse(text)) == lines
