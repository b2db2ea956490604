"""When a sentence tells a direction: the test is clear after adjustment, and the guard of its kind holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.data.record import Record
from analysis.statements.statement import Direction
from analysis.words import words as _

ALPHA = 0.05
TOLD = ("acute", "chronic", None)  # the strata of sentences, in the order of reading
TWO_POPULATIONS_FROM = 10  # patients in each of acute and chronic
NOT_TESTED = _("nothing was tested")
TWO_POPULATIONS = _("acute and chronic patients are two populations")
SITES_DIFFER = _("patients of the same site do not show it: the sites differ")
NO_ESTIMATE = _("it cannot be estimated")


@dataclass(frozen=True)
class Verdict:
    """The direction that may be told, or why none may."""

    direction: Direction
    why: str | None = None


def verdict(one: Record | None, *, guard: str | None = None) -> Verdict:
    """What may be told of a record with ``estimate`` and ``p_adjusted``.

    ``guard`` is the reason why the data cannot tell the direction of this kind of record, however small p is.
    """
    if one is None or one["estimate"] is None:
        return Verdict("not_told", (one or {}).get("reason") or NO_ESTIMATE)
    if one["p_adjusted"] is None:
        return Verdict("not_told", NO_ESTIMATE)
    if one["p_adjusted"] >= ALPHA:
        return Verdict("none")
    if guard is not None:
        return Verdict("not_told", guard)
    return Verdict("higher" if one["estimate"] > 0 else "lower")


def two_populations(of: Mapping[str | None, Record], stratum: str | None) -> str | None:
    """Why all patients together tell no direction: there are enough acute and enough chronic ones.

    ``of`` are the records on one question by stratum.
    """
    if stratum is not None:
        return None
    counts = [_patients(of.get(name)) for name in ("acute", "chronic")]
    return TWO_POPULATIONS if min(counts) >= TWO_POPULATIONS_FROM else None


def sites_differ(one: Record) -> str | None:
    """Why an association is not told: among patients of the same site it is not clear, or is the reverse."""
    low, high = one["low_within_sites"], one["high_within_sites"]
    if low is None or high is None or one["estimate"] is None:
        return None
    same = low > 0 if one["estimate"] > 0 else high < 0
    return None if same else SITES_DIFFER


def _patients(one: Mapping[str, Any] | None) -> int:
    return 0 if one is None else int(one.get("patients") or one.get("n") or 0)


def by_question(
    records: Sequence[Record], names: Sequence[str]
) -> dict[tuple[Any, ...], dict[str | None, Record]]:
    """The records of each question, by stratum; ``names`` are the facts that make a question."""
    found: dict[tuple[Any, ...], dict[str | None, Record]] = {}
    for one in records:
        found.setdefault(tuple(one[name] for name in names), {})[one.get("stratum")] = one
    return found
