"""A language is complete, names nothing that is not there, and holds plain text."""

from collections.abc import Callable

import pytest

from surveys.instruments.definition import Fault, parse

from .conftest import change

WORDS = {
    "item without text": ('q2 = "Ich war wach."\n', "", "wording.texts.de.items.q2", "is missing."),
    "optional item without text": ('q4 = "Is it better?"\n', "", "wording.texts.en.items.q4", "is missing."),
    "item with empty text": ('q2 = "Ich war wach."', 'q2 = ""', "wording.texts.de.items.q2", "not empty"),
    "text of no item": (
        'q2 = "Ich war wach."',
        'q2 = "Ich war wach."\nq9 = "Neu"',
        "wording.texts.de.items.q9",
        "names no item",
    ),
    "choice without text": (
        '2 = "Much"\n',
        "",
        "wording.texts.en.sections.main.choices.2",
        "is missing.",
    ),
    "text of no choice": (
        '2 = "Much"',
        '2 = "Much"\n3 = "More"',
        "wording.texts.en.sections.main.choices.3",
        "names no choice",
    ),
    "choice that is not a number": (
        '2 = "Much"',
        '2 = "Much"\nmost = "More"',
        "wording.texts.en.sections.main.choices.most",
        "is not a whole number",
    ),
    "section without recall period": (
        'recall = "In der letzten Woche"\ninstruction',
        "instruction",
        "wording.texts.de.sections.main.recall",
        "is missing.",
    ),
    "no title": ('title = "Wie es Ihnen geht"\n', "", "wording.texts.de.title", "is missing."),
    "tag": ('"I was cold."', '"I was <b>cold</b>."', "wording.texts.en.items.q3", "markup ('<b')"),
    "character entity": ('"I was cold."', '"I was&nbsp;cold."', "wording.texts.en.items.q3", "markup"),
    "tag in a text for staff": ('label = "Third"', 'label = "<i>3</i>"', "items.3.label", "markup"),
    "unknown status": ('status = "verbatim"', 'status = "final"', "wording.status", "is 'final'."),
    "words of an absent wording": (
        'status = "verbatim"',
        'status = "absent"',
        "wording.texts",
        "said to be absent",
    ),
}


@pytest.mark.parametrize(("old", "new", "where", "problem"), WORDS.values(), ids=WORDS)
def test_faulty_words_are_refused(
    sole_fault: Callable[[str, str], Fault], old: str, new: str, where: str, problem: str
) -> None:
    """One gap or surplus gives one fault, at its place in its language."""
    fault = sole_fault(old, new)
    assert fault.where == where
    assert problem in fault.problem


def test_section_without_texts_is_refused(sole_fault: Callable[[str, str], Fault]) -> None:
    """A section that a language lacks is told once, not with each of its choices."""
    german = change()[
        change().index("[wording.texts.de.sections.wide]") : change().index("[wording.texts.de.items]")
    ]
    assert sole_fault(german, "").where == "wording.texts.de.sections.wide"


def test_language_code_is_checked(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """The name of a language is one that browsers know."""
    german = change().count("wording.texts.de")
    (fault,) = faults(*[("wording.texts.de", "wording.texts.German")] * german)
    assert (fault.where, fault.problem) == ("wording.texts.German", "is not a language code.")


def test_absent_wording_needs_no_texts() -> None:
    """An instrument can be known with its scoring before its words may be shown."""
    text = change(('status = "verbatim"', 'status = "absent"')).split("[wording.texts.en]")[0]
    assert parse(text, "absent.toml").locales == ()


def test_shown_wording_needs_a_language(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A wording that is said to be there has texts."""
    texts = change()[change().index("[wording.texts.en]") :]
    (fault,) = faults((texts, ""))
    assert (fault.where, fault.mend) == ("wording.texts", "Add [wording.texts.en], or say absent.")


def test_comparison_signs_are_no_markup() -> None:
    """Staff's notes may say <= and >."""
    text = change(("q2 is reversed.", "q2 <= 1 & q3 > 2"))
    assert parse(text, "signs.toml").traps == ("q2 <= 1 & q3 > 2",)
