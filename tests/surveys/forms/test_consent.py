"""What the form of a consent on paper takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from surveys.forms.consent import ConsentFactsForm, PaperConsentForm

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)


def test_a_paper_consent_was_not_signed_tomorrow(filled: Fill) -> None:
    def paper() -> PaperConsentForm:
        return PaperConsentForm({4: "Version 1"}, {"research": "Use my answers."}, TODAY)

    sent = {"text": "4", "how": "paper", "parts": ["research"]}
    form = filled(paper, signed_on="2026-03-10", **sent)
    assert form.validate()
    assert (form.text.data, form.parts.data) == (4, ["research"])
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
