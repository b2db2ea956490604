"""The catalogues: complete, compiled, and faithful to what stands in the texts."""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "surveys" / "translations").glob("*/LC_MESSAGES/messages.po"))
OF_STAFF = [
    pytest.param(path, id=path.parts[-3])
    for path in sorted((ROOT / "surveys" / "translations").glob("*/LC_MESSAGES/staff.po"))
]
LANGUAGES = [pytest.param(path, id=path.parts[-3]) for path in CATALOGUES]

IGNORED = "node_modules static tests .*"


def catalogue(path: Path) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale=path.parts[-3])


def strings(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def texts(found: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(strings(message.id)): tuple(strings(message.string)) for message in found if message.id}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What patients' pages say now, collected as `make messages` does."""
    pot = tmp_path_factory.mktemp("messages") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(sys, "argv", ["pybabel"])
        CommandLineInterface().run(
            f"pybabel|--quiet|extract|-F|pyproject.toml|-o|{pot}|--ignore-dirs|{IGNORED}|.".split("|")
        )
    return read_po(io.BytesIO(pot.read_bytes()))


@pytest.mark.parametrize("path", LANGUAGES)
def test_every_text_for_patients_is_translated(path: Path, used: Catalog) -> None:
    """Each text of a patient's page, and no other; `make messages` collects what is new."""
    found = catalogue(path)
    assert set(texts(used)) == set(texts(found))
    if not (path.parents[1] / "DRAFT").exists():  # whose gaps are read in English
        assert [one for one, said in texts(found).items() if not all(said)] == []
    assert [message.id for message in found if message.id and message.fuzzy] == []


@pytest.fixture(scope="module")
def used_by_staff(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the staff's pages and mails say now, collected as `make messages` does."""
    pot = tmp_path_factory.mktemp("messages") / "staff.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(sys, "argv", ["pybabel"])
        words = "-k|_t|-k|words|-k|said|-k|counted:1,2"
        CommandLineInterface().run(
            f"pybabel|--quiet|extract|-F|surveys/translations/staff.toml|{words}|-o|{pot}"
            f"|--ignore-dirs|{IGNORED}|.".split("|")
        )
    return read_po(io.BytesIO(pot.read_bytes()))


@pytest.mark.parametrize("path", OF_STAFF)
def test_every_text_for_staff_is_translated(path: Path, used_by_staff: Catalog) -> None:
    """Each text, and no other, with the values of its English and both forms of a plural."""
    found = catalogue(path)
    assert set(texts(used_by_staff)) == set(texts(found))
    if not (path.parents[1] / "DRAFT").exists():
        assert [one for one, said in texts(found).items() if not all(said)] == []
    values = re.compile(r"%\((\w+)\)[sd]|\{\w*(?::[^}]*)?\}")
    for english, said in texts(found).items():
        assert len(said) == (found.num_plurals if len(english) > 1 else 1), english
        assert set(values.findall(said[-1])) == set(values.findall(english[-1])), english


@pytest.mark.parametrize("path", LANGUAGES)
def test_a_translation_names_the_same_values(path: Path) -> None:
    """What is filled into a text is filled into its translation."""

    def values(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s", text))

    for english, said in texts(catalogue(path)).items():
        if not said[-1]:
            continue
        wanted = set().union(*map(values, english))
        assert values(said[-1]) == wanted, english


@pytest.mark.parametrize("path", LANGUAGES)
def test_the_compiled_catalogue_says_the_same(path: Path) -> None:
    """`make messages` compiles; both files are committed."""
    compiled = read_mo(io.BytesIO(path.with_suffix(".mo").read_bytes()))
    translated = {one: said for one, said in texts(catalogue(path)).items() if all(said)}
    assert {one: said for one, said in texts(compiled).items() if one in translated} == translated


MADE_OF_TELLS = {"Fault", "Refused", "CellError", "Unrecognised", "NotEstimable", "FullError"}
SAID_TO_OTHERS = {  # commands and programs speak English
    "surveys/cli",
    "surveys/simulate",
    "surveys/store/audit",
    "surveys/exchange/backup",
}


@cache
def trees() -> dict[str, ast.Module]:
    """The code by path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for room in ("surveys", "analysis")
        for path in (ROOT / room).rglob("*.py")
    }


def test_what_is_refused_is_said_in_marked_words() -> None:
    """A refusal whose text stands in the code unmarked would be read in English by everybody."""
    unmarked = [
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        if not path.startswith(tuple(SAID_TO_OTHERS))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in MADE_OF_TELLS
        and node.args
        and re.search("[A-Za-z]{3}", unmarked_text(node.args[0]))
    ]
    assert unmarked == []


def unmarked_text(argument: ast.expr) -> str:
    """The text of a literal; of an f-string that between its values."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    return "".join(str(one.value) for one in parts if isinstance(one, ast.Constant))


def test_the_extraction_passes_over_no_marked_text(used: Catalog) -> None:
    """Babel does not look within f-strings, nor for a marked text among the values of another."""
    of_staff = catalogue(ROOT / "surveys/translations/de/LC_MESSAGES/staff.po")
    known = {text for found in (used, of_staff) for ids in texts(found) for text in ids}
    passed_over = [
        f"{path}:{node.lineno}: {node.args[0].value}"
        for path, tree in trees().items()
        if not path.startswith("surveys/cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("_", "_t", "words", "said", "counted")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value not in known
    ]
    assert passed_over == []


MARKS = ("_", "words", "counted")


def test_marked_texts_are_joined_in_the_readers_language() -> None:
    """What `str.join` makes of them is English: `analysis.words.joined` asks who reads."""
    plain = [
        f"{path}:{line}"
        for path, tree in trees().items()
        if "import words as _" in ast.unparse(ast.Module(tree.body[:40], []))
        and not path.startswith(tuple(SAID_TO_OTHERS))
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef)
        for line in plain_joins(one)
    ]
    assert plain == []


def speaks(tree: ast.Module) -> bool:
    """Whether its `_` marks a text that is read in the reader's language when it is shown."""
    return any(isinstance(one, ast.ImportFrom) and one.module == "analysis.words" for one in tree.body)


def plain_joins(function: ast.FunctionDef) -> Iterator[int]:
    """The lines that join, by a plain text, a list to which the function gave marked ones."""
    marked = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AugAssign) and is_list_of_marked(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of, [what, *_more] = node.func.value, node.args
            if node.func.attr == "append" and isinstance(of, ast.Name) and is_marked(what):
                marked.add(of.id)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            named = isinstance(node.args[0], ast.Name) and node.args[0].id in marked
            if isinstance(node.func.value, ast.Constant) and (named or is_list_of_marked(node.args[0])):
                yield node.lineno


def is_marked(node: ast.expr) -> bool:
    """Whether it is a marked text."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS


def is_list_of_marked(node: ast.expr) -> bool:
    """Whether one of its members is."""
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return is_marked(node.elt)
    return isinstance(node, ast.List | ast.Tuple) and any(map(is_marked, node.elts))


NOUNS = (
    "alerts answers cells choices columns days faults fields forms gradings hours items lines messages "
    "months others patients questionnaires questions responses rows sheets sites studies tests timepoints "
    "treatments values visits years"
)
NEVER_ONE = {  # said of two or more; of one another text says it
    "%(days)s days",
    "%(days)s months",
    "%(days)s years",
    "%(low)s–%(high)s days (%(family)s)",
    "; %(times)s times, %(apart)s",
    "Of %(number)s sites the largest are shown.",
    "The status was changed here and elsewhere: %(number)d studies.",
    "There are %(count)s timepoints %(key)s: give each a name of its own.",
    "This workbook has %(number)s sheets with data: %(listed)s.",
    "item %(link)s has %(number)s answers, and takes one.",
    "median age %(number)s years",
    "these are %(number)s lines, and at most %(most_lines)s go in at once",
    "Groups from %(count)s patients on are shown",
    "House–Brackmann I of those graded: %(value)s%(one)s of %(one_2)s (%(percent)s) at %(one_3)s months.",
    "%(count)s patients",  # `people()`, which says `<5 patients` too
    "%(count)s %(stratum)s patients",
    "%(count)s visits",  # the same of visits
}
BOUNDS = re.compile(  # numbers of ours that are never 1, or that follow "of", "under" and the like
    r"(longest|most|fewest|suppress|least|resampled|coefficient|imprecise|own_trend|means|told|apart|graded|sites"
    r"|lowest|age|under|age_|figure|lines|deepest|stratum|days|patients)\w*"
)


def test_a_number_before_a_noun_speaks_of_one_too(used_by_staff: Catalog) -> None:
    """`counted()` or ngettext, so that nothing reads "1 rows" in any language."""
    alone = re.compile(rf"(?<!of )%\((\w+)\)[sd] (?:more |further |new )?(?:{'|'.join(NOUNS.split())})\b")
    wrong = {
        message.id
        for message in used_by_staff
        if isinstance(message.id, str)
        and any(not BOUNDS.fullmatch(found[1]) for found in alone.finditer(message.id))
    }
    assert wrong <= NEVER_ONE


@pytest.mark.parametrize("path", [*OF_STAFF, *LANGUAGES])
def test_no_text_is_doubtful(path: Path) -> None:
    """What is marked fuzzy is not compiled, and would be read in English."""
    assert [message.id for message in catalogue(path) if message.id and message.fuzzy] == []
