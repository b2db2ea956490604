"""A study's own page, section by section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.setup import (
    AlertHoursForm,
    BasicsForm,
    CloseForm,
    EthicsForm,
    NewStudyForm,
    consent_form,
    in_languages,
    texts_form,
)

Fill = Callable[..., Any]
LANGUAGES = (("en", "English"), ("de", "German"))
KINDS = (("crisis_texts", "Crisis text"), ("who_reads", "Who reads"))
PARTS = (("research", "research"), ("sharing", "sharing"))


def test_facts_are_stripped_and_empty_is_empty(filled: Fill) -> None:
    """A text that was not sent is empty; a day that is not known is none."""
    form = filled(EthicsForm, ethics_committee="  The committee ", ethics_on="")
    assert form.validate()
    assert form.facts == {
        "ethics_committee": "The committee",
        "ethics_number": "",
        "ethics_on": None,
        "ethics_not_required": "",
    }


def test_basics_have_a_title_a_zone_and_an_age(filled: Fill) -> None:
    form = filled(lambda: BasicsForm(LANGUAGES), locales="fr")
    assert not form.validate()
    assert form.errors.keys() == {"title", "timezone", "lowest_age", "locales"}
    sent = {"title": "A study", "timezone": "Europe/Berlin", "lowest_age": "18", "locales": ["de", "en"]}
    form = filled(lambda: BasicsForm(LANGUAGES), **sent)
    assert form.validate()
    assert form.facts == {**sent, "lowest_age": 18, "asks_background": False}


@pytest.mark.parametrize(
    ("clock", "right"), [("09:00", True), ("23:59", True), ("24:00", False), ("9", False)]
)
def test_alerts_are_read_at_times_of_a_clock(filled: Fill, clock: str, right: bool) -> None:
    """Who reads them is stored apart."""

    def hours() -> AlertHoursForm:
        return AlertHoursForm([(3, "Dr Abel")])

    sent = {"escalate_after_hours": "24", "first": "3", "deputy": "0", "alert_days": ["monday", "friday"]}
    form = filled(hours, alert_from=clock, alert_until="", **sent)
    assert form.validate() is right
    assert form.errors.keys() == (set() if right else {"alert_from"})
    assert form.facts == {
        "alert_days": ["monday", "friday"],
        "alert_from": clock,
        "alert_until": "",
        "escalate_after_hours": 24,
    }
    assert (form.first.data, form.deputy.data) == (3, 0)


class TestTexts:
    """Texts in each language of the study."""

    def test_texts_come_by_kind_and_language(self, filled: Fill) -> None:
        """A kind without a text is empty, so that a text can be taken back."""
        sent = {"crisis_texts__en": " Call 112. ", "crisis_texts__de": " ", "contact": "The clinic "}
        form = filled(texts_form(KINDS, LANGUAGES, contact=True), **sent)
        assert form.validate()
        assert form.facts == {
            "contact": "The clinic",
            "contacts": {},
            "crisis_texts": {"en": "Call 112."},
            "who_reads": {},
        }

    def test_a_box_names_its_language_where_there_are_several(self, bare_app: Any) -> None:
        with bare_app.test_request_context():
            both = texts_form(KINDS, LANGUAGES)()
            assert both["who_reads__de"].label.text == "Who reads, in German"
            one = texts_form(KINDS, LANGUAGES[:1])()
            assert one["who_reads__en"].label.text == "Who reads"
            assert "contact" not in one

    def test_stored_texts_fill_the_boxes(self) -> None:
        data = in_languages({"who_reads": {"en": "Dr Abel", "de": "Dr. Abel"}, "crisis_texts": {}})
        assert data == {"who_reads__en": "Dr Abel", "who_reads__de": "Dr. Abel"}


def test_a_consent_text_is_written_in_each_language(filled: Fill) -> None:
    """With the sentences of those parts that it has."""
    sent = {"version": "2", "text__en": " May we? ", "text__de": "Dürfen wir?"}
    form = filled(consent_form(LANGUAGES, PARTS), **sent, research__en="Use them. ", research__de=" ")
    assert form.validate()
    assert form.texts(["en", "de"], ["research", "sharing"]) == {
        "en": ("May we?", {"research": "Use them."}),
        "de": ("Dürfen wir?", {}),
    }
    form = filled(consent_form(LANGUAGES, PARTS), text__en="May we?")
    assert not form.validate()
    assert form.errors.keys() == {"version", "text__de"}
    form.refuse("Every language must have the same parts.", "research")
    assert form.form_errors == ["Every language must have the same parts."]


def test_a_study_begins_with_a_code_and_a_plan(filled: Fill) -> None:
    def new() -> NewStudyForm:
        return NewStudyForm([("registry", "A registry")])

    assert filled(new, code="S1", title="A study", timezone="UTC", plan="registry").validate()
    form = filled(new, code="c" * 33, title="A study", timezone="UTC", plan="trial")
    assert not form.validate()
    assert form.errors.keys() == {"code", "plan"}


def test_who_closes_a_study_says_why_and_knows_what_it_does(filled: Fill) -> None:
    for sent, at in (
        ({"reason": "Done."}, {"sure"}),
        ({"sure": "y"}, {"reason"}),
        ({"reason": "Done.", "sure": "y"}, set()),
    ):
        form = filled(CloseForm, **sent)
        assert (form.validate(), set(form.errors)) == (not at, at)
