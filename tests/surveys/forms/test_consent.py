"""What the form of a consent on paper takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from surveys.forms.consent import ConsentFactsForm, ConsentFirstForm, PaperConsentForm

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)


def test_a_paper_consent_was_not_signed_tomorrow(filled: Fill) -> None:
    def paper() -> PaperConsentForm:
        return PaperConsentForm({4: "Version 1"}, {"research": "Use my answers."}, TODAY)

    sent = {"text": "4", "how": "paper", "parts": ["research"]}
    form = filled(paper, signed_on="2026-03-10", **sent)
    assert form.validate()
    assert (form.text.data, form.parts.data) == (4, ["research"])
    form = filled(paper, signed_on="2026-03-10", **{**sent, "how": ""})
    assert not form.validate()
    assert form.errors == {"how": ["Say how it was given."]}, "nothing is chosen beforehand"
    form = filled(paper, signed_on="2026-03-11", **{**sent, "how": "link", "parts": ["sharing"]})
    assert not form.validate()
    assert form.errors.keys() == {"signed_on", "how", "parts"}


def test_a_correction_is_what_was_typed(filled: Fill) -> None:
    """Also a part that was ticked before and is not any more."""
    stands = {
        "text": 4,
        "how": "telephone",
        "signed_on": TODAY,
        "parts": ["research"],
        "decision": "declined",
    }

    def corrected() -> ConsentFactsForm:
        return ConsentFactsForm({4: "1", 3: "0"}, {"research": "Use my answers."}, TODAY, stands)

    form = filled(corrected, text="3", how="paper", signed_on="2026-03-09", decision="agreed")
    assert form.validate(), form.errors
    assert (form.text.data, form.parts.data, form.decision.data) == (3, [], "agreed")


def test_what_is_kept_elsewhere_has_a_place_and_no_parts_of_ours(filled: Fill) -> None:
    def form_of(texts: dict[int, str], **sent: Any) -> PaperConsentForm:
        made: PaperConsentForm = filled(
            lambda: PaperConsentForm(texts, {"research": "Use my answers."}, TODAY),
            signed_on="2026-03-10",
            **sent,
        )
        return made

    sent = {"text": "4", "how": "elsewhere", "reference": " Folder 3"}
    form = form_of({4: "1"}, **sent)
    assert form.validate(), form.errors
    assert form.text_id is None
    for wrong, box in (
        ({"reference": " "}, "reference"),
        ({"how": "paper"}, "reference"),
        ({"parts": ["research"]}, "parts"),
    ):
        form = form_of({4: "1"}, **{**sent, **wrong})
        assert not form.validate()
        assert form.errors.keys() == {box}
    form = form_of({}, how="elsewhere", reference="Folder 3")
    assert form.validate(), form.errors
    assert not form_of({}, how="paper").validate()


def test_before_answers_consent_is_asked(filled: Fill) -> None:
    """A yes needs its facts, a no its reason; what stands beside a no is not looked at."""

    def first(**sent: Any) -> ConsentFirstForm:
        made: ConsentFirstForm = filled(
            lambda: ConsentFirstForm({4: "1"}, {"research": "Use my answers."}, TODAY),
            **{f"consent-{name}": value for name, value in sent.items()},
        )
        return made

    paper = {"how": "paper", "text": "4", "signed_on": "2026-03-10"}
    assert first(given="yes", **paper).validate()
    assert first(given="no", why="On the old paper.", signed_on="?").validate()
    for sent, box in (
        (paper, "given"),
        ({"given": "yes", "how": "paper", "text": "4"}, "signed_on"),
        ({"given": "no", **paper}, "why"),
        ({"given": "no", "why": "x" * 501}, "why"),
    ):
        form = first(**sent)
        assert not form.validate()
        assert box in form.errors
