"""Proportions with an interval that also holds for few patients or a count of 0."""

import math

_Z = 1.959963984540054  # the normal's 97.5 % point


def wilson(count: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of ``count`` in ``of`` (at least 1), without continuity correction.

    (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n); Wilson, J Am Stat Assoc 1927;22:209.
    The same as R's ``prop.test(correct = FALSE)``; exactly 0 and 1 at the ends.
    """
    share, square = count / of, _Z * _Z
    middle = share + square / (2 * of)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = ((middle + sign * half) / (1 + square / of) for sign in (-1, 1))
    return 0.0 if count == 0 else low, 1.0 if count == of else high
