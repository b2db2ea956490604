"""How many messages a gateway counts for a text."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.mail.channels.text.signs import plain, size
from surveys.mail.words import TEXTS, Filling, default, fill


@pytest.mark.parametrize(
    ("text", "signs", "parts", "costly"),
    [
        ("", 0, 1, ""),
        ("a" * 160, 160, 1, ""),
        ("a" * 161, 161, 2, ""),
        ("a" * 306, 306, 2, ""),
        ("a" * 307, 307, 3, ""),
        ("äöüßÄÖÜéàñ@£\n", 13, 1, ""),
        ("€" * 80, 160, 1, ""),
        ("€" * 81, 162, 2, ""),
        ("a" * 152 + "€" * 77, 306, 3, ""),  # no sign of two is cut: one place of the first part stays empty
        ("ł" + "a" * 69, 70, 1, "ł"),
        ("ł" + "a" * 70, 71, 2, "ł"),
        ("ł" + "a" * 133, 134, 2, "ł"),
        ("ł" + "a" * 134, 135, 3, "ł"),
        ("😀" * 35, 70, 1, "😀"),
        ("a" * 66 + "😀" * 3, 72, 2, "😀"),
        ("łąłę", 4, 1, "łąę"),
    ],
)
def test_signs_and_messages(text: str, signs: int, parts: int, costly: str) -> None:
    """As GSM 03.38 counts them."""
    found = size(text)
    assert (found.signs, found.parts, found.costly) == (signs, parts, costly)
    assert found.most == (70 if costly else 160)


def test_typographic_signs_cost_nothing() -> None:
    """They are written as every telephone knows them."""
    assert plain("“Now” – or\u00a0never…") == '"Now" - or never...'


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_words_that_ship_go_as_one_message(kind: str, locale: str) -> None:
    """With a clinic's name, an address and a day of usual length, and without a word on what it is about."""
    link = "https://questions.university-clinic.example/c/K7MP2QXW"
    filling = Filling("Anna", "the Riverside Clinic", "call", link, date(2028, 12, 28))
    said = plain(fill(default(kind, locale), filling, locale).body.strip())
    assert size(said).parts == 1
    assert size(said).costly == ""
    assert link in said.splitlines()
    assert "Anna" not in said
