"""What was chosen, as an address and as it is kept; and what of it is not there any more."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy.orm import Session

from surveys.lists.own.choice import FIRST_COLUMNS, ListChoice, askable, in_order, of_address, of_kept
from surveys.lists.own.fields import Condition
from surveys.lists.scope import Scope
from tests.surveys.lists.own.conftest import TODAY, known, patient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No statement of its own."""
    return sqlite_url


CHOICE = ListChoice(
    ("code", "last.saq.total", "gone"),
    (
        Condition("sex", "is", ("female", "unknown")),
        Condition("code", "contains", ("a~b=&é",)),
        Condition("last.saq.total", "known"),
        Condition("lost.scale", "above", ("3",)),
        Condition("visit", "is", ("month_3",)),
    ),
    "also.gone",
    True,
)


def test_an_address_and_a_kept_list_say_the_same(session: Session) -> None:
    """With every sign that a value may hold."""
    arguments = defaultdict(list)
    for name, value in CHOICE.address():
        arguments[name].append(value)
    assert of_address(arguments) == CHOICE
    fields = known(session, Scope(patient(session, "A").study_id, None, TODAY))
    kept = CHOICE.kept(fields)
    assert of_kept(kept) == CHOICE
    assert (kept["labels"]["sex"], kept["labels"]["gone"]) == (fields["sex"].label, "gone")
    assert of_address({}) == ListChoice(FIRST_COLUMNS)
    for broken in ("", "~", "sex", "sex~is", "sex~is~", "~~~"):
        assert not askable(of_address({"if": [broken]}), fields).conditions
    assert in_order(["sex", "code"], fields) == ("code", "sex")


def test_what_is_not_there_any_more_is_said_and_the_rest_is_shown(session: Session) -> None:
    """By the words that the field had; a condition that does not count is named as one."""
    fields = known(session, Scope(patient(session, "A").study_id, None, TODAY))
    labels = {"gone": "Own field EMG", "lost.scale": "A scale"}
    asked = askable(ListChoice(CHOICE.columns, CHOICE.conditions, CHOICE.sort, True, labels), fields)
    assert [one.key for one in asked.columns] == ["code", "last.saq.total"]
    assert [one.key for one, _ in asked.conditions] == ["sex", "code", "last.saq.total"]
    assert asked.sort.key == "code"
    assert [("EMG" in one, "A scale" in one, "month_3" in one) for one in asked.lost] == [
        (True, False, False),
        (False, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert len(asked.dropped) == 2
