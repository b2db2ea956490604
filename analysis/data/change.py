"""When one person's score counts as changed: the threshold and the judgement.

The report, the alert rules, the page Who changed and a patient's course all judge here.
"""

from collections.abc import Iterable
from math import isnan
from typing import Literal, Protocol, TypeVar

from analysis.words import words as _

Verdict = Literal["better", "same", "worse", "unknown"]

# Kinds of published thresholds for one person, the preferred one first. The first three are one quantity
# under three names, a change above the error of measurement; the last is a change that matters to patients.
OF_ONE_PERSON = ("sdc_individual", "reliable_change", "mdc95", "mcid")
# Why the other kinds do not judge one person.
NOT_OF_ONE_PERSON = {
    "sdc_group": _("published for means of groups, not for one patient"),
    "mic_improvement": _("smaller than the measurement error of one patient"),
    "mic_deterioration": _("smaller than the measurement error of one patient"),
    "mcid_percent_of_baseline": _("published as a share of the first score, of improvement alone"),
}
ROUNDING = 1e-9


class PublishedChange(Protocol):
    """A published amount of change of one scale."""

    @property
    def kind(self) -> str: ...


P = TypeVar("P", bound=PublishedChange)


def of_one_person(thresholds: Iterable[P]) -> P | None:
    """The threshold for one person among all published amounts of a scale."""
    usable = [one for one in thresholds if one.kind in OF_ONE_PERSON]
    return min(usable, key=lambda one: OF_ONE_PERSON.index(one.kind), default=None)


def judge(before: float | None, after: float | None, direction: str, threshold: float | None) -> Verdict:
    """The judgement of one person's change; a change of exactly the threshold counts.

    It is unknown if a score, the threshold or the direction (`higher_better`, `higher_worse`) is missing.
    """
    signs = {"higher_better": 1, "higher_worse": -1}
    if before is None or after is None or threshold is None or direction not in signs:
        return "unknown"
    gain = (after - before) * signs[direction]
    if isnan(gain):
        return "unknown"
    if not gain or abs(gain) < abs(threshold) - ROUNDING:
        return "same"
    return "better" if gain > 0 else "worse"
