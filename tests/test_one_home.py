"""A rule of the domain is written once: each test here refuses a second copy, and names the home."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from analysis.data.statuses import STATUSES
from tests.support.sources import holding, nodes

ROOT = Path(__file__).parent.parent
ENDED = ("superseded_at", "annulled_at")


def found(words: Iterable[str], says: Callable[[ast.AST], bool], *homes: str) -> list[str]:
    """Where our code, outside its `homes`, holds a piece that `says` so, with one of these words in it."""
    return [
        f"{path}:{getattr(node, 'lineno', '?')}"
        for path, file in _files()
        if not path.startswith(homes) and holding(file, *words)
        for node in nodes(file)
        if says(node)
    ]


def _files() -> Iterator[tuple[str, Path]]:
    for folder in ("surveys", "analysis"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def templates(pattern: str) -> list[str]:
    """The templates in which `pattern` matches."""
    return [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]


def test_whether_a_response_stands_is_said_by_its_model() -> None:
    """`Response.stands`; what ends a response is set elsewhere, and never read in a condition."""

    def says(node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str) and any(column in node.value for column in ENDED)
        return isinstance(node, ast.Attribute) and node.attr in ENDED and isinstance(node.ctx, ast.Load)

    assert found(ENDED, says, "surveys/models/response.py") == []
    assert templates(rf"not \w+\.({'|'.join(ENDED)})") == []


def test_what_a_status_means_is_said_once() -> None:
    """`Patient.gone`, `Patient.in_follow_up`; their words in `analysis/data/statuses.py`."""

    def says(node: ast.AST) -> bool:
        if not isinstance(node, ast.Tuple | ast.List | ast.Set):
            return False
        words = {part.value for part in node.elts if isinstance(part, ast.Constant)}
        return len(words & set(STATUSES)) > 1

    assert found(STATUSES, says, "surveys/models/patient.py", "analysis/data/statuses.py") == []
    assert templates(r"""["']died["'] *[,)\]]""") == []


def test_where_a_day_lies_in_a_window_is_said_once() -> None:
    """`surveys/schedule/windows.py`, for Python and for the database."""

    def dated(node: ast.AST) -> bool:
        return any(
            isinstance(part, ast.Attribute) and part.attr in ("opens_on", "closes_on")
            for part in ast.walk(node)
        )

    def says(node: ast.AST) -> bool:
        if not isinstance(node, ast.Compare) or isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return False
        return len({dated(side) for side in (node.left, *node.comparators)}) > 1

    assert found(("opens_on", "closes_on"), says, "surveys/schedule/") == []


def test_what_databases_say_differently_is_said_once() -> None:
    """`surveys/models/dialects.py`; how connections and transactions begin is `surveys/db.py`'s."""

    def says(node: ast.AST) -> bool:
        if isinstance(node, ast.ImportFrom):
            return (node.module or "").startswith("sqlalchemy.dialects")
        return isinstance(node, ast.Compare) and any(
            isinstance(part, ast.Attribute) and part.attr == "dialect" for part in ast.walk(node)
        )

    homes = ("surveys/models/dialects.py", "surveys/models/base.py", "surveys/db.py")
    assert found(["dialect"], says, *homes) == []


def test_which_optional_items_a_study_asks_is_said_once() -> None:
    """`items_asked` in `surveys/store/study/studies.py`."""

    def says(node: ast.AST) -> bool:
        return isinstance(node, ast.Compare) and "optional_items" in ast.unparse(node.comparators[-1])

    assert found(["optional_items"], says, "surveys/store/study/studies.py") == []


def test_a_refusal_becomes_a_page_in_one_place() -> None:
    """`committed` in `surveys/views/web/saving.py`, or the page for errors in `surveys/views/web/errors.py`.

    `taking_part.py` says nothing of a second press; `enrolment.py` draws the faults of a list row by row.
    `at_once.py` asks the store what it would refuse, and takes it back.
    """

    def says(node: ast.AST) -> bool:
        caught = node.type if isinstance(node, ast.ExceptHandler) else None
        return caught is not None and "Refused" in ast.unparse(caught).replace("LinkRefused", "")

    others = ("taking_part", "enrolment", "at_once")
    caught = found(
        ["Refused"],
        says,
        "surveys/views/web/saving.py",
        "surveys/jobs/running.py",
        "surveys/simulate/",
        "surveys/cli/",
    )
    assert {Path(place.partition(":")[0]).stem for place in caught} == set(others)
    assert len(caught) == len(others)
