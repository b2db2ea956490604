"""Which tests are of the suite and which of the proofs."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

TESTS = Path(__file__).parents[1]


# Where locks, races, upserts, triggers, JSON and collation decide: these run on PostgreSQL in the suite too.
DATABASE_DECIDES = (
    "surveys/store",
    "surveys/lists",
    "surveys/exchange",
    "surveys/test_frames.py",
    "surveys/test_migrations.py",
    "surveys/test_invariants.py",
    "surveys/test_db.py",
)


def is_long(item: pytest.Item) -> bool:
    """Whether only `--prove` runs it."""
    place = item.path.relative_to(TESTS).as_posix()
    if place.startswith("proofs/") or item.get_closest_marker("long"):
        return True
    parameters = (
        item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    )
    databases = (parameters.get("database_url"), parameters.get("empty_database_url"))
    if not any(str(one).startswith("postgres") for one in databases):
        return False
    return not place.startswith(DATABASE_DECIDES) and not item.get_closest_marker("database")


def is_property(item: pytest.Item) -> bool:
    """Whether Hypothesis chooses its examples."""
    return hypothesis.is_hypothesis_test(getattr(item, "obj", None))
