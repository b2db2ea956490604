"""How many examples an expensive property takes; others take the number of the profile."""

from __future__ import annotations

from hypothesis import settings

TIMES_IN_PROOFS = 20


def examples(number: int) -> settings:
    """`number` examples in the suite, many more in the proofs."""
    proving = settings.get_current_profile_name() == "prove"
    return settings(max_examples=number * TIMES_IN_PROOFS if proving else number)
