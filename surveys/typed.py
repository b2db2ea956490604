"""The rules for typed text: signs, lines, numbers and days, for forms and readers of files."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from analysis.words import words as _

FIRST_YEAR = 1880
YEARS_AHEAD = 10
MOST_DIGITS = 9  # every database can hold a whole number of this size
LARGEST_NUMBER = 1_000_000

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WHOLE = re.compile(rf"[+-]?[0-9]{{1,{MOST_DIGITS}}}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")
_ORDINAL = re.compile(r"(?<=[0-9])(?:\.|st|nd|rd|th|er|re|e|º|ª|°)$", re.IGNORECASE)
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


class NoNumberError(ValueError):
    """A text that is not a storable number; the message is a sentence that says what would be one."""


def formula_fault(name: str, what: str) -> str | None:
    """Why `what`, such as "A visit's name", cannot be `name`: a spreadsheet would run it. None if it can."""
    if not name.startswith(_FORMULA):
        return None
    sign = {"\t": _("a tab"), "\r": _("a line end")}.get(name[0], name[0])
    return _("%(what)s cannot begin with %(sign)s: spreadsheets would run it.", what=what, sign=sign)


def with_plain_lines(text: str) -> str:
    """`text` with a line feed at each line end, so that a line end counts as one sign."""
    return _LINE_ENDS.sub("\n", text)


def holds_hidden_signs(text: str) -> bool:
    """Whether `text` has a sign that pages cannot show and PostgreSQL or UTF-8 cannot hold.

    Those are control signs except tab and line ends, and halves of a surrogate pair.
    """
    return _HIDDEN.search(text) is not None


def without_hidden_signs(text: str) -> str:
    """`text` without them."""
    return _HIDDEN.sub("", text)


def whole_number(text: str) -> int:
    """The whole number that ordinary digits spell.

    Raises:
        NoNumberError: they spell none, or one with more than `MOST_DIGITS` digits.
    """
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        digits = text.lstrip("+-")
        if digits.isascii() and digits.isdigit():
            raise NoNumberError(
                _("Enter a number of at most %(most_digits)s digits.", most_digits=MOST_DIGITS)
            )
        raise NoNumberError(_("Enter a whole number."))
    return int(text)


def day_number(text: str) -> int:
    """The day of a month, as people write it: `27`, `27.`, `27th`, `27º`, in any script's digits.

    Raises:
        NoNumberError: it is no whole number.
    """
    return whole_number(_ORDINAL.sub("", with_plain_digits(text).strip()))


def with_plain_digits(text: str) -> str:
    """`text` with ordinary digits in place of those of other scripts."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def number(text: str) -> float:
    """The number that ordinary digits spell, with a point or a comma before its decimals.

    Raises:
        NoNumberError: they spell none, one beyond `LARGEST_NUMBER`, or one that can be read in two ways.
    """
    text = text.strip()
    if _MAYBE_THOUSANDS.fullmatch(text):
        whole, __, rest = text.partition(",")
        raise NoNumberError(
            _(
                "%(text)s can be read in two ways: write %(whole)s%(rest)s, or %(whole)s.%(rest)s "
                "with a point.",
                text=text,
                whole=whole,
                rest=rest,
            )
        )
    if not _NUMBER.fullmatch(text):
        raise NoNumberError(
            _("Enter a number. Decimals follow a point, such as 2.5; no sign parts thousands.")
        )
    value = float(text.replace(",", "."))
    if abs(value) > LARGEST_NUMBER:
        raise NoNumberError(_("Enter a number of at most %(largest_number)s.", largest_number=LARGEST_NUMBER))
    return value


def birth_year(text: str) -> int | None:
    """The year of birth in `text`, alone or in a whole date, in any script's digits; None if there is none.

    A person who is asked for a year often writes the day too: `01.02.1970`, `1970-02-01`, `01021970`.
    """
    plain = with_plain_digits(text)
    groups = re.findall("[0-9]+", plain)
    told = [group for group in groups if len(group) == 4]
    if not told and re.fullmatch(r"[0-9\s]+", plain):
        joined = "".join(groups)
        told = {4: [joined], 8: [joined[:4], joined[4:]]}.get(len(joined), [])
    years = {int(year) for year in told if FIRST_YEAR <= int(year) <= datetime.now(UTC).year}
    return years.pop() if len(years) == 1 else None


def last_year() -> int:
    """The last year that a day may lie in: some years ahead, for planned dates."""
    return datetime.now(UTC).year + YEARS_AHEAD


def is_possible_year(year: int) -> bool:
    """Whether a day of a patient or a study can lie in `year`."""
    return FIRST_YEAR <= year <= last_year()


def possible_years() -> str:
    """The possible years, in words."""
    return _("from %(first_year)s to %(last_year)s", first_year=FIRST_YEAR, last_year=last_year())
