"""Numbers that take text messages, in the international form: `+4915112345678`."""

from __future__ import annotations

import re

from analysis.words import words as _

LONGEST = 16  # ITU-T E.164: a plus and at most 15 digits
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")


class NoMobileError(ValueError):
    """A text that is no usable mobile number; the message is a sentence that says what would be one."""


def mobile_number(text: str, region: str | None) -> str:
    """The number that `text` spells, in E.164; without a country code it is dialled within `region`.

    Raises:
        NoMobileError: it is no number, or surely one that takes no text messages.
    """
    import phonenumbers  # the plans of all countries, where few pages need them
    from phonenumbers import NumberParseException, PhoneNumberType

    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        if region is None and error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise NoMobileError(
                _("Begin the number with + and the country code, such as +49 151 12345678.")
            ) from None
        raise NoMobileError(_("Enter a mobile number, such as +49 151 12345678.")) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise NoMobileError(_("There is no such number. Please look at it again: +49 151 12345678."))
    # In some countries a number does not tell which of the two it is.
    takes_texts = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if phonenumbers.number_type(number) not in takes_texts:
        raise NoMobileError(_("This is no mobile number, so it takes no text messages."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def regions() -> frozenset[str]:
    """The regions with numbers of their own, such as DE."""
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def shown(number: str) -> str:
    """An E.164 number as people read it: `+49 1511 2345678`."""
    import phonenumbers

    parsed = phonenumbers.parse(number, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
