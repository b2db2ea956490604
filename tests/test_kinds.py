"""Kinds of treatment and their families stand in one list; what must repeat them is compared with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from analysis.data.kinds import (
    ALL_FAMILIES,
    ALL_KINDS,
    FAMILIES,
    FAMILY_OF,
    KINDS,
    OPERATIONS_ASKED,
    TREATMENTS_ASKED,
)
from surveys.background import OPERATION
from surveys.exchange.bundle.package import in_r
from surveys.forms import background
from surveys.models import Treatment
from tests.support.sources import holding, nodes

ROOT = Path(__file__).parent.parent
HOME = "analysis/data/kinds.py"
MAY_NAME_KINDS = {
    HOME,
    "surveys/forms/background.py",  # patients' words, to be translated: compared with the list below
    "surveys/forms/everyday.py",  # further words that people type: compared with the list in its own test
    "surveys/simulate/people.py",  # what simulated patients had, not what there is
}
TOO_MANY = 3


def collections(path: Path) -> Iterator[set[object]]:
    """What the literal lists, tuples, sets and dicts of a file hold."""
    for node in nodes(path):
        if isinstance(node, ast.Dict):
            members = [*node.keys, *node.values]
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            members = list(node.elts)
        else:
            continue
        yield {one.value for one in members if isinstance(one, ast.Constant)}


def test_there_is_no_second_list() -> None:
    """Of kinds or families: a treatment would be counted here and not there. Take them from the home."""
    second = [
        f"{path.relative_to(ROOT)} lists {sorted(map(str, named))}: take them from {HOME}"
        for folder in ("surveys", "analysis")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.relative_to(ROOT).as_posix() not in MAY_NAME_KINDS and holding(path, *KINDS, *FAMILIES)
        for held in collections(path)
        for known in ({*KINDS} - {"other"}, {*FAMILIES} - {"other"})
        if len(named := held & known) >= TOO_MANY
    ]
    assert not second, "\n".join(second)


def test_each_kind_is_there_once_and_its_family_too() -> None:
    """With words for staff; every family has a kind."""
    assert len(set(KINDS)) == len(KINDS) == 28
    assert all(kind.words for kind in ALL_KINDS)
    assert {kind.family for kind in ALL_KINDS} == {*FAMILIES, None}
    assert all(family.words and family.done for family in ALL_FAMILIES)


def test_patients_words_are_there_for_what_they_are_asked() -> None:
    """In the order of the list, and no others; each treatment has its question when that was."""
    assert list(background.TREATMENTS) == [*TREATMENTS_ASKED, OPERATION, background.NONE]
    assert list(background.OPERATIONS) == list(OPERATIONS_ASKED)
    assert {*TREATMENTS_ASKED, *OPERATIONS_ASKED} <= set(KINDS)


def test_the_database_takes_exactly_these() -> None:
    """The CHECK of the model, to which the migrations are compared."""
    [check] = [one for one in Treatment.__table__.constraints if one.name == "ck_treatment_kind"]
    assert re.findall(r"'(\w+)'", str(check.sqltext)) == list(KINDS)


def test_the_script_for_r_gets_these() -> None:
    """Kinds with a family, and the families in their order; nothing is left to be put in."""
    script = in_r(files("surveys.exchange.bundle").joinpath("reproduce.R").read_text(encoding="utf-8"))
    put_in = script[script.index("family_of <- c(") : script.index("\nfamilies <- c(")]
    assert dict(re.findall(r'^  (\w+) = "(\w+)",?$', put_in, re.MULTILINE)) == {
        kind: family for kind, family in FAMILY_OF.items() if family
    }
    assert put_in.endswith('other = "other"\n)')
    assert f"families <- c({', '.join(f'{chr(34)}{family}{chr(34)}' for family in FAMILIES)})\n" in script
    assert "@" not in script


def test_the_documentation_names_these() -> None:
    """Whoever writes an import file reads them there."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    told = page.split("Kinds of treatment are ", 1)[1].split(".\n", 1)[0]
    assert re.findall(r"`(\w+)`", told) == list(KINDS)
