"""Fields that all forms share: a whole number, a number, a day. What they take is said in `surveys.typed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, EmailField, FloatField, IntegerField

from surveys import same, typed
from surveys.typed import NoNumberError


class WholeNumberField(IntegerField):
    """A whole number that says in plain words when it is none."""

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
        """Take ordinary digits; what could be read in two ways is refused in words."""
        if valuelist:
            self.data = None
            self.data = typed.number(valuelist[0])


class EmailAddressField(EmailField):
    """An e-mail address that mail can be sent to, as it is kept; its fault says what is wrong."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take an address, without what mail programs put around it; none where the box is empty."""
        super().process_formdata(list(valuelist))
        if self.data and self.data.strip():
            self.data = same.email_address(self.data)


class DayField(DateField):
    """A day in a year that is possible; its fault says how to give it."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take `2026-03-10` in ordinary digits; anything else is refused in words."""
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
