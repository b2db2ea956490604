"""Our own files as the tests of the house read them: each is parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of the module in a file; nobody changes them."""
    return tuple(ast.walk(ast.parse(_text(path))))


def holding(path: Path, *words: str) -> bool:
    """Whether the file has one of the words anywhere: whoever asks for them need not parse the others."""
    content = _text(path)
    return any(word in content for word in words)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
