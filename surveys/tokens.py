"""The secret part of a link: letters and digits only, because mail programs cut other signs off an address.

Pure: it knows neither links nor accounts. Earlier tokens may hold `-` and `_`, also at their end, and signed
ones full stops; they are still read.
"""

from __future__ import annotations

import re
import secrets
import string
from base64 import b32decode, b32encode
from collections.abc import Iterator
from itertools import product
from unicodedata import category
from urllib.parse import unquote

LENGTH = 32
_SIGNS = string.ascii_letters + string.digits
_CUT = "-_"  # an earlier token may end with these
_MOST_CUT = 2  # more of them at the end: one token in 30,000
_NEW = re.compile(f"[A-Za-z0-9]{{{LENGTH}}}")
_BEHIND = re.compile(r"[^A-Za-z0-9]+$")


def new() -> str:
    """A new token of 190 random bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(LENGTH))


def cleaned(given: str) -> str:
    """`given` without the blanks, invisible signs and closing punctuation that copying adds to an address."""
    seen = (sign for sign in unquote(given) if not sign.isspace() and category(sign)[0] != "C")
    return _BEHIND.sub("", "".join(seen))


def readings(given: str) -> Iterator[str]:
    """The possible originals of a mailed and copied `given`.

    Itself; cleaned; what stands in it in the form of a new token, where words or a second address were copied
    with it or mail broke its line by `=`; and with the end restored that an earlier token lost.
    """
    yield given
    kept = cleaned(given)
    yield kept
    within = _NEW.search(kept.replace("=", ""))
    if within and within[0] != kept:
        yield within[0]
    missing = LENGTH - len(kept)
    if 1 <= missing <= _MOST_CUT:
        for end in product(_CUT, repeat=missing):
            yield kept + "".join(end)


def spelled(signed: str) -> str:
    """`signed` in small letters and digits."""
    return b32encode(signed.encode()).decode().rstrip("=").lower()


def signed(given: str) -> str:
    """The input of `spelled`, or `given` itself, cleaned, if it is a signed text of the earlier kind.

    Raises:
        ValueError: it is neither of them.
    """
    kept = cleaned(given)
    if "." in kept:
        return kept
    return b32decode(kept.upper() + "=" * (-len(kept) % 8)).decode()
