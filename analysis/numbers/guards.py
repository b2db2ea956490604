"""What may be shown of few patients, and from how many on a number is computed: for every analysis."""

from collections.abc import Sequence

SUPPRESS_UNDER = 5  # a cell of fewer patients shows no statistic, and no count outside the clinic
COEFFICIENT_FROM = 10  # patients; below, no coefficient and no test
IMPRECISE_BELOW = 30  # patients; below, a coefficient or test is marked
PATIENTS_PER_COEFFICIENT = 15  # a model with more coefficients, the intercept counted, is not fitted
PILED_UP_FROM = 0.3  # share at the lowest value; from it on no line is fitted to a scale that piles up

SO_THAT_ANOTHER = "hidden so that another cell stays hidden"
HIDDEN = "hidden so that a few patients stay hidden"

TOO_FEW = f"fewer than {COEFFICIENT_FROM} patients"


def hidden(counts: Sequence[int], under: int) -> list[bool]:
    """Which cells of one partition to hide: the small ones, and as many more as keep them from subtraction.

    Cells of 1 to ``under`` - 1 patients are hidden. While what is hidden is a single cell, or together
    fewer than ``under``, the smallest other cell is hidden too (the first of equals), as far as there is
    one: the total being known, a lone hidden cell would be the total less the rest. Empty cells are not
    hidden and hide nothing.
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
    """Whether a cell of that many patients is itself too small to show; an empty one is not."""
    return 0 < patients < under


def count_text(patients: int, under: int) -> str:
    """A count as it may be printed: ``<5`` for a small cell."""
    return f"<{under}" if is_small(patients, under) else str(patients)


def overfull(patients: int, coefficients: int) -> str | None:
    """Why a model of that many coefficients (the intercept counts) is not fitted; None where it may be."""
    if patients >= PATIENTS_PER_COEFFICIENT * coefficients:
        return None
    each = f"{PATIENTS_PER_COEFFICIENT} patients for each of {coefficients} coefficients"
    return f"not estimable: fewer than {each}"
