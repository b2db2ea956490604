"""When messages go, and their words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.messages import MessagingForm, WordsForm

Fill = Callable[..., Any]

HOURS = {"send_hour": "9", "earliest_hour": "8", "latest_hour": "20"}


@pytest.mark.parametrize(("typed", "days"), [("", ()), ("7", (7,)), (" 7, 14 ,", (7, 14)), ("0,-1", (0, -1))])
def test_reminders_are_days_with_commas(filled: Fill, typed: str, days: tuple[int, ...]) -> None:
    """Whether such days make sense the store says."""
    form = filled(MessagingForm, reminder_days=typed, **HOURS)
    assert form.validate()
    assert form.days == days


@pytest.mark.parametrize("typed", ["7 14", "a week", "7;14", "1.5"])
def test_what_is_no_day_is_refused(filled: Fill, typed: str) -> None:
    form = filled(MessagingForm, reminder_days=typed, **HOURS)
    assert not form.validate()
    assert form.errors == {"reminder_days": ["Write numbers of days with commas between them: 7, 14."]}


def test_hours_are_those_of_a_day(filled: Fill) -> None:
    """Only the end may be the midnight that closes it."""
    assert filled(MessagingForm, send_hour="0", earliest_hour="0", latest_hour="24").validate()
    assert filled(MessagingForm, send_hour="23", earliest_hour="23", latest_hour="0").validate()
    form = filled(MessagingForm, send_hour="24", earliest_hour="-1", latest_hour="25")
    assert not form.validate()
    assert form.errors["send_hour"] == ["Messages go at: enter an hour from 0 to 23."]
    assert form.errors["latest_hour"] == ["Never from this hour on: enter an hour from 0 to 24."]
    assert form.errors.keys() == {"send_hour", "earliest_hour", "latest_hour"}
    form = filled(MessagingForm, **HOURS)
    form.refuse("Set who writes.", None)
    assert form.errors == {"clinic": ["Set who writes."]}


def test_words_are_as_long_as_a_message_may_be(filled: Fill) -> None:
    form = filled(WordsForm, subject="s" * 201, body="b" * 5001)
    form.patient.choices = []
    form.patient.validate_choice = False
    assert not form.validate()
    assert form.errors.keys() == {"subject", "body"}
