"""Counts of patients as records may show them: small cells hidden, also against subtraction."""

from collections.abc import Mapping

from analysis.data.record import Record
from analysis.numbers.guards import IMPRECISE_BELOW, count_text, hidden, is_small
from analysis.numbers.proportion import wilson


def counted(patients: int, suppress_under: int, *, responses_each: int = 1) -> Record:
    """The numbers of patients and responses of a record; empty for a few patients.

    Returns:
        ``n, n_text, patients, responses, imprecise, suppressed, reason``.
    """
    small = is_small(patients, suppress_under)
    reason = f"fewer than {suppress_under} patients" if small else None if patients else "nobody"
    return {
        "n": None if small else patients,
        "n_text": count_text(patients, suppress_under),
        "patients": None if small else patients,
        "responses": None if small else patients * responses_each,
        "imprecise": not small and 0 < patients < IMPRECISE_BELOW,
        "suppressed": small,
        "reason": reason,
    }


def partition(counts: Mapping[str, int], suppress_under: int) -> Record:
    """The parts of a whole, each with its share and Wilson's interval.

    Returns:
        For each name ``<name>`` (how many), ``<name>_text``, ``<name>_share``, ``<name>_low`` and
        ``<name>_high``. Parts too small to show, and parts that would reveal them by subtraction, are None.
    """
    of = sum(counts.values())
    hide = hidden(list(counts.values()), suppress_under)
    record: Record = {}
    for (name, count), hid in zip(counts.items(), hide, strict=True):
        small = is_small(count, suppress_under)
        low, high = (None, None) if hid or not of else wilson(count, of)
        record |= {
            name: None if hid else count,
            f"{name}_text": count_text(count, suppress_under) if small or not hid else "hidden",
            f"{name}_share": None if hid or not of else count / of,
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return record
