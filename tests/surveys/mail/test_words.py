"""The words of messages: filled in, and refused where they would not work or tell too much."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.mail.staff_words import SUBJECTS, word_of_alert
from surveys.mail.words import DEFAULTS, NEEDED, TELLING, Filling, Words, default, faults, fill

FILLING = Filling(
    "Anna Abel", "the Face Clinic", "020 7946 0000", "https://example.org/s/abc", date(2026, 3, 9)
)
LANGUAGES = sorted(path.stem for path in DEFAULTS.glob("*.toml"))


@pytest.mark.parametrize("kind", NEEDED)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_words_that_ship_pass_their_own_check(locale: str, kind: str) -> None:
    """In every language; filled in, no brace is left, and the subject tells nothing."""
    words = default(kind, locale)
    assert list(faults(words, kind)) == []
    filled = fill(
        words,
        Filling("Anna Abel", "", "020 7946 0000", "https://example.org/s/abc", date(2026, 3, 9)),
        locale,
    )
    assert "{" not in filled.subject + filled.body
    assert TELLING.search(filled.subject + filled.body) is None


def test_a_late_reminder_lets_people_be() -> None:
    """It says so, in these words."""
    assert "If you would rather not answer, you need do nothing." in default("last_reminder", "en").body
    assert default("invitation", "en").subject == "A short questionnaire from {clinic}"


def test_fields_are_filled_in() -> None:
    """Names, dates in the patient's language, and the link on a line of its own."""
    filled = fill(default("invitation", "de"), FILLING, "de")
    assert "Guten Tag Anna Abel," in filled.body
    assert "9. März 2026" in filled.body
    assert "\nhttps://example.org/s/abc\n" in filled.body
    assert filled.subject == "Ein kurzer Fragebogen von the Face Clinic"


def test_nobody_is_greeted_without_a_name() -> None:
    """Where a name is not known."""
    nobody = Filling("", "", "", "https://example.org/s/abc", date(2026, 3, 9))
    assert fill(default("invitation", "en"), nobody, "en").body.startswith("Hello,\n")


def test_a_language_without_words_has_english_ones() -> None:
    """And a regional one those of its language."""
    assert default("invitation", "xx") == default("invitation", "en")
    assert default("invitation", "de-AT") == default("invitation", "de")


def test_a_name_cannot_smuggle_fields_or_lines() -> None:
    """What is filled in is not filled in again, and a subject stays one line."""
    sly = Filling("{link}", "A\nBcc: all@example.org", "", "https://example.org/s/abc", date(2026, 3, 9))
    filled = fill(Words("From {clinic}", "{name}\n{link}"), sly, "en")
    assert filled.subject == "From A Bcc: all@example.org"
    assert filled.body.startswith("{link}\n")


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("Open {link}.", "Open\nLINK\n"),
        ("Please open ({link}), it is yours.\n\nThank you", "Please open\nLINK\nit is yours.\n\nThank you\n"),
        ("“{link}”", "LINK\n"),
        ("Or {link} or {link}!\nBye", "Or\nLINK\nor\nLINK\nBye\n"),
        ("A\n\n  {link}  \n\nB", "A\n\n  LINK  \n\nB\n"),
    ],
)
def test_words_kept_earlier_get_the_link_on_a_line_of_its_own(body: str, read: str) -> None:
    """The text around it stays, without the signs that mail programs would take for a part of the link."""
    assert fill(Words("Hello", body), FILLING, "en").body == read.replace("LINK", FILLING.link)


@pytest.mark.parametrize("kind", NEEDED)
def test_a_link_beside_other_words_is_refused_in_every_message(kind: str) -> None:
    """Also in those that need none; alone on its line, with blanks at most, it is taken."""
    assert [field for field, _ in faults(Words("Hello", "See {link}, please"), kind)] == ["body"]
    assert list(faults(Words("Hello", "See\n {link} \nplease"), kind)) == []


@pytest.mark.parametrize("kind", SUBJECTS)
def test_staff_find_the_link_on_a_line_of_its_own_too(kind: str) -> None:
    """In each mail about an alert."""
    assert FILLING.link in word_of_alert(kind, "S1", FILLING.link, 24).body.split("\n")


@pytest.mark.parametrize(
    ("subject", "body", "field", "words"),
    [
        ("", "{link}", "subject", "Write a subject"),
        ("x" * 121, "{link}", "subject", "at most 120"),
        ("a\nb", "{link}", "subject", "one line"),
        ("For {name}", "{link}", "subject", "cannot stand in a subject"),
        ("Your facial palsy", "{link}", "subject", "facial"),
        ("How is your mood?", "{link}", "subject", "mood"),
        ("Registry S1 asks", "{link}", "subject", "S1"),
        ("Hello", "", "body", "Write the text"),
        ("Hello", "{linc} {link}", "body", "There is no field {linc}"),
        ("Hello", "{link} {", "body", "brace is left open"),
        ("Hello", "Please answer", "body", "Without {link}"),
        ("Hello", "Open {link}.", "body", "Put {link} on a line of its own"),
        ("Hello", "Open\n{link}.", "body", "Put {link} on a line of its own"),
        ("Hello", "{link}{link}", "body", "Put {link} on a line of its own"),
    ],
)
def test_bad_words_are_refused(subject: str, body: str, field: str, words: str) -> None:
    """Each with the field of the form and what to do."""
    found = list(faults(Words(subject, body), "reminder", forbidden=("S1", "")))
    assert any(name == field and words in sentence for name, sentence in found), found
