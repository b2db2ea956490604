"""The forms of a consent that staff learn of: on paper, or from the patient's own word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from surveys.forms.fields import DayField
from surveys.forms.staff import StaffForm, not_ahead, select_choices


class PaperConsentForm(StaffForm):
    """A consent given on paper or by telephone; the view gives the study's texts, by id, and their parts."""

    text = SelectField("Text", coerce=int)
    how = SelectField("How", choices=select_choices({"paper": "On paper", "telephone": "By telephone"}))
    signed_on = DayField("Signed or said on", [InputRequired("Enter the day."), not_ahead])
    parts = SelectMultipleField("Agreed to")

    def __init__(
        self,
        texts: Mapping[int, str],
        parts: Mapping[str, str],
        today: date,
        stands: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data=stands or {"text": next(iter(texts))}, **kwargs)
        self.today = today
        self.text.choices = [SelectChoice(text_id, words) for text_id, words in texts.items()]
        self.parts.choices = [SelectChoice(key, sentence) for key, sentence in parts.items()]


class ConsentFactsForm(PaperConsentForm):
    """What the patient's decision truly was, and why what was recorded is changed."""

    decision = RadioField("Decision", choices=select_choices({"agreed": "Agreed", "declined": "Declined"}))
    reason = StringField("Why what was recorded is changed", [Optional(), Length(max=500)])
