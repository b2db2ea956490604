"""Counts of patients as records may show them: small cells hidden, also against subtraction."""

import math
from collections.abc import Mapping

from analysis.data.record import Record
from analysis.numbers.guards import IMPRECISE_BELOW, count_text, hidden, is_small
from analysis.numbers.proportion import wilson
from analysis.words import words as _

ROUNDED_TO = 5


def counted(patients: int, suppress_under: int, *, responses_each: int = 1) -> Record:
    """The numbers of patients and responses of a record; empty for a few patients.

    Returns:
        ``n, n_text, patients, responses, imprecise, suppressed, reason``.
    """
    small = is_small(patients, suppress_under)
    reason = (
        _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        if small
        else None
        if patients
        else _("nobody")
    )
    return {
        "n": None if small else patients,
        "n_text": count_text(patients, suppress_under),
        "patients": None if small else patients,
        "responses": None if small else patients * responses_each,
        "imprecise": not small and 0 < patients < IMPRECISE_BELOW,
        "suppressed": small,
        "reason": reason,
    }


def about(head: Record, parts: Record) -> Record:
    """The counts of `counted` for parts of `partition`: rounded as they are."""
    if not parts.get("rounded") or head["suppressed"]:
        return head
    n, each = parts["of"], (head["responses"] or 0) // (head["n"] or 1)
    return {**head, "n": n, "patients": n, "responses": n * each, "n_text": f"about {n}"}


def partition(counts: Mapping[str, int], suppress_under: int) -> Record:
    """The parts of a whole, each with its share and Wilson's interval.

    Where a part is small, whole and parts are rounded first (`rounded_parts`), and shares and intervals are
    of the rounded numbers. A whole too small for that shows no part that is small or would reveal one.

    Returns:
        For each name ``<name>`` (how many), ``<name>_text``, ``<name>_share``, ``<name>_low`` and
        ``<name>_high``, None where hidden; ``of``, the whole, and ``rounded``, whether all that is so.
    """
    near = rounded_parts(counts, suppress_under)
    shown = counts if near is None else near
    of = sum(shown.values())
    hide = hidden(list(shown.values()), suppress_under)
    record: Record = {}
    for (name, count), hid in zip(shown.items(), hide, strict=True):
        small = is_small(count, suppress_under)
        low, high = (None, None) if hid or not of else wilson(count, of)
        text = count_text(count, suppress_under) if small or not hid else "hidden"
        record |= {
            name: None if hid else count,
            f"{name}_text": text if near is None or not count else f"about {count}",
            f"{name}_share": None if hid or not of else count / of,
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return {**record, "of": of, "rounded": near is not None}


def rounded_parts(counts: Mapping[str, int], suppress_under: int) -> dict[str, int] | None:
    """The parts rounded so that a small one is told from no other small one; None where none is small.

    To multiples of 5 (or of the next multiple that is at least ``suppress_under``): a small part counts as
    one of them, whatever it is; the largest part takes what is left of the rounded whole. None also of a
    whole of fewer than four, where rounding would say nothing.
    """
    if suppress_under <= 1:
        return None
    unit = unit_of(suppress_under)
    whole = to_nearest(sum(counts.values()), unit)
    if whole < 4 * unit or not any(is_small(count, suppress_under) for count in counts.values()):
        return None
    largest = max(counts, key=lambda name: counts[name])
    found = {
        name: unit if is_small(count, suppress_under) else to_nearest(count, unit)
        for name, count in counts.items()
    }
    found[largest] = whole - sum(count for name, count in found.items() if name != largest)
    return found if found[largest] >= unit else None


def unit_of(suppress_under: int) -> int:
    """What counts are rounded to, so that none of fewer than ``suppress_under`` is told from another."""
    return ROUNDED_TO * max(math.ceil(suppress_under / ROUNDED_TO), 1)


def to_nearest(count: int, unit: int) -> int:
    """The multiple of the unit nearest to the count; of two the higher."""
    return unit * ((2 * count + unit) // (2 * unit))
