"""The names of languages."""

from __future__ import annotations

from surveys import language_names


def test_a_language_is_named_in_itself_or_in_another() -> None:
    """With a capital letter, also of a region."""
    assert language_names.name("de") == "Deutsch"
    assert language_names.name("de", "en") == language_names.in_english("de") == "German"
    assert language_names.in_english("pt-BR") == "Portuguese (Brazil)"
