"""Our own files as the tests of the house read them: each is parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of the module in a file; nobody changes them."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
