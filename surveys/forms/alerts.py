"""The forms of alerts: what was done about one, and the rules that raise them."""

from __future__ import annotations

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.fields import NumberField
from surveys.forms.staff import StaffForm, select_choices


class AcknowledgeForm(StaffForm):
    """Taking an alert on; its fields carry the alert's number, since a page shows several."""

    note = TextAreaField(_("What will be done"), [Optional(), Length(max=2000)])


class ActedOnForm(StaffForm):
    """The action about an alert."""

    note = TextAreaField(_("What was done"), [InputRequired(_("Say what was done.")), Length(max=2000)])


class CloseAlertForm(StaffForm):
    """Why an alert needs no further action."""

    note = TextAreaField(_("Why it is closed"), [Optional(), Length(max=2000)])


class AlertRuleForm(StaffForm):
    """A rule of the study's own; `measure` is a scale as `phq9.total`, or an item as `face.q5`.

    `at_least` is the number for either end, and also a posted kind, because scripts use these names.
    """

    refused_at = "measure"

    measure = SelectField(_("Score or answer"), [InputRequired(_("Choose a score or an answer."))])
    kind = RadioField(
        _("Raise an alert when it is"),
        choices=select_choices(
            {"this_bad": _("this bad or worse"), "worse": _("worse by the detectable change or more")}
        ),
        filters=[lambda kind: "this_bad" if kind == "at_least" else kind],
        default="this_bad",
    )
    at_least = NumberField(_("Number"), [Optional()])

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal; its threshold is `at_least` here."""
        super().refuse(message, "at_least" if field == "threshold" else field)


class ConfirmRuleForm(StaffForm):
    """The score of a rule that was set before rules had a direction."""

    threshold = NumberField(_("Number"), [InputRequired(_("Enter a number."))])
