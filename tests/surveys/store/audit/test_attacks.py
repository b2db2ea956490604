"""Every attack that we know of is named, though its author owns the database and drops the triggers."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.models.facts import FACTS

from .attacking import attacked
from .attacks import ATTACKS
from .newer_attacks import NEWER_ATTACKS

pytestmark = pytest.mark.owner

ALL = {**ATTACKS, **NEWER_ATTACKS}


@pytest.mark.parametrize(
    ("first", "step"), [(0, 12), *(pytest.param(first, 12, marks=pytest.mark.long) for first in range(1, 12))]
)
def test_every_attack_is_named(undefended: Session, first: int, step: int) -> None:
    """Without what was kept elsewhere."""
    assert list(attacked(undefended, "SELECT 1", [])) == []
    tried = list(ALL)[first::step]
    assert [name for name in tried if not list(attacked(undefended, ALL[name], []))] == []


def test_every_kind_of_fact_is_attacked() -> None:
    """Each by one of them at least."""
    told = [f"{one} " for one in ALL.values()]
    assert {fact.table for fact in FACTS if not any(f" {fact.table} " in one for one in told)} == set()
