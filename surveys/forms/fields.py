"""Fields that all forms share: a whole number, a number, a day. `surveys.typed` has their rules.

Also the boxes of a consent that was given elsewhere, which one patient and a whole list have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from babel.dates import get_month_names
from wtforms import DateField, EmailField, Field, FloatField, IntegerField, StringField, ValidationError
from wtforms.validators import Length, Optional

from analysis.words import words as _
from surveys import same, typed
from surveys.daytime import is_time_zone
from surveys.mobile_numbers import NoMobileError, mobile_number, regions
from surveys.typed import NoNumberError

SHORTEST_NAME = 3  # of a month that is begun
# Whatever language the page has, people write dates in their own. No name is two months in these.
MONTHS_IN = ("en", "de", "ar", "da", "es", "fr", "it", "nl", "pl", "pt", "ro", "sv", "tr")
AHEAD = _("This date lies ahead. Only what has begun is recorded here.")


def not_ahead(form: Any, field: Field) -> None:
    """Refuse a day after the form's today."""
    if field.data and field.data > form.today:
        raise ValidationError(AHEAD)


def time_zone(form: Any, field: Field) -> None:
    """Refuse what is no time zone."""
    if not is_time_zone(field.data):
        raise ValidationError(_("Enter a time zone such as Europe/Berlin."))


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
                _(
                    "%(label)s must be a whole number. It has at most %(most)s digits.",
                    label=self.label.text,
                    most=typed.MOST_DIGITS,
                )
            ) from None


class DayOfMonthField(WholeNumberField):
    """The day of a month, as people write it: `27`, `27.`, `27th`."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the number without what makes it an ordinal."""
        super().process_formdata([_as_number(typed.day_number, one) for one in valuelist])


class MonthField(WholeNumberField):
    """A month, as a number or by its name, whole or begun."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the name's number."""
        super().process_formdata([_as_number(month_number, one) for one in valuelist])


def _as_number(read: Callable[[str], int], text: str) -> str:
    """The number that `read` finds in `text`; `text` itself, which is a fault, where it finds none."""
    try:
        return str(read(text))
    except NoNumberError:
        return text


def month_number(text: str) -> int:
    """The month that digits or a name tell; a name may be begun with three signs or more.

    Raises:
        NoNumberError: it is neither, or begins several names.
    """
    word = _name(typed.with_plain_digits(text))
    if len(word) < SHORTEST_NAME or word.isdigit():
        return typed.day_number(word)
    names = month_names()
    begun = {month for one, month in names.items() if one.startswith(word)}
    found = {names[word]} if word in names else begun
    if len(found) != 1:
        raise NoNumberError(_("Write the month as a number from 1 to 12, or by its name."))
    return found.pop()


def _name(text: str) -> str:
    return same.folded(text).rstrip(".")


@cache
def month_names() -> Mapping[str, int]:
    """Each month by its folded names, whole and short, in the languages that patients may write."""
    found: dict[str, int] = {}
    for code in MONTHS_IN:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, code)
                found |= {_name(name): number for number, name in names.items()}
    return found


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
                _("%(label)s: give a day as year-month-day, such as 2026-03-10.", label=self.label.text)
            ) from None
        if self.data and not typed.is_possible_year(self.data.year):
            self.data = None
            raise ValueError(
                _(
                    "%(label)s: the year must be %(years)s.",
                    label=self.label.text,
                    years=typed.possible_years(),
                )
            )


class ElsewhereBoxes:
    """The boxes of a consent that was given elsewhere; a form with them has `today`."""

    consent_reference = StringField(_("Where the consent is kept"), [Optional(), Length(max=200)])
    consent_on = DayField(_("Day of the consent"), [Optional(), not_ahead])

    def check_elsewhere(self) -> None:
        """Refuse one of the two without the other."""
        kept_in, on = self.consent_reference, self.consent_on
        if on.errors or kept_in.errors:
            return
        if on.data and not (kept_in.data or "").strip():
            kept_in.errors = [_("Say where the consent is kept too.")]
        elif kept_in.data and not on.data:
            on.errors = [_("Enter the day of the consent too.")]


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
