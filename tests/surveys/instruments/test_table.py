"""What is missing, of the wrong type or unknown in a file is told by its place."""

from collections.abc import Callable

import pytest

from surveys.instruments.definition import Fault

SHAPES = {
    "no text": ('title = "Small Questionnaire"\n', "", "title", "is missing."),
    "empty text": ('short_title = "Small"', 'short_title = " "', "short_title", "must be text that is not"),
    "number for text": ('short_title = "Small"', "short_title = 5", "short_title", "but is 5."),
    "text for number": ("minutes = 1", 'minutes = "one"', "minutes", "must be a whole number, but is 'one'."),
    "fraction for whole number": ("minutes = 1", "minutes = 1.5", "minutes", "must be a whole number"),
    "truth for whole number": ("minutes = 1", "minutes = true", "minutes", "but is True."),
    "no whole number": ("minutes = 1\n", "", "minutes", "is missing."),
    "no number": ("high = 100\n", "", "scales.comfort.high", "is missing."),
    "truth for number": (
        "high = 100",
        "high = true",
        "scales.comfort.high",
        "must be a number, but is True.",
    ),
    "no end": ("high = 100", "high = inf", "scales.comfort.high", "must be a number, but is inf."),
    "text for truth": ("optional = true", 'optional = "yes"', "items.q4.optional", "must be true or false"),
    "text for list": ('traps = ["q2 is reversed."]', 'traps = "q2"', "traps", "must be a list of texts."),
    "word outside the vocabulary": (
        'method = "mean"',
        'method = "median"',
        "scales.comfort.method",
        "is 'median'.",
    ),
    "no word": ('direction = "higher_better"\n', "", "scales.comfort.direction", "is missing."),
    "no licence": ("[licence]", "[[licence]]", "licence", "must be a table."),
    "no citation": (
        "[citation]\nauthors",
        "[cited]\nauthors",
        "citation",
        "is missing.",
    ),
    "no source of the licence": (
        'source = "Written for the tests."\n',
        "",
        "licence.source",
        "is missing.",
    ),
    "no source of a missing rule": (
        'source = "Nobody 2020"\n\n[[scales]]',
        "\n[[scales]]",
        "scales.total.missing.source",
        "is missing.",
    ),
    "no missing rule": (
        "[scales.missing]\nallowed = 0\nmethod",
        "[scales.absent]\nallowed = 0\nmethod",
        "scales.comfort.missing",
        "is missing.",
    ),
    "no caveat": ('caveat = "Ten persons only."\n', "", "change_thresholds.sdc_individual.caveat", "missing"),
    "list that is none": ("[[alerts]]", "[alerts]", "alerts", "must be a list of tables."),
    "unknown name at the top": (
        "minutes = 1",
        "minutes = 1\nminuets = 2",
        "minuets",
        "is not a name that is",
    ),
    "unknown name in an item": ("optional = true", "optional = true\nscored = 1", "items.q4.scored", "known"),
    "unknown name in a choice": (
        "{ value = 4 }",
        "{ value = 4, text = 'x' }",
        "sections.wide.choices.4.text",
        "",
    ),
    "unknown name in the words": (
        'title = "How you are"',
        'title = "How"\nfont = "x"',
        "wording.texts.en.font",
        "",
    ),
}


@pytest.mark.parametrize(("old", "new", "where", "problem"), SHAPES.values(), ids=SHAPES)
def test_wrong_shape_is_refused(
    faults: Callable[..., tuple[Fault, ...]], old: str, new: str, where: str, problem: str
) -> None:
    """The fault stands at the place and says what is wrong."""
    assert [fault for fault in faults((old, new)) if fault.where == where and problem in fault.problem]


def test_one_unreadable_value_is_one_fault(sole_fault: Callable[[str, str], Fault]) -> None:
    """What rests on a value that could not be read is not told as well."""
    assert sole_fault("high = 100", 'high = "much"').where == "scales.comfort.high"
    assert sole_fault("{ value = 4 }", '{ value = "four" }').where == "sections.wide.choices.four.value"


def test_missing_table_is_one_fault(sole_fault: Callable[[str, str], Fault]) -> None:
    """A language without choices is not told every choice that it lacks."""
    fault = sole_fault(
        '[wording.texts.de.sections.wide.choices]\n0 = "Nein"\n4 = "Ja"\n',
        "",
    )
    assert fault.where == "wording.texts.de.sections.wide.choices"


def test_unknown_name_is_answered_with_the_known(sole_fault: Callable[[str, str], Fault]) -> None:
    """A slip of the pen is found by reading the names that would do."""
    fault = sole_fault('label = "First"', 'label = "First"\nlables = "x"')
    assert fault.where == "items.q1.lables"
    assert fault.mend == ("Known here: high, key, kind, label, loinc, low, number, optional, section, unit.")
