"""Every check has words for whatever it finds."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.lists.checks.page import ALL_CHECKS, Finding
from surveys.views.clinic.checks import MENDED


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.key)
def test_each_kind_has_a_sentence_and_a_place_where_it_is_mended(check) -> None:  # type: ignore[no-untyped-def]
    """Ten checks, each of its own name."""
    words = {"one": date(2026, 1, 1), "other": "P2", "figure": 3}
    place = MENDED[check.key]
    for kind, sentence in check.kinds.items():
        assert sentence % words
        assert not isinstance(place, dict) or kind in place
    assert check.title
    assert check.why.endswith(".")


def test_there_are_eleven() -> None:
    """And what one finds carries no name."""
    assert len({check.key for check in ALL_CHECKS}) == len(ALL_CHECKS) == 11
    assert not {"name", "telephone", "email"} & Finding.__dataclass_fields__.keys()
