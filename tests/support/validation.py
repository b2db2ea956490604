"""docs/validation.md: each requirement with the tests that show it. `make validation` writes the page."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
TABLE = TESTS / "requirements.toml"
PAGE = ROOT / "docs" / "validation.md"

_HEAD = """\
# Validation: what is asked, and what shows it

Made from `tests/requirements.toml` by `make validation`; do not edit. A requirement without a test or a
reason, and a test that is not there, fail the suite (`tests/test_validation.py`). The tests run on every
change (`bash .ci/run`), the long ones before a release (`make prove`). A site that must validate Seventh for
its use takes this page as the trace from requirement to test, runs both on its machine, and adds its own
acceptance, installation and training records.
"""


@dataclass(frozen=True)
class Requirement:
    """What is asked; `tests` are `path::function` or paths below tests/, `open` says what is not met."""

    id: str
    says: str
    tests: tuple[str, ...]
    open: str


@dataclass(frozen=True)
class Group:
    """Requirements of one kind, and where they come from."""

    title: str
    sources: str
    requirements: tuple[Requirement, ...]


def groups() -> list[Group]:
    """The table."""
    told = tomllib.loads(TABLE.read_text(encoding="utf-8"))["group"]
    return [
        Group(
            one["title"],
            one["sources"],
            tuple(
                Requirement(key, what["says"], tuple(what.get("tests", ())), what.get("open", ""))
                for key, what in one["requirements"].items()
            ),
        )
        for one in told
    ]


def is_there(test: str) -> bool:
    """Whether the file has that test; a file alone must have some."""
    place, _, name = test.partition("::")
    found = _tests_of(TESTS / place)
    return name in found if name else bool(found)


@cache
def _tests_of(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    )


def page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(line for group in groups() for line in _section(group))])


def _section(group: Group) -> Iterator[str]:
    yield f"## {group.title}\n"
    yield f"{group.sources}.\n"
    yield "| | asked | shown by |"
    yield "|---|---|---|"
    for one in group.requirements:
        shown = [f"[{_short(test)}](../tests/{test.partition('::')[0]})" for test in one.tests]
        if one.open:
            shown.append(f"**Open:** {one.open}")
        yield f"| {one.id} | {one.says} | {'<br>'.join(shown)} |"
    yield ""


def _short(test: str) -> str:
    place, _, name = test.partition("::")
    return f"`{name or place}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
