"""Treatments by the day of the visit, as families."""

import pandas as pd
import pytest

from analysis.data.frame import build
from analysis.data.kinds import FAMILIES, KINDS, NONE_YET
from analysis.data.treatments import LEVELS, TreatmentError, levels, received


def given(*rows: tuple[str, str | None]) -> pd.DataFrame:
    """Given treatments of patient A: (kind, day or None)."""
    return table(*((kind, "given", day, "day" if day else None) for kind, day in rows))


def table(*rows: tuple[str, str, str | None, str | None]) -> pd.DataFrame:
    names = ("kind", "state", "started_on", "precision")
    return build("treatments", [{"patient": "A", **dict(zip(names, row, strict=True))} for row in rows])


def visit(day: str = "2024-06-01") -> pd.DataFrame:
    return pd.DataFrame({"patient": ["A"], "completed_on": pd.to_datetime([day])}, index=[7])


def level(treatments: pd.DataFrame, day: str = "2024-06-01") -> str:
    found = levels(treatments, visit(day))
    assert found.index.tolist() == [7]
    return str(found["level"].iloc[0])


def test_every_kind_of_the_registry_is_placed_and_every_level_named():
    assert len(KINDS) == 28
    assert len(LEVELS) == len(set(LEVELS)) == 2 ** len(FAMILIES)
    assert LEVELS[:3] == (NONE_YET, "medicine", "therapy")


def test_families_join_in_fixed_order():
    """Injection before steroid in the data, medicine before toxin in the level; kinds of a family are one."""
    rows = given(
        ("botulinum_toxin", "2024-02-01"), ("antiviral", "2024-03-01"), ("oral_corticosteroid", "2024-03-01")
    )
    assert level(rows) == "medicine + toxin"


def test_what_begins_after_the_visit_does_not_count():
    assert level(given(("myectomy", "2024-06-02"))) == NONE_YET
    assert level(given(("myectomy", "2024-06-01"))) == "surgery"


def test_planned_and_cancelled_do_not_count():
    rows = table(
        ("acupuncture", "planned", "2024-01-01", "day"), ("massage", "cancelled", "2024-01-01", "day")
    )
    assert level(rows) == NONE_YET


def test_kinds_without_a_family_make_no_level():
    assert level(given(("eyelid_weight", "2024-01-01"), ("watchful_waiting", "2024-01-01"))) == NONE_YET


def test_unknown_start_counts_as_received_and_is_marked():
    found = levels(given(("mime_therapy", None)), visit())
    assert found.iloc[0].tolist() == ["therapy", True]


def test_a_dated_start_of_the_same_family_is_not_undated():
    found = levels(given(("mime_therapy", None), ("massage", "2024-05-01")), visit())
    assert found.iloc[0].tolist() == ["therapy", False]


@pytest.mark.parametrize(
    ("precision", "day", "expected"),
    [
        ("month", "2024-06-14", NONE_YET),
        ("month", "2024-06-15", "toxin"),
        ("year", "2024-06-30", NONE_YET),
        ("year", "2024-07-01", "toxin"),
    ],
)
def test_partly_known_start_counts_as_its_middle(precision, day, expected):
    """A start by month is its 15th, by year 1 July, as for onset."""
    started = "2024-06-01" if precision == "month" else "2024-01-01"
    assert level(table(("botulinum_toxin", "given", started, precision)), day) == expected


def test_repeated_injections_are_one_kind():
    found = received(given(("botulinum_toxin", "2024-01-01"), ("botulinum_toxin", "2024-05-01")), visit())
    assert [KINDS[at] for at in found.had[found.line[0]].nonzero()[0]] == ["botulinum_toxin"]


def test_unknown_kind_is_refused():
    with pytest.raises(TreatmentError, match="treatment 'magnets' is not known"):
        level(given(("magnets", None)))


def test_nobody_treated_and_nobody_there():
    assert level(build("treatments", [])) == NONE_YET
    assert levels(given(("massage", None)), visit().iloc[:0]).empty
