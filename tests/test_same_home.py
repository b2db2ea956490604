"""Rules that have one home: a second copy elsewhere is refused, with the name of the home."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.sources import holding, nodes

ROOT = Path(__file__).parents[1]
HOME = "surveys/same.py"

# What these do with capitals and forms compares no code, name, number, site, visit or address.
ALLOWED = {
    "surveys/views/account/docs.py": "anchors of headings, as GitHub makes them",
    "surveys/tokens.py": "a link's alphabet",
    "analysis/statements/code.py": "the alphabet of codes of sentences",
    "surveys/store/accounts/staff.py": "a password, in the form that sign-in compares",
    "surveys/store/visit/short_codes.py": "the alphabet of codes on letters",
    "surveys/views/web/language.py": "tags of languages",
    "surveys/models/triggers.py": "the name of a trigger",
    "surveys/models/upkeep.py": "the name of a trigger",
    "surveys/instruments/facts.py": "words of items, to find what two questionnaires share",
    "surveys/mail/bounces.py": "a word of the protocol",
    "surveys/exchange/places.py": "the ending of a file",
    "surveys/exchange/api/asked.py": "words of the protocol, as two clients spell them",
    "surveys/exchange/redcap/project.py": "names of columns and events, as REDCap makes them",
    "surveys/exchange/tidy/package.py": "names in a data package",
}
FOLDING = {"casefold", "lower", "upper", "swapcase", "ilike"}
LIBRARIES = {"email_validator", "idna", "unicodedata"}


def second_copies(read: Iterable[ast.AST]) -> Iterator[str]:
    """What in a file that was read folds texts, or judges e-mail addresses, by itself."""
    for node in read:
        if isinstance(node, ast.Attribute) and node.attr in FOLDING and not _is_a_letter(node.value):
            yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            named = {one.name for one in node.names} | {getattr(node, "module", None)}
            if named & LIBRARIES:
                yield f"line {node.lineno}: {ast.unparse(node)}"


def _is_a_letter(value: ast.expr) -> bool:
    """Whether it is one letter, as `title[0]` or `title[:1]`: the first of a sentence."""
    return isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice | ast.Constant)


def test_when_two_are_the_same_is_said_in_one_place() -> None:
    """A comparison of its own is how `P-1` and `p-1` became two patients."""
    sources = [path for part in ("surveys", "analysis") for path in (ROOT / part).rglob("*.py")]
    found = {
        name: copies
        for path in sources
        if (name := path.relative_to(ROOT).as_posix()) not in {HOME, *ALLOWED}
        if holding(path, *FOLDING, *LIBRARIES)
        if (copies := list(second_copies(nodes(path))))
    }
    assert not found, f"Ask {HOME}, or say in {Path(__file__).name} why it is no comparison."


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_needed(name: str) -> None:
    """The list stays short."""
    assert list(second_copies(nodes(ROOT / name))), f"{name} needs no line here."


@pytest.mark.parametrize(
    "source",
    [
        "text.casefold()",
        "code.strip().lower() == other",
        "row[name].lower()",
        "func.lower(Patient.code)",
        "import unicodedata",
    ],
)
def test_a_second_copy_is_seen(source: str) -> None:
    """The guard itself works."""
    assert list(second_copies(ast.walk(ast.parse(source))))
