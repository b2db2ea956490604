"""The built files of static/, by their names in templates."""

from __future__ import annotations

import json
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
BUILT = STATIC / "built"
NAMES: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))


def built(name: str) -> Path:
    """The file that a browser gets for `name`."""
    return BUILT / NAMES[name]
