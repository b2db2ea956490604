"""Questions to patients about palsy and treatment: their order and their answers.

Pure: no words (those are in `surveys/forms/background.py`), no database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

from analysis.data.kinds import OPERATIONS_ASKED, TREATMENTS_ASKED
from analysis.data.said import SAYS_CHANGED, SAYS_RECOVERED

Form = Literal["whole", "short"]
Kind = Literal["choice", "choices", "date"]
Said = str | list[str] | dict[str, str]
"""A code; several, or none; or `{"on": "2024-03-01", "precision": "month"}`, a known period's first day."""

OPERATION = "operation"
FROM_BIRTH = "from_birth"
# Whether there was a palsy before this one, or none without it; later, whether another one came.
HAD_BEFORE = ("first_time", "again", FROM_BIRTH, "unknown")
CAME_AGAIN = ("no", "same_side", "other_side", "unknown")
# The answers that tell of another palsy than the one that the study follows: each brings its onset.
ANOTHER: Mapping[str, tuple[str, ...]] = {"had_before": ("again",), "came_again": ("same_side", "other_side")}
ANOTHER_ONSET = "another_onset"
# The causes that patients can know; `other_tumour` stands for any tumour.
CAUSES_ASKED = (
    "bells_palsy",
    "ramsay_hunt",
    "lyme",
    "otitis_or_other_infection",
    "other_tumour",
    "iatrogenic_postoperative",
    "trauma",
    "stroke_central",
    "congenital_or_syndromic",
    "other",
    "unknown",
)
SYMPTOMS = (
    "face",
    "eye",
    "mouth",
    "taste",
    "hearing",
    "pain",
    "tightness",
    "movements_together",
    "twitching",
    "speech",
    "eating_drinking",
)
MOOD_BEFORE = ("treated", "never", "prefer_not_to_say")
SIDES_ASKED = ("left", "right", "both", "unknown")
PRECISIONS = ("day", "month", "year")
# A kind of treatment is a question too: when it was.
WHEN = (*TREATMENTS_ASKED, *OPERATIONS_ASKED)
# Reviewed and sent: the last row of a visit's form. Its value is the form that was asked.
SENT = "sent"
QUESTIONS = (
    "had_before",
    "came_again",
    ANOTHER_ONSET,
    "onset",
    "side",
    "cause",
    "treatments",
    "operations",
    *WHEN,
    "symptoms",
    "mood_before",
    "changed",
    "recovered",
    SENT,
)
PALSY_FACTS = ("had_before", "onset", "side", "cause")
FACTS = (*PALSY_FACTS, ANOTHER_ONSET, *WHEN)

# The answers to choose from; a question that is not here asks for a date.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "had_before": HAD_BEFORE,
    "came_again": CAME_AGAIN,
    "side": SIDES_ASKED,
    "cause": CAUSES_ASKED,
    "treatments": (*TREATMENTS_ASKED, OPERATION),
    "operations": OPERATIONS_ASKED,
    "symptoms": SYMPTOMS,
    "mood_before": MOOD_BEFORE,
    "changed": SAYS_CHANGED,
    "recovered": SAYS_RECOVERED,
}
SEVERAL = ("treatments", "operations", "symptoms")
MAY_BE_NONE = ("treatments", "symptoms")


class NoAnswerError(ValueError):
    """A value that is not an answer to its question."""


def kind_of(question: str) -> Kind:
    """Whether one code, several or a date answers `question`."""
    if question in SEVERAL:
        return "choices"
    return "choice" if question in CHOICES else "date"


def questions_of(
    form: Form, given: Mapping[str, Said | None], *, from_birth: bool = False
) -> tuple[str, ...]:
    """The questions of the `whole` or `short` form after the answers `given`, in order.

    Each named treatment, operation and further palsy brings a question about its date. Whose palsy is there
    from birth, as told here or before (`from_birth`), is not asked about a time without it.
    """
    from_birth = from_birth or given.get("had_before") == FROM_BIRTH
    whole = form == "whole"
    opening = "had_before" if whole else "came_again"
    treatments = _codes(given.get("treatments"))
    operations = _codes(given.get("operations")) if OPERATION in treatments else ()
    named = {*treatments, *operations}
    passed_over = {"came_again", "onset", "mood_before", "recovered"} if from_birth else frozenset[str]()
    asked = (
        opening,
        *((ANOTHER_ONSET,) if given.get(opening) in ANOTHER[opening] else ()),
        *(("onset", "side", "cause") if whole else ()),
        "treatments",
        *(("operations",) if OPERATION in treatments else ()),
        *(kind for kind in WHEN if kind in named),
        "symptoms",
        "mood_before" if whole else "changed",
        "recovered",
    )
    return tuple(question for question in asked if question not in passed_over)


def still_asked(given: Mapping[str, Said | None]) -> frozenset[str]:
    """The questions that either form asks after the answers `given`: no other answer of the visit counts."""
    return frozenset({*questions_of("whole", given), *questions_of("short", given)})


def check_said(question: str, value: Said, *, today: date) -> None:
    """Refuse a value that is not an answer to `question`.

    Raises:
        NoAnswerError: an unknown code, a code twice, or a date that is malformed or lies after `today`.
    """
    kind = kind_of(question)
    if kind == "choice" and not (isinstance(value, str) and value in CHOICES[question]):
        raise NoAnswerError(f"{value!r} does not answer {question}.")
    if kind == "choices":
        codes = _codes(value)
        if (
            not isinstance(value, list)
            or len(set(codes)) < len(codes)
            or not set(codes) <= set(CHOICES[question])
            or not (codes or question in MAY_BE_NONE)
        ):
            raise NoAnswerError(f"{value!r} does not answer {question}.")
    if kind == "date":
        on, _ = date_said(value)
        if on > today:
            raise NoAnswerError(f"{question}: {on} lies ahead.")


def date_said(value: Said) -> tuple[date, str]:
    """The first day of the period that `value` tells, and its precision: day, month or year.

    Raises:
        NoAnswerError: it is not a date.
    """
    try:
        on, precision = date.fromisoformat(value["on"]), value["precision"]  # type: ignore[call-overload,index]
    except (KeyError, TypeError, ValueError):
        raise NoAnswerError(f"{value!r} is no date.") from None
    whole = (precision == "day") or (on.day == 1 and (precision == "month" or on.month == 1))
    if precision not in PRECISIONS or not whole:
        raise NoAnswerError(f"{value!r} is no date.")
    return on, precision


def as_date(on: date, precision: str) -> dict[str, str]:
    """A date as an answer stores it: the reverse of `date_said`."""
    return {"on": on.isoformat(), "precision": precision}


def _codes(value: Said | None) -> Collection[str]:
    return value if isinstance(value, list) else ()
