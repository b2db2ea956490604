"""What people type: signs, lines, numbers and days."""

from __future__ import annotations

import math
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import typed
from surveys.typed import NoNumberError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2.5", 2.5),
        ("2,5", 2.5),
        (" 12 ", 12),
        ("0,125", 0.125),
        ("12,50", 12.5),
        (".5", 0.5),
        ("-3", -3),
        ("+1.25", 1.25),
        ("1.000", 1),
        ("1000000", 1_000_000),
    ],
)
def test_a_number_may_have_a_decimal_comma(text: str, number: float) -> None:
    """Where it can be nothing else."""
    assert typed.number(text) == number


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,000", "write 1000, or 1.000 with a point"),
        ("12,500", "two ways"),
        ("1.000,5", "no sign parts thousands"),
        ("1,000,000", "no sign parts thousands"),
        ("1_000", "no sign parts thousands"),
        ("1 000", "no sign parts thousands"),
        ("1e400", "Enter a number."),
        ("1e3", "Enter a number."),
        ("inf", "Enter a number."),
        ("NaN", "Enter a number."),
        ("", "Enter a number."),
        ("١٢", "Enter a number."),
        ("9" * 400, "at most 1000000"),
        ("1000000.1", "at most 1000000"),
        ("-1000001", "at most 1000000"),
    ],
)
def test_what_is_no_number_is_told(text: str, told: str) -> None:
    """In a sentence that says what would do."""
    with pytest.raises(NoNumberError, match=told):
        typed.number(text)


@given(st.text())
def test_a_number_is_finite_or_refused(text: str) -> None:
    """Nothing else comes out, and nothing else is raised."""
    with suppress(NoNumberError):
        assert math.isfinite(typed.number(text))


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 07 ", 7), ("-3", -3), ("999999999", 999_999_999)])
def test_a_whole_number_is_of_ordinary_digits(text: str, number: int) -> None:
    """With a sign, if wanted."""
    assert typed.whole_number(text) == number


@pytest.mark.parametrize("text", ["", "1_000", "1.0", "1e3", "١٢", "x", "1 0", "1" * 10, "9" * 5000])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    """Also what no database holds."""
    with pytest.raises(NoNumberError):
        typed.whole_number(text)


@given(st.text(st.characters(codec=None)))
def test_signs_are_kept_or_taken_out(text: str) -> None:
    """Control signs and surrogates go, all else stays; a line end is one sign."""
    plain = typed.without_hidden_signs(typed.with_plain_lines(text))
    assert not typed.holds_hidden_signs(plain)
    for sign in plain:
        assert sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    kept = [sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp")]
    assert kept == [sign for sign in plain if sign not in "\n\t"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_a_line_end_is_one_sign(end: str) -> None:
    """Whatever a browser or word processor makes of it."""
    assert typed.with_plain_lines(f"a{end}{end}b") == "a\n\nb"


def test_years_have_bounds() -> None:
    """From 1880 to a decade ahead."""
    ahead = datetime.now(UTC).year + 10
    assert [typed.is_possible_year(year) for year in (24, 1879, 1880, ahead, ahead + 1, 9999)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    assert typed.possible_years() == f"from 1880 to {ahead}"


def test_a_year_of_birth_is_found_in_a_date() -> None:
    """Alone, in a date however it is written, and in the digits of any script."""
    wide, arabic = ("".join(chr(zero + int(digit)) for digit in "1970") for zero in (0xFF10, 0x0660))
    dates = ("01.02.1970", "1970-02-01", "1/2/1970", "01 02 1970", "01021970", "19700201", "1 February 1970")
    for text in ("1970", " 1970 ", "19 70", "born 1970", wide, arabic, *dates):
        assert typed.birth_year(text) == 1970


def test_what_tells_no_year_of_birth_is_none() -> None:
    """Nor does an impossible year, or one of two."""
    ahead = datetime.now(UTC).year + 1
    for text in ("", "70", "1.2.70", "19700", "1870", str(ahead), "1970 or 1971", "x", "²0²0"):
        assert typed.birth_year(text) is None


@pytest.mark.parametrize(
    ("name", "sign"), [("=1+1", "="), ("-1", "-"), ("+x", "+"), ("@x", "@"), ("\tx", "a tab")]
)
def test_a_name_that_a_spreadsheet_would_run_is_told(name: str, sign: str) -> None:
    """Signs elsewhere in it do no harm."""
    assert (typed.formula_fault(name, "A site") or "").startswith(f"A site cannot begin with {sign}: ")
    assert typed.formula_fault("", "A site") is None
    assert typed.formula_fault("a=1-1", "A site") is None
