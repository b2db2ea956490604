"""The choice of tests for the suite and for the proofs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import hypothesis
import pytest

TESTS = Path(__file__).parents[1]


# Locks, races, upserts, triggers, JSON or collation decide here: these run on PostgreSQL in the suite too.
DATABASE_DECIDES = (
    "surveys/store",
    "surveys/lists",
    "surveys/exchange",
    "surveys/frames",
    "surveys/test_migrations.py",
    "surveys/test_invariants.py",
    "surveys/test_db.py",
)


def parted(items: Sequence[pytest.Item], *, proving: bool) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Those that are wanted, and the others: a test is of the suite or of the proofs, a property of both."""
    wanted: list[pytest.Item] = []
    other: list[pytest.Item] = []
    for item in items:
        (wanted if is_long(item) == proving or (proving and is_property(item)) else other).append(item)
    return wanted, other


def seconds_per_file(stats: Mapping[str, Sequence[object]]) -> list[tuple[str, float]]:
    """The files that ran, the dearest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    return sorted(seconds.items(), key=lambda told: -told[1])


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
