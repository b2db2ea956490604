"""A definition whose parts contradict each other is refused, once per mistake, with its place."""

from collections.abc import Callable

import pytest

from surveys.instruments.definition import Fault

SCALE_ITEMS = 'items = ["q1", "q2", "q3"]'
BANDS = 'bands = [{ label = "low", at_least = 0 }, { label = "high", at_least = 4 }]'

CONTRADICTIONS = {
    "key with a capital": ('key = "small"', 'key = "Small"', "key", "'Small' cannot be a key"),
    "version that cannot be ordered": ('version = "1"', 'version = "final"', "version", "cannot be ordered"),
    "no time to answer": ("minutes = 1", "minutes = 0", "minutes", "at least 1"),
    "choice value twice": (
        "{ value = 1 }, { value = 2 }",
        "{ value = 2 }, { value = 2 }",
        "sections.main.choices.2",
        "stands twice",
    ),
    "one choice only": (
        "{ value = 0 }, { value = 4 }",
        "{ value = 0 }",
        "sections.wide.choices",
        "fewer than two",
    ),
    "section that no item uses": (
        "[[items]]",
        '[[sections]]\nkey = "left"\nchoices = [{ value = 0 }, { value = 1 }]\n\n[[items]]',
        "sections.left",
        "used by no item",
    ),
    "section that is not there": (
        'label = "Fourth"\nsection = "wide"',
        'label = "Fourth"\nsection = "broad"',
        "items.q4.section",
        "names 'broad'",
    ),
    "key that is not the number": (
        'key = "q4"\nnumber = 4',
        'key = "q4"\nnumber = 5',
        "items.q4.number",
        "is 5, but the key is 'q4'",
    ),
    "scale of a missing item": (
        SCALE_ITEMS,
        'items = ["q1", "q2", "q9"]',
        "scales.total.items",
        "names 'q9', which is not an item",
    ),
    "scale of an optional item": (
        'items = ["q1", "q3"]',
        'items = ["q1", "q4"]',
        "scales.comfort.items",
        "names 'q4', which is optional",
    ),
    "scale with an item twice": (
        SCALE_ITEMS,
        'items = ["q1", "q2", "q3", "q3"]',
        "scales.total.items",
        "names 'q3' twice",
    ),
    "scale of nothing": ('items = ["q1", "q3"]', "items = []", "scales.comfort.items", "names no item"),
    "reversed item outside the scale": (
        "multiply = 50",
        'multiply = 50\nreverse = ["q2"]',
        "scales.comfort.reverse",
        "names 'q2'",
    ),
    "item reversed twice": (
        'reverse = ["q2"]',
        'reverse = ["q2", "q2"]',
        "scales.total.reverse",
        "names 'q2' twice",
    ),
    "scale key with a space": (
        'key = "comfort"',
        'key = "Comfort at home"',
        "scales.Comfort at home.key",
        "cannot be a column name",
    ),
    "all items may be missing": (
        "allowed = 1",
        "allowed = 3",
        "scales.total.missing.allowed",
        "is 3, but the scale has 3 items",
    ),
    "fewer than no item may be missing": (
        "allowed = 1",
        "allowed = -1",
        "scales.total.missing.allowed",
        "is -1",
    ),
    "missing items allowed without a method": (
        'method = "person_mean"',
        'method = "none"',
        "scales.total.missing.method",
        "is none, but 1 may be missing",
    ),
    "method for no missing item": (
        'allowed = 0\nmethod = "none"',
        'allowed = 0\nmethod = "person_mean"',
        "scales.comfort.missing.method",
        "is person_mean, but 0 may",
    ),
    "range too wide for the choices": (
        "high = 6",
        "high = 9",
        "scales.total.low",
        "is 0 to 9, but the choices can give 0 to 6",
    ),
    "range from another lowest value": (
        "low = 0\nhigh = 100",
        "low = 20\nhigh = 100",
        "scales.comfort.low",
        "is 20 to 100, but the choices can give 0 to 100",
    ),
    "transform that leaves the range": (
        "multiply = 50",
        "multiply = 25",
        "scales.comfort.low",
        "can give 0 to 50",
    ),
    "division by nothing": ("multiply = 50", "multiply = 50\ndivide = 0", "scales.comfort.divide", "is 0"),
    "multiplication by nothing": ("multiply = 50", "multiply = 0", "scales.comfort.multiply", "is 0"),
    "bands out of order": (
        BANDS,
        'bands = [{ label = "high", at_least = 4 }, { label = "low", at_least = 0 }]',
        "scales.total.bands",
        "not in ascending order",
    ),
    "two bands from one value": (
        BANDS,
        'bands = [{ label = "low", at_least = 0 }, { label = "high", at_least = 0 }]',
        "scales.total.bands",
        "not in ascending order",
    ),
    "values without a band": (
        BANDS,
        'bands = [{ label = "mid", at_least = 1 }, { label = "high", at_least = 4 }]',
        "scales.total.bands",
        "begin at 1, but the scale begins at 0",
    ),
    "band above the range": (
        BANDS,
        BANDS[:-1] + ', { label = "top", at_least = 7 }]',
        "scales.total.bands.top",
        "begins at 7, outside 0 to 6",
    ),
    "band label twice": (
        BANDS,
        BANDS[:-1] + ', { label = "low", at_least = 5 }]',
        "scales.total.bands.low",
        "stands twice",
    ),
    "cut-off above the range": (
        '{ label = "positive", at_least = 4',
        '{ label = "positive", at_least = 8',
        "scales.total.cutoffs.positive",
        "begins at 8",
    ),
    "alert on an unknown item": ('item = "q3"', 'item = "q8"', "alerts.third.item", "names 'q8'"),
    "alert at a value that nobody can choose": (
        "at_least = 2\ncrisis",
        "at_least = 3\ncrisis",
        "alerts.third.at_least",
        "is 3, but q3 can be 0, 1, 2",
    ),
    "alert at every answer": (
        "at_least = 2\ncrisis",
        "at_least = 0\ncrisis",
        "alerts.third.at_least",
        "is 0",
    ),
    "threshold of an unknown scale": (
        'scale = "total"\nkind',
        'scale = "sum"\nkind',
        "change_thresholds.sdc_individual.scale",
        "names 'sum'",
    ),
}


ORIGIN_ITEM = '[[origin.items]]\nitem = "q1"\nname = "a"\nwords = "A?"\n'
ORIGIN = '[origin]\nprogram = "redcap"\nform = "mood"\n'
CONTRADICTIONS |= {
    name: ("[wording]\n", f"{ORIGIN}{told}\n[wording]\n", f"origin{where}", problem)
    for name, (told, where, problem) in {
        "origin of an item that is not there": (
            '[[origin.items]]\nitem = "q8"\nname = "a"\nwords = "A?"\n',
            ".items.q8.item",
            "is 'q8'",
        ),
        "origin of an item twice": (
            ORIGIN_ITEM * 2,
            ".items.q1",
            "stands twice",
        ),
        "origin of a choice that is not there": (
            ORIGIN_ITEM + 'choices = [{ value = 7, code = "7", words = "G" }]\n',
            ".items.q1.choices.7",
            "is no choice here",
        ),
        "origin in another program": ('x = "y"\n', ".x", "is not a name that is known here"),
    }.items()
}


@pytest.mark.parametrize(("old", "new", "where", "problem"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_refused(
    sole_fault: Callable[[str, str], Fault], old: str, new: str, where: str, problem: str
) -> None:
    """One contradiction gives one fault, at its place, with its problem."""
    fault = sole_fault(old, new)
    assert fault.where == where
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("kind", "block", "where"),
    [
        (
            "sections",
            '[[sections]]\nkey = "main"\nchoices = [{ value = 0 }, { value = 1 }, { value = 2 }]\n',
            "sections.main",
        ),
        ("items", '[[items]]\nkey = "q3"\nnumber = 3\nlabel = "Third"\nsection = "main"\n', "items.q3"),
        ("alerts", '[[alerts]]\nrule = "third"\nitem = "q3"\nat_least = 2\ncrisis = false\n', "alerts.third"),
        (
            "examples",
            '[[examples]]\nname = "complete"\nanswers = { q1 = 0, q2 = 2, q3 = 0 }\nunscored = ["total"]\n',
            "examples.complete",
        ),
    ],
)
def test_nothing_is_defined_twice(
    sole_fault: Callable[[str, str], Fault], kind: str, block: str, where: str
) -> None:
    """A repeated section, item, alert or example is refused by its name."""
    fault = sole_fault("[wording]\n", f"{block}\n[wording]\n")
    assert (fault.where, fault.problem) == (where, "stands twice.")


def test_scale_is_defined_once(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """Two scales of one key would write one column."""
    (fault,) = faults(('key = "comfort"', 'key = "total"'))
    assert (fault.where, fault.problem) == ("scales.total", "stands twice.")


def test_items_of_different_ranges_do_not_stand_for_each_other(
    faults: Callable[..., tuple[Fault, ...]],
) -> None:
    """A person mean over items with other lowest or highest values would leave the scale's range."""
    (fault,) = faults(
        ('label = "Third"\nsection = "main"', 'label = "Third"\nsection = "wide"'),
        ("high = 6", "high = 8"),
        ("multiply = 50\nlow = 0\nhigh = 100", "multiply = 50\nlow = 0\nhigh = 150"),
        ("at_least = 2\ncrisis", "at_least = 4\ncrisis"),
    )
    assert fault.where == "scales.total.missing.method"
    assert "do not share one range" in fault.problem


def test_definition_without_items_or_sections_is_refused(
    faults: Callable[..., tuple[Fault, ...]],
) -> None:
    """An instrument asks something."""
    found = faults(
        ("[[items]]", "[[itemz]]"),
        ("[[items]]", "[[itemz]]"),
        ("[[items]]", "[[itemz]]"),
        ("[[items]]", "[[itemz]]"),
    )
    assert ("items", "has no item.") in {(fault.where, fault.problem) for fault in found}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "{ value = 0 }, { value = 4 }",
            "{ value = -99 }, { value = 4 }",
            "can be -99, but -99 to -97 say in",
        ),
        ('key = "small"', 'key = "small_questionnaire_of_faces"', "44 characters; Stata and others take 32"),
    ],
)
def test_what_other_programs_cannot_take_is_refused(
    faults: Callable[..., tuple[Fault, ...]], old: str, new: str, problem: str
) -> None:
    """Before anybody answers, not when somebody exports; the longest column is told."""
    assert problem in " ".join(fault.problem for fault in faults((old, new)))
