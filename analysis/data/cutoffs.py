"""Whether a score reaches a published cut-off: at it, or beyond it towards the bad end of its scale."""

BAD_END = {"higher_worse": "at_least", "higher_better": "at_most"}
_ROUNDING = 1e-9


def reached(value: float, cut: float, direction: str) -> bool:
    """Whether the unrounded score is that bad or worse; a missing score (NaN) is not."""
    if BAD_END[direction] == "at_least":
        return value >= cut - _ROUNDING
    return value <= cut + _ROUNDING
