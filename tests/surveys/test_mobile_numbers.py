"""Numbers of text messages as people write them."""

from __future__ import annotations

import pytest

from surveys.mobile_numbers import INTERNATIONAL, NoMobileError, mobile_number, regions, shown


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("0151 12345678", "DE", "+4915112345678"),
        ("+49 (0)151 / 123 456 78", None, "+4915112345678"),
        ("+49 (0)151 / 123 456 78", "GB", "+4915112345678"),
        ("0049 151 12345678", "DE", "+4915112345678"),
        ("07400 123456", "GB", "+447400123456"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("٠٧٤٠٠ ١٢٣٤٥٦", "GB", "+447400123456"),
        ("(201) 555-0123", "US", "+12015550123"),  # there a number does not tell what it is
    ],
)
def test_one_spelling_is_stored(typed: str, region: str | None, number: str) -> None:
    assert mobile_number(typed, region) == number
    assert INTERNATIONAL.fullmatch(number)
    assert mobile_number(shown(number), None) == number


@pytest.mark.parametrize(
    ("typed", "region", "said"),
    [
        ("0151 12345678", None, "country code"),
        ("030 123456", "DE", "takes no text messages"),
        ("0151 123", "DE", "no such number"),
        ("ring me", "DE", "Enter a mobile number"),
        ("", "DE", "Enter a mobile number"),
        ("0151 12345678 ext. 5", "DE", "no such number"),
        ("1" * 300, "DE", "Enter a mobile number"),
    ],
)
def test_what_takes_no_text_is_refused_in_words(typed: str, region: str | None, said: str) -> None:
    with pytest.raises(NoMobileError, match=said):
        mobile_number(typed, region)


def test_regions() -> None:
    assert {"DE", "GB", "US"} <= regions()
    assert not {"de", "XX"} & regions()
