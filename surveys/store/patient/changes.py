"""A change of recorded facts: the reason that it needs, and what the trail says of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from analysis.words import words as _
from surveys.store.errors import Refused


def why(reason: str | None, *, known: bool) -> str | None:
    """The reason without blanks around it; where a `known` fact changes, there must be one.

    Raises:
        Refused: there is none.
    """
    given = (reason or "").strip() or None
    if given is None and known:
        raise Refused(_("Say why what was recorded is changed."), "reason")
    return given


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Each fact of `after` as it is now, and as it was `before`."""
    now = {name: _text(value) for name, value in after.items()}
    return now | {f"{name}_before": _text(before[name]) for name in after}


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
