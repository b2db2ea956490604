"""Where the built files of static/ are, by the names that templates call them."""

from __future__ import annotations

import json
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
BUILT = STATIC / "built"
NAMES: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))


def built(name: str) -> Path:
    """The file that a browser gets for `name`."""
    return BUILT / NAMES[name]
