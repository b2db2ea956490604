"""Crisis texts: the template, what a completed one must hold, and where its telephone numbers are."""

from __future__ import annotations

import re

import pytest

from surveys.simulate.demo import CRISIS_TEXT
from surveys.store.words.crisis_texts import TEMPLATES, called, faults, numbers

FILLED = {
    "en": (
        "Thank you for telling us. If you might act on such thoughts or do not feel safe, call 999 now.\n"
        "To talk to someone: Samaritans, 116 123, at any hour.\n"
        "The facial nerve clinic reads this on Mondays, not at once."
    ),
    "de": "Rufen Sie jetzt 112 an. Telefonseelsorge: 0800 111 0 111. Die Klinik liest das nicht sofort.",
}


@pytest.mark.parametrize("locale", TEMPLATES)
def test_a_template_is_to_be_completed(locale: str) -> None:
    """Its braces are refused as they stand; completed it says all it must."""
    assert len(faults(TEMPLATES[locale], locale)) == 2
    completed = re.sub(r"\{.*?\}", "112", TEMPLATES[locale])
    assert faults(completed, locale) == []
    assert faults(FILLED[locale], locale) == []


def test_what_is_missing_is_said() -> None:
    """An emergency number; and that nobody reads it at once, where we know the words for that."""
    assert faults("Call 020 7946 0000. It is not read at once.", "en") == [
        "Name an emergency number, such as 112, in the crisis text in English."
    ]
    [fault] = faults("Call 112.", "en-GB")
    assert fault.startswith("Say in the crisis text in English (United Kingdom) when answers are read")
    assert faults("Bel 112.", "nl") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call 112 now.", ["112"]),
        ("(112 in Europe, 911 in North America)", ["112", "911"]),
        ("116 123, at any hour", ["116 123"]),
        ("+44 20 7946 0000 or 0800-111 0 111.", ["+44 20 7946 0000", "0800-111 0 111"]),
        ("0800/1110111 (8-18 Uhr, Mo-Fr 10 - 12)", ["0800/1110111"]),
        ("on 21.11.2026 at 9:30, 24/7, 9-17, 2026, room 12", []),
        ("from 10-12 14-16", []),
    ],
)
def test_telephone_numbers_are_found(text: str, found: list[str]) -> None:
    """Emergency numbers and long ones; hours, dates and years are none."""
    assert [text[start:end] for start, end in numbers(text)] == found


def test_the_demonstration_names_numbers_to_call() -> None:
    """Though nobody reads its answers at all."""
    assert [CRISIS_TEXT[start:end] for start, end in numbers(CRISIS_TEXT)] == ["112", "911"]


def test_the_numbers_alone_are_found_once_each() -> None:
    """In the order of the text; where there is none, none."""
    text = "Call 112 now.\nOr 116 123, day and night, until 31 May 2026; in danger 112."
    assert called(text) == ["112", "116 123"]
    assert called("Speak to your doctor.") == []
