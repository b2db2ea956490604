"""How long a text message is: what its signs cost, and how many messages a gateway counts for it.

3GPP TS 23.038 (GSM 03.38), the default alphabet and its extension: 160 signs in one message, 153 in each of
several. One sign outside it makes the whole text UCS-2: 70 and 67. A sign of the extension counts twice, and
no sign is cut in two.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
# What word processors write, as a keyboard does.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        "…": "...",
    }
)
GSM, UCS = (160, 153), (70, 67)


@dataclass(frozen=True)
class Size:
    """How long a text is in `signs`, how many `parts` it goes in, and the signs that make it UCS-2."""

    signs: int
    parts: int
    costly: str

    @property
    def most(self) -> int:
        """How many signs one message holds in this alphabet."""
        return (UCS if self.costly else GSM)[0]


def plain(text: str) -> str:
    """`text` with the quotes, dashes and blanks that every telephone knows."""
    return text.translate(_PLAIN)


def size(text: str) -> Size:
    """What `text` costs."""
    costly = "".join(dict.fromkeys(sign for sign in text if sign not in _BASIC | _EXTENDED))
    if costly:
        lengths, (whole, part) = [1 + (ord(sign) > 0xFFFF) for sign in text], UCS
    else:
        lengths, (whole, part) = [1 + (sign in _EXTENDED) for sign in text], GSM
    signs = sum(lengths)
    if signs <= whole:
        return Size(signs, 1, costly)
    parts, room = 1, part
    for length in lengths:
        if length > room:
            parts, room = parts + 1, part
        room -= length
    return Size(signs, parts, costly)
