"""What a study says that leaves out patients whose consent does not stand."""

from __future__ import annotations

from analysis.words import words as _

LEFT_OUT = _(
    "Patients of whom no consent is recorded, or whose last decision was to decline, are left out with all "
    "their answers, as the study has set."
)
REASON = "no consent stands"


def said(left_out: object) -> list[str]:
    """The sentence, where the study leaves them out (``StudyFrames.without_consent``)."""
    return [] if left_out is None else [LEFT_OUT]
