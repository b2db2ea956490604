"""Our words on when an eye needs a doctor."""

from __future__ import annotations

from surveys.store.words import eye_texts


def test_a_study_begins_with_our_words_in_the_languages_that_have_them() -> None:
    """They are whole: no braces to complete, and each names the doctor and the day."""
    begun = eye_texts.begun(["en", "de", "fr"])
    assert list(begun) == ["en", "de"]
    assert all("{" not in text for text in begun.values())
    assert "a doctor today" in begun["en"]
    assert "noch heute" in begun["de"]
