"""The staff's forms about messages: settings and words."""

from __future__ import annotations

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from analysis.words import words as _
from surveys.forms.fields import WholeNumberField
from surveys.forms.staff import StaffForm
from surveys.typed import NoNumberError, whole_number


def _hour(label: str, most: int) -> WholeNumberField:
    said = _("%(label)s: enter an hour from 0 to %(most)s.", label=label, most=most)
    return WholeNumberField(label, [InputRequired(said), NumberRange(0, most, said)])


class MessagingForm(StaffForm):
    """The study's settings for messages to patients."""

    refused_at = "clinic"
    days: tuple[int, ...] = ()

    clinic = StringField(_("Who writes"), [Optional(), Length(max=60)])
    reminder_days = StringField(_("Reminders, in days after the invitation"), [Optional(), Length(max=40)])
    send_hour = _hour(_("Messages go at"), 23)
    earliest_hour = _hour(_("Never before"), 23)
    latest_hour = _hour(_("Never from this hour on"), 24)
    region = StringField(_("Country of mobile numbers"), [Optional(), Length(max=2)])
    thanks = BooleanField(_("Thank patients by e-mail when they have answered"))

    def validate_reminder_days(self, field: StringField) -> None:
        """Numbers, separated by commas."""
        parts = [part for part in (field.data or "").split(",") if part.strip()]
        try:
            self.days = tuple(map(whole_number, parts))
        except NoNumberError:
            raise ValidationError(_("Write numbers of days with commas between them: 7, 14.")) from None


class WordsForm(StaffForm):
    """One message's words; `patient` is the patient of the preview."""

    subject = StringField(_("Subject"), [Length(max=200)])
    body = TextAreaField(_("Text"), [Length(max=5000)])
    patient = SelectField(_("Preview for"))
