"""Texts that are English where they are compared and kept, and the reader's language where they are read."""

from __future__ import annotations

import copy
import json
import pickle
from gettext import NullTranslations

from markupsafe import escape

from analysis.words import Words, counted, read_by, said
from analysis.words import words as _


class Shouted(NullTranslations):
    """A language of capital letters."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("%(NAME)S", "%(name)s")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper().replace("%(NUM)D", "%(num)d")


def test_they_are_english_but_where_they_are_read() -> None:
    """Compared, kept, put into JSON: English. In a page, an f-string, a sum: the reader's."""
    text = _("Left & right")
    with read_by(Shouted):
        assert text == "Left & right"
        assert {text: 1}["Left & right"] == 1
        assert json.dumps(text) == '"Left & right"'
        assert str(text) == f"{text}" == "LEFT & RIGHT"
        assert (text + "!", "!" + text) == ("LEFT & RIGHT!", "!LEFT & RIGHT")
        assert str(escape(text)) == "LEFT &amp; RIGHT"
        assert said("Both") == "BOTH"
    assert str(text) == f"{text}" == "Left & right"


def test_values_are_read_in_the_same_language() -> None:
    """Also a text within a text, and one made while another language is read."""
    with read_by(Shouted):
        text = _("Side: %(name)s", name=_("left"))
        assert text == "Side: left"
        assert str(text) == "SIDE: LEFT"
        several = counted("%(num)d day", "%(num)d days", 2)
        assert (several, str(several)) == ("2 days", "2 DAYS")
        assert str(counted("%(num)d day", "%(num)d days", 1)) == "1 DAY"


def test_a_text_that_begins_a_line_does_so_in_every_language() -> None:
    """A German word within it keeps its capital."""

    class German(NullTranslations):
        def gettext(self, message: str) -> str:
            return "kein Beginn bekannt"

    text = _("no onset known").capitalize()
    assert text == "No onset known"
    with read_by(German):
        assert str(text) == f"{text}" == "Kein Beginn bekannt"
        assert str(copy.deepcopy(text)) == "Kein Beginn bekannt"
        assert text == "No onset known"
    assert counted("a day", "%(num)d days", 1).capitalize() == "A day"


def test_a_copy_is_the_same_text() -> None:
    """As a job hands it on, or a record is copied."""
    for text in (_("Side: %(name)s", name="left"), counted("%(num)d day", "%(num)d days", 2)):
        for again in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301 — our own
            assert isinstance(again, Words)
            with read_by(Shouted):
                assert (again, str(again)) == (text, str(text))
