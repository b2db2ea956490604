"""Whether the proofs run, and how many examples an expensive property takes then."""

from __future__ import annotations

from hypothesis import settings

TIMES_IN_PROOFS = 20


def proving() -> bool:
    """Whether the proofs run (`--prove`), and not the suite."""
    return settings.get_current_profile_name() == "prove"


def examples(number: int) -> settings:
    """`number` examples in the suite, many more in the proofs."""
    return settings(max_examples=number * TIMES_IN_PROOFS if proving() else number)
