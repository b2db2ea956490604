"""What `benchmarks/` uses is there: nothing in the suite runs it."""

from __future__ import annotations

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
OURS = ("app", "surveys", "analysis", "tests")


@pytest.mark.parametrize("script", sorted(BENCHMARKS.glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_names_what_is_there(script: Path) -> None:
    """A module that moved, or a name that is gone, would be seen only when somebody measures."""
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OURS:
            module = import_module(node.module)
            for one in node.names:
                assert hasattr(module, one.name) or find_spec(f"{node.module}.{one.name}"), ast.unparse(node)
