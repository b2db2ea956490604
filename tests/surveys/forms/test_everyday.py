"""Everyday words for columns and codes."""

from __future__ import annotations

import pytest

from analysis.data import facts
from surveys.exchange.enrolment_columns import CODED, COLUMNS
from surveys.forms import everyday


@pytest.mark.parametrize("fact", sorted(everyday.FACTS))
def test_a_word_means_one_code(fact: str) -> None:
    """Also in its other spellings; and every code has its own name and the words of our pages."""
    assert {
        word: codes for word, codes in everyday.spellings(fact).items() if len(codes) > 1 or not word
    } == {}
    shown, typed = everyday.FACTS[fact]
    codes = CODED.get(fact) or (COLUMNS if fact == "column" else typed)
    assert set(typed) == set(codes)
    for code in codes:
        assert everyday.code(fact, code) == everyday.code(fact, shown.get(code, code)) == code


@pytest.mark.parametrize(
    ("fact", "text", "code"),
    [
        ("sex", "W", "female"),
        ("sex", "männlich", "male"),
        ("sex", "maennlich", "male"),
        ("sex", "1", None),
        ("side", "Links", "left"),
        ("side", "re.", "right"),
        ("cause", "Bell-Parese", "bells_palsy"),
        ("cause", "Bell’s palsy", "bells_palsy"),
        ("cause", "BELL'S PALSY", "bells_palsy"),
        ("cause", "Ramsay-Hunt-Syndrom", "ramsay_hunt"),
        ("cause", "k.A.", "unknown"),
        ("column", "E-Mail", "email"),
        ("column", "Geburtsjahr (JJJJ)", "birth_year"),
        ("column", "Geb.-Datum*", "birth_date"),
        ("column", "Beginn", "onset_on"),
        ("column", "Krankenhausnummer", "hospital_number"),
        ("column", "Patient", None),
        ("column", "Aufnahmedatum", None),
        ("cause", "Kleinhirnbrückenwinkeltumor", None),
        ("locale", "Deutsch", "de"),
        ("treatments", "Botox", "botulinum_toxin"),
    ],
)
def test_words_are_compared_by_their_letters(fact: str, text: str, code: str | None) -> None:
    """Capitals, accents, dashes, dots and brackets do not matter."""
    assert everyday.code(fact, text) == code


def test_no_second_list_of_codes() -> None:
    """The codes are those of the labels, so that a further code needs its words here."""
    for fact, shown in (("sex", facts.SEXES), ("side", facts.SIDES), ("cause", facts.CAUSES)):
        assert everyday.FACTS[fact][0] is shown
