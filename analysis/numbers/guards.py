"""Limits for few patients in every analysis: what may be shown, and from how many a number is computed."""

from collections.abc import Sequence

from analysis.words import words as _

SUPPRESS_UNDER = 5  # a cell of fewer patients shows no statistic, and no count outside the clinic
COEFFICIENT_FROM = 10  # patients; with fewer, no coefficient and no test
IMPRECISE_BELOW = 30  # patients; with fewer, a coefficient or test is marked
PATIENTS_PER_COEFFICIENT = 15  # a model with more coefficients, including the intercept, is not fitted
PILED_UP_FROM = 0.3  # share at an end of the scale from which no line is fitted

PATIENTS_FOR_EACH = _(
    "not estimable: fewer than %(least)s patients for each of %(coefficients)s coefficients"
)
VISITS_FOR_EACH = _("not estimable: fewer than %(least)s visits for each of %(coefficients)s coefficients")
SO_THAT_ANOTHER = _("hidden so that another cell stays hidden")
HIDDEN = _("hidden so that a few patients stay hidden")

TOO_FEW = _("fewer than %(coefficient_from)s patients", coefficient_from=COEFFICIENT_FROM)


def hidden(counts: Sequence[int], under: int) -> list[bool]:
    """Which cells of one partition to hide: small ones, and as many others as subtraction needs.

    Cells of 1 to ``under`` - 1 patients are hidden. While a single cell is hidden, or all hidden cells
    together have fewer than ``under``, the smallest other cell is hidden too (the first of equals), if there
    is one. Otherwise a reader who knows the total could subtract the rest from it. Empty cells are neither
    hidden nor counted.
    """
    hide = [0 < count < under for count in counts]
    while any(hide):
        inside = [count for count, hid in zip(counts, hide, strict=True) if hid]
        others = [at for at, count in enumerate(counts) if count and not hide[at]]
        if sum(inside) >= under or not others:
            break
        hide[min(others, key=lambda at: counts[at])] = True
    return hide


def is_small(patients: int, under: int) -> bool:
    """Whether a cell of that many patients is too small to show; an empty cell is not."""
    return 0 < patients < under


def count_text(patients: int, under: int) -> str:
    """A count as it may be printed: ``<5`` for a small cell."""
    return f"<{under}" if is_small(patients, under) else str(patients)


def overfull(count: int, coefficients: int, few: str = PATIENTS_FOR_EACH) -> str | None:
    """Why a model of that many coefficients (the intercept counts) is not fitted; None if it may be.

    ``few`` is the sentence for what is counted.
    """
    if count >= PATIENTS_PER_COEFFICIENT * coefficients:
        return None
    return _(few, least=PATIENTS_PER_COEFFICIENT, coefficients=coefficients)
