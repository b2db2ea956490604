"""Accounts: new members of a study, one's own password, codes from an app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms.fields import EmailAddressField
from surveys.forms.staff import StaffForm, select_choices

ROLES = {
    "coordinator": _("Coordinator: enrols patients, sees contacts, corrects and exports"),
    "investigator": _("Investigator: sees patients and takes alerts on"),
    "analyst": _("Analyst: sees numbers and exports, no single patient's page and no contact"),
}


MEANINGS = {
    "reviewed": _("I have reviewed this."),
    "complete": _("This is complete and right as far as I know."),
    "approved": _("I approve this for analysis."),
}


class SignatureForm(StaffForm):
    """What a signature means; the signed-in person proves anew who they are."""

    refused_at = "password"

    meaning = RadioField(
        _("What the signature means"), [InputRequired(_("Choose one."))], choices=select_choices(MEANINGS)
    )
    password = PasswordField(_("Your password"), [InputRequired(_("Enter your password."))])
    code = StringField(_("Code from your app"), [Optional(), Length(max=16)])


class ProofForm(StaffForm):
    """The signed-in person proves anew who they are."""

    refused_at = "password"

    password = PasswordField(_("Your password"), [InputRequired(_("Enter your password."))])
    code = StringField(_("Code from your app"), [Optional(), Length(max=16)])


class PasskeyForm(ProofForm):
    """A passkey to be made."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=64)])


DATES = {
    "none": _("No calendar dates"),
    "shifted": _("Dates moved by a secret number of days"),
    "exact": _("True dates"),
}


class KeyForm(ProofForm):
    """A key for a program."""

    study = SelectField(_("Study"), [InputRequired(_("Choose a study."))])
    name = StringField(_("Program"), [InputRequired(_("Name the program.")), Length(max=64)])
    dates = RadioField(_("Calendar dates"), choices=select_choices(DATES), default="none")
    reason = StringField(_("Why true dates are needed"), [Optional(), Length(max=500)])

    def offer(self, studies: Iterable[str]) -> None:
        """Offer these studies, by their codes."""
        self.study.choices = select_choices({code: code for code in studies})

    def words_of_dates(self, dates: str) -> str:
        """What a key with these dates gives."""
        return DATES[dates]


class CredentialForm(StaffForm):
    """What a browser says of a passkey, in a field that a script fills; `next` is where to go then."""

    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    next = HiddenField()


class InvitationForm(StaffForm):
    """Somebody to join a study."""

    refused_at = "email"

    email = EmailAddressField(
        _("E-mail address"), [InputRequired(_("Enter the e-mail address.")), Length(max=254)]
    )
    name = StringField(_("Name"), [Optional(), Length(max=200)])
    role = RadioField(_("Role"), [InputRequired(_("Choose a role."))], choices=select_choices(ROLES))
    site = StringField(_("Only the patients of the site"), [Optional(), Length(max=64)])


class NewPasswordForm(StaffForm):
    """A password, typed twice."""

    refused_at = "new"

    new = PasswordField(_("New password"), [InputRequired(_("Choose a password."))])
    again = PasswordField(_("The same once more"), [InputRequired(_("Type it once more."))])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether both are the same."""
        if not super().validate(extra_validators):
            return False
        if self.new.data != self.again.data:
            self.again.errors = [_("This is not the same.")]
        return not self.again.errors


class NewPasswordWithCodeForm(NewPasswordForm):
    """A password, by a link that another person handed over; it opens only with a third person's code."""

    code = StringField(_("Code"), [InputRequired(_("Enter the code.")), Length(max=32)])


class PasswordForm(NewPasswordForm):
    """Another password; the signed-in person proves to know the old one."""

    old = PasswordField(_("Password now"), [InputRequired(_("Enter your password."))])


class CodeForm(StaffForm):
    """A code that the app shows."""

    refused_at = "code"

    code = StringField(
        _("Code that the app shows now"), [InputRequired(_("Enter the code.")), Length(max=16)]
    )
