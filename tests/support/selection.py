"""The choice of tests for the suite and for the proofs."""

from __future__ import annotations

import inspect
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import hypothesis
import pytest

TESTS = Path(__file__).parents[1]


# Locks, races, upserts, triggers, JSON or collation decide here: these run on PostgreSQL in the suite too.
# One that has but its session is on one of both there, by a digest of its name, and in the proofs on the
# other. So are those of words, studies, accounts, frames and lists.
DATABASE_DECIDES = (
    "surveys/store",
    "surveys/lists",
    "surveys/exchange",
    "surveys/frames/test_frames.py",
    "surveys/test_migrations.py",
    "surveys/test_invariants.py",
    "surveys/test_db.py",
)
ON_ONE = (
    "surveys/store/words",
    "surveys/store/study",
    "surveys/store/accounts",
    "surveys/frames",
    "surveys/lists",
)


def parted(
    items: Sequence[pytest.Item], *, proving: bool, both: bool
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Those that are wanted, and the others: a test is of the suite or of the proofs.

    A property is of both, and so is a test that looks at a sample of its cases in the suite.
    With `both`, the suite has what is on one of both databases on each.
    """
    wanted: list[pytest.Item] = []
    other: list[pytest.Item] = []
    for item in items:
        again = proving and (is_property(item) or is_sampled(item))
        (wanted if is_long(item, both=both) == proving or again else other).append(item)
    return wanted, other


def seconds_per_file(stats: Mapping[str, Sequence[object]]) -> list[tuple[str, float]]:
    """The files that ran, the dearest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    return sorted(seconds.items(), key=lambda told: -told[1])


def is_long(item: pytest.Item, *, both: bool = False) -> bool:
    """Whether only `--prove` runs it."""
    place = item.path.relative_to(TESTS).as_posix()
    if place.startswith("proofs/") or item.get_closest_marker("long"):
        return True
    parameters = (
        item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    )
    databases = [parameters.get("database_url"), parameters.get("empty_database_url")]
    [kind] = {str(one).removesuffix("_url") for one in databases if one} or {""}
    if not kind.startswith(("sqlite", "postgres")):
        return False
    if decides := item.get_closest_marker("database"):
        return not both and kind.startswith("sqlite") and not decides.kwargs.get("both", True)
    if not place.startswith(DATABASE_DECIDES):
        return kind.startswith("postgres")
    takes_one = _is_alone(item) or place.startswith(ON_ONE)
    return not both and takes_one and not kind.startswith(_of_both(item.nodeid.replace(kind, "")))


def is_alone(test: Callable[..., object], fixtures: Collection[str]) -> bool:
    """Whether a test of the store has but its session of its database, so that no one sees a commit."""
    return "database_url" not in inspect.signature(test).parameters and "app" not in fixtures


def is_property(item: pytest.Item) -> bool:
    """Whether Hypothesis chooses its examples."""
    return hypothesis.is_hypothesis_test(getattr(item, "obj", None))


def is_sampled(item: pytest.Item) -> bool:
    """Whether it looks at a sample in the suite, and at all in the proofs: `axe` does so too."""
    return item.get_closest_marker("sampled") is not None or "axe" in getattr(item, "fixturenames", ())


def _is_alone(item: pytest.Item) -> bool:
    return (
        isinstance(item, pytest.Function)
        and "alone" in item.fixturenames
        and is_alone(item.function, item.fixturenames)
    )


def _of_both(name: str) -> str:
    return ("sqlite", "postgres")[zlib.crc32(name.encode()) % 2]
