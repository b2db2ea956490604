"""Kinds of items, look-up tables, weighted scales and instruments known by name only: what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from surveys.instruments.definition import DefinitionError, Fault, Instrument, parse

from .conftest import SMALL, WIDE, change

FaultsOf = Callable[..., tuple[Fault, ...]]

T_LINE = "  { raw = 5, value = 43.5 },\n"
CONTRADICTIONS = {
    "number without a lowest": (
        'kind = "whole"\nlow = 0\n',
        'kind = "whole"\n',
        "items.q5.low",
        "is missing",
    ),
    "number without a highest": (
        'kind = "decimal"\nlow = 0\nhigh = 1.5',
        'kind = "decimal"\nlow = 0',
        "items.q6.high",
        "is missing",
    ),
    "range upside down": ("low = 0\nhigh = 10", "low = 10\nhigh = 10", "items.q5.low", "is 10, not below 10"),
    "whole number up to a fraction": (
        "high = 10",
        "high = 9.5",
        "items.q5.low",
        "or high is no whole number",
    ),
    "range of a date": ('kind = "date"', 'kind = "date"\nlow = 0', "items.q8.low", "answered by a date"),
    "unit of a choice": (
        'label = "First"',
        'label = "First"\nunit = "cm"',
        "items.q1.unit",
        "is 'cm', but the item is answered by a choice.",
    ),
    "kind that is not there": ('kind = "date"', 'kind = "day"', "items.q8.kind", "is 'day'"),
    "choices that nobody chooses": (
        'key = "measured"',
        'key = "measured"\nchoices = [{ value = 0 }, { value = 1 }]',
        "sections.measured.choices",
        "are chosen by no item",
    ),
    "date in a scale": (
        'items = ["q6"]',
        'items = ["q8"]',
        "scales.size.items",
        "names 'q8', which is answered by a date",
    ),
    "several choices in a scale": ('items = ["q6"]', 'items = ["q7"]', "scales.size.items", "by a choices"),
    "table without a line": (T_LINE, "", "scales.t.table", "each sum from 0 to 12 once"),
    "table with a line twice": (T_LINE, T_LINE * 2, "scales.t.table", "each sum from 0 to 12 once"),
    "table that turns": ("value = 43.5", "value = 34.5", "scales.t.table", "rises and falls"),
    "table after a transform": (
        'between = "up"',
        'between = "up"\ndivide = 2',
        "scales.t.table",
        "plain sum",
    ),
    "table of a mean": (
        'reverse = ["q2"]\nmethod = "sum"',
        'reverse = ["q2"]\nmethod = "mean"',
        "scales.t.table",
        "plain sum",
    ),
    "table of a decimal": (
        'items = ["q6"]\nmethod = "sum"\nmultiply = 10\nlow = 0\nhigh = 15',
        'items = ["q6"]\nmethod = "sum"\ntable = [{ raw = 0, value = 0 }]\nlow = 0\nhigh = 15',
        "scales.size.table",
        "needs whole sums",
    ),
    "prorated sum between two lines": ('between = "up"\n', "", "scales.t.between", "go together"),
    "between without a table": (
        "multiply = 10",
        'multiply = 10\nbetween = "up"',
        "scales.size.between",
        "but no table",
    ),
    "range that the table does not have": ("high = 70", "high = 80", "scales.t.low", "can give 30.5 to 70"),
    "part that is not there": (
        'scale = "size"',
        'scale = "volume"',
        "scales.balance.parts.volume",
        "no scale",
    ),
    "part without weight": (
        'scale = "size", weight = -1',
        'scale = "size", weight = 0',
        "scales.balance.parts.size.weight",
        "is 0",
    ),
    "parts that share items": (
        '{ scale = "size", weight = -1 }',
        '{ scale = "ease", weight = 1 }',
        "scales.balance.parts",
        "count q1 more than once",
    ),
    "parts and items": (
        "parts = [",
        'items = ["q5"]\nparts = [',
        "scales.balance.items",
        "and parts are both there",
    ),
    "parts of a sum": ('method = "weighted"', 'method = "sum"', "scales.balance.parts", "go together"),
    "range that the parts do not have": (
        "low = -25.375\nhigh = 2",
        "low = -25.375\nhigh = 5",
        "scales.balance.low",
        "can give -25.375 to 2",
    ),
    "conventional range that is wider": (
        "conventional = { low = -25, high = 0 }",
        "conventional = { low = -30, high = 0 }",
        "scales.balance.conventional",
        "not within",
    ),
    "conventional range that is the whole": (
        "conventional = { low = -25, high = 0 }",
        "conventional = { low = -25.375, high = 2 }",
        "scales.balance.conventional",
        "not within",
    ),
    "alert on a date": ('item = "q5"\nat_least', 'item = "q8"\nat_least', "alerts.pain.item", "by a date"),
    "alert above the range": ("at_least = 8", "at_least = 11", "alerts.pain.at_least", "can be 0 to 10"),
    "alert at every number": ("at_least = 8", "at_least = 0", "alerts.pain.at_least", "can be 0 to 10"),
    "example with a wrong date": (
        'q8 = "2024-02-29"',
        "q8 = 7",
        "examples.complete.answers",
        "is not a date",
    ),
    "neither journal nor publisher": (
        'publisher = "Clinic A"\n',
        "",
        "citation.journal",
        "is missing, and there is no publisher",
    ),
    "nobody who answers": (
        'answered_by = "staff"',
        'answered_by = "nurse"',
        "answered_by",
        "is 'nurse'",
    ),
}


@pytest.mark.parametrize(("old", "new", "where", "problem"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_refused(
    wide_faults: FaultsOf, old: str, new: str, where: str, problem: str
) -> None:
    """The first fault stands at its place, with its problem."""
    first = wide_faults((old, new))[0]
    assert first.where == where
    assert problem in first.problem


def test_parts_stand_before_the_whole(wide_faults: FaultsOf) -> None:
    """A weighted scale is worked out from scores that are there already, and not from weighted ones."""
    twice = WIDE[WIDE.index('[[scales]]\nkey = "balance"') : WIDE.index("[[alerts]]")]
    again = (
        twice.replace('"balance"', '"again"')
        .replace('{ scale = "comfort", weight = 2 }', '{ scale = "balance", weight = 2 }')
        .replace("conventional = { low = -25, high = 0 }\n", "")
    )
    faults = wide_faults(("[[alerts]]", f"{again}\n[[alerts]]"))
    assert faults[0].where == "scales.again.parts.balance"


def test_part_may_not_miss_items_of_its_own_rule(wide_faults: FaultsOf) -> None:
    """The parts' rules decide; the whole has none of its own."""
    start = WIDE.index('key = "balance"')
    old = WIDE[start : WIDE.index("[[alerts]]")]
    (fault,) = wide_faults(
        (old, old.replace('allowed = 0\nmethod = "none"', 'allowed = 1\nmethod = "person_mean"'))
    )
    assert fault.where == "scales.balance.missing.allowed"


def test_weighted_scale_has_the_items_of_its_parts(wide: Instrument) -> None:
    """In the order of the parts."""
    assert wide.scale("balance").items == ("q5", "q6", "q1", "q2", "q3", "q4")


def test_section_of_numbers_needs_no_choices_in_words(wide: Instrument) -> None:
    """Recall and instruction are all it says."""
    assert wide.wording.texts["en"].sections["measured"].choices == {}
    assert wide.answered_by == "staff"


def test_unscored_form_needs_no_example(wide: Instrument) -> None:
    """A site's own form may hold facts only."""
    text = WIDE[: WIDE.index("[[scales]]")] + WIDE[WIDE.index("[wording]") :]
    form = parse(text, "form.toml")
    assert (form.scales, form.examples, form.askable) == ((), (), True)


# Known by name only ------------------------------------------------------------------------------------

NAMED = (
    SMALL[: SMALL.index("minutes = 1")]
    + SMALL[SMALL.index("[citation]") : SMALL.index("[[sections]]")]
    + """
[supply]
scoring = "Sum of 3 items."
needs = ["The texts."]

[[supply.scales]]
key = "total"
title = "Total"
low = 0
high = 6
direction = "higher_worse"
bands = [{ label = "low", at_least = 0 }, { label = "high", at_least = 4 }]

[[change_thresholds]]
scale = "total"
kind = "mcid"
value = 2
source = "Nobody 2020"
population = "Ten persons."
caveat = "Ten persons only."

[wording]
name = "none"
status = "absent"
"""
)


def test_instrument_is_known_by_name() -> None:
    """It has a licence, bands and what a site must bring, and cannot be asked."""
    named = parse(NAMED, "named.toml")
    assert named.supply is not None
    assert named.supply.scales[0].bands[1].at_least == 4
    assert (named.minutes, named.items, named.scales, named.locales) == (0, (), (), ())
    assert not named.askable


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('needs = ["The texts."]', "", "supply.needs"),
        ('scoring = "Sum of 3 items."\n', "", "supply.scoring"),
        ("at_least = 4", "at_least = 7", "supply.scales.total.bands.high"),
        ('scale = "total"\nkind', 'scale = "sum"\nkind', "change_thresholds.mcid.scale"),
        ('status = "absent"', 'status = "working"', "wording.status"),
        (
            "[supply]",
            '[[items]]\nkey = "q1"\nnumber = 1\nlabel = "First"\nsection = "main"\n\n[supply]',
            "items",
        ),
    ],
)
def test_what_is_known_by_name_only_is_checked(old: str, new: str, where: str) -> None:
    """Nothing half there: either items, or what a site must supply."""
    with pytest.raises(DefinitionError) as refused:
        parse(change((old, new), text=NAMED), "named.toml")
    assert refused.value.faults[0].where == where
