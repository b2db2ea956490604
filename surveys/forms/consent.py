"""The forms of a consent that staff learn of: on paper, from the patient's own word, or kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.fields import DayField, not_ahead
from surveys.forms.staff import StaffForm, select_choices

ELSEWHERE = "elsewhere"
WAYS = {
    "paper": _("On paper"),
    "telephone": _("By telephone"),
    ELSEWHERE: _("Elsewhere, on a text of its own"),
}


class PaperConsentForm(StaffForm):
    """A consent given on paper, by telephone or elsewhere; the view gives the study's texts, by id, and their
    parts. A study without a text knows only consent that was given elsewhere.
    """

    how = SelectField(_("How"), [InputRequired(_("Say how it was given."))])
    text = SelectField(_("Text"), coerce=int)
    signed_on = DayField(_("Signed or said on"), [InputRequired(_("Enter the day.")), not_ahead])
    parts = SelectMultipleField(_("Agreed to"))
    reference = StringField(_("Where it is kept, if elsewhere"), [Optional(), Length(max=200)])

    def __init__(
        self,
        texts: Mapping[int, str],
        parts: Mapping[str, str],
        today: date,
        stands: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        first = {"text": next(iter(texts), None), "how": "" if texts else ELSEWHERE}
        super().__init__(data={**first, **(stands or {})}, **kwargs)
        self.today = today
        self.how.choices = (
            select_choices(WAYS, _("Choose how")) if texts else select_choices({ELSEWHERE: WAYS[ELSEWHERE]})
        )
        self.text.choices = [SelectChoice(text_id, words) for text_id, words in texts.items()]
        self.parts.choices = [SelectChoice(key, sentence) for key, sentence in parts.items()]
        if not texts:
            del self.text, self.parts

    @property
    def text_id(self) -> int | None:
        """The text that was agreed to, where it is one of the study's."""
        return None if self.how.data == ELSEWHERE else self.text.data

    @property
    def agreed_parts(self) -> list[str]:
        """What was ticked."""
        return self.parts.data or [] if "parts" in self else []

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the boxes agree: what is kept elsewhere has a place, and no parts of a text of ours."""
        if not super().validate(extra_validators):
            return False
        elsewhere = self.how.data == ELSEWHERE
        if elsewhere and not (self.reference.data or "").strip():
            self.reference.errors = [_("Say where the consent is kept.")]
        elif not elsewhere and self.reference.data:
            self.reference.errors = [_("Only for a consent given elsewhere: choose that, or empty this.")]
        if elsewhere and self.agreed_parts:
            self.parts.errors = [_("These belong to the study's own text: tick none for one elsewhere.")]
        return not self.errors


class ConsentFactsForm(PaperConsentForm):
    """What the patient's decision truly was, and why what was recorded is changed."""

    decision = RadioField(
        _("Decision"), choices=select_choices({"agreed": _("Agreed"), "declined": _("Declined")})
    )
    reason = StringField(_("Why what was recorded is changed"), [Optional(), Length(max=500)])


class ConsentFirstForm(PaperConsentForm):
    """Whether consent was given, asked with answers that staff enter; it stands within their form."""

    given = RadioField(
        _("Was consent given?"),
        choices=select_choices(
            {"yes": _("Yes: record it"), "no": _("Enter the answers without it, for a reason")}
        ),
        validate_choice=False,
    )
    why = StringField(_("Why without"), [Optional(), Length(max=500)])

    def __init__(self, texts: Mapping[int, str], parts: Mapping[str, str], today: date) -> None:
        super().__init__(texts, parts, today, prefix="consent-", meta={"csrf": False})
        self.how.label.text = _("How it was given")  # the form around it asks how the answers came

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it was said; what else is typed counts only with a yes."""
        if self.given.data == "yes":
            return super().validate(extra_validators)
        if self.given.data != "no":
            self.given.errors = [_("Say whether consent was given.")]
        elif self.why.validate(self) and not (self.why.data or "").strip():
            self.why.errors = [_("Say why the answers are entered without a recorded consent.")]
        return not self.errors
