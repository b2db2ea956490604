"""docs/architecture.md names rooms, functions and tables that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from surveys.models import Base

ROOT = Path(__file__).parent.parent
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PLACE = re.compile(r"(?:surveys|analysis|static|templates|migrations)/[\w/.]*|\bapp\.py")
ROWS = [row.split("|")[1:-1] for row in re.findall(r"^\|.*`.*\|$", MAP, flags=re.MULTILINE)]


def test_every_room_on_the_map_is_there() -> None:
    """Who moves a module finds it on the map, in the picture as well."""
    places = set(PLACE.findall(MAP))
    assert len(places) > 30
    assert [place for place in sorted(places) if not (ROOT / place).exists()] == []


def test_every_function_on_the_map_is_where_it_says() -> None:
    """A row names one module, and functions of it as `name()`."""
    missing = []
    for row in ROWS:
        names = re.findall(r"`(\w+)\(\)`", " ".join(row))
        if names:
            place = next(found for cell in row if (found := PLACE.search(cell)))[0]
            defined = {
                node.name
                for node in ast.parse((ROOT / place).read_text(encoding="utf-8")).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
            }
            missing += [f"{place}: {name}" for name in names if name not in defined]
    assert missing == []


def test_every_table_on_the_map_is_one() -> None:
    """The way in says which tables a step changes."""
    named = {name for row in ROWS if len(row) == 4 for name in re.findall(r"`(\w+)`", row[3])}
    assert len(named) > 8
    assert named - Base.metadata.tables.keys() == set()
