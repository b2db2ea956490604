"""Fields that all forms share: a whole number, a number, a day. `surveys.typed` has their rules.

Also the boxes of a consent that was given elsewhere, which one patient and a whole list have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, EmailField, Field, FloatField, IntegerField, StringField, ValidationError
from wtforms.validators import Length, Optional

from surveys import same, typed
from surveys.daytime import is_time_zone
from surveys.mobile_numbers import NoMobileError, mobile_number, regions
from surveys.typed import NoNumberError

AHEAD = "This date lies ahead. Only what has begun is recorded here."


def not_ahead(form: Any, field: Field) -> None:
    """Refuse a day after the form's today."""
    if field.data and field.data > form.today:
        raise ValidationError(AHEAD)


def time_zone(form: Any, field: Field) -> None:
    """Refuse what is no time zone."""
    if not is_time_zone(field.data):
        raise ValidationError("Enter a time zone such as Europe/Berlin.")


class ClockField(StringField):
    """A time of day, for which browsers offer a picker."""


class WholeNumberField(IntegerField):
    """A whole number, with a fault in plain words."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take ordinary digits."""
        if not valuelist:
            return
        self.data = None
        try:
            self.data = typed.whole_number(valuelist[0])
        except NoNumberError:
            raise ValueError(
                f"{self.label.text} must be a whole number. It has at most {typed.MOST_DIGITS} digits."
            ) from None


class NumberField(FloatField):
    """A number, with a point or a comma before its decimals."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take ordinary digits; an ambiguous number is refused in words."""
        if valuelist:
            self.data = None
            self.data = typed.number(valuelist[0])


class EmailAddressField(EmailField):
    """A usable e-mail address, as it is stored; its fault says what is wrong."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take an address without the additions of mail programs; None if the box is empty."""
        super().process_formdata(list(valuelist))
        if self.data and self.data.strip():
            self.data = same.email_address(self.data)


class DayField(DateField):
    """A day in a possible year; its fault says how to write it."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take `2026-03-10`; any other text is refused in words."""
        try:
            if not "".join(valuelist).isascii():
                self.data = None
                raise ValueError
            super().process_formdata(list(valuelist))
        except ValueError:
            raise ValueError(
                f"{self.label.text}: give a day as year-month-day, such as 2026-03-10."
            ) from None
        if self.data and not typed.is_possible_year(self.data.year):
            self.data = None
            raise ValueError(f"{self.label.text}: the year must be {typed.possible_years()}.")


class ElsewhereBoxes:
    """The boxes of a consent that was given elsewhere; a form with them has `today`."""

    consent_reference = StringField("Where the consent is kept", [Optional(), Length(max=200)])
    consent_on = DayField("Day of the consent", [Optional(), not_ahead])

    def check_elsewhere(self) -> None:
        """Refuse one of the two without the other."""
        kept_in, on = self.consent_reference, self.consent_on
        if on.errors or kept_in.errors:
            return
        if on.data and not (kept_in.data or "").strip():
            kept_in.errors = ["Say where the consent is kept too."]
        elif kept_in.data and not on.data:
            on.errors = ["Enter the day of the consent too."]


class MobileField(StringField):
    """A number that takes text messages, in E.164; without a country code it is of the form's `region`."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no such number."""
        if self.data and self.data.strip():
            try:
                self.data = mobile_number(self.data, form.region)
            except NoMobileError as fault:
                raise ValidationError(str(fault)) from None


def region_named(text: str | None) -> str | None:
    """The region that two typed letters name, as it is written: DE for `de`. What is none stays as typed."""
    typed_letters = (text or "").strip()
    return next((code for code in regions() if same.alike(code, typed_letters)), typed_letters) or None
