"""The short code of a sentence, by which anybody can have it computed again.

``7K2MQ9-D3FA-W8XC``: of what data (the whole study and the filters), about what, and what is said. Its
alphabet (Crockford's) leaves out I, L, O and U, so that a code survives being typed off paper.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.statements.statement import Statement

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTHS = (6, 4, 4)
_READ_AS = str.maketrans("ILOU", "110V")


class CodeError(ValueError):
    """The text is no code of a sentence."""


@dataclass(frozen=True)
class Code:
    """The three parts of a code."""

    data: str
    about: str
    says: str

    def __str__(self) -> str:
        return f"{self.data}-{self.about}-{self.says}"

    @classmethod
    def of(cls, statement: Statement, data_sha256: str, filters: Mapping[str, str]) -> "Code":
        said = (statement.text, statement.direction, statement.why)
        parts = ((data_sha256, dict(filters)), statement.identity, said)
        return cls(*(_short(part, length) for part, length in zip(parts, _LENGTHS, strict=True)))

    @classmethod
    def read(cls, text: str) -> "Code":
        """The code as somebody typed it: any case, any dashes or blanks; I and L are 1, O is 0, U is V.

        Raises:
            CodeError: the text has other signs, or more or fewer.
        """
        signs = re.sub(r"[\s\-‐-―_.]", "", text.upper()).translate(_READ_AS)
        if len(signs) != sum(_LENGTHS) or any(sign not in _ALPHABET for sign in signs):
            raise CodeError(
                f"{text!r} is no code of a sentence: it has {sum(_LENGTHS)} letters and digits, such as "
                "7K2MQ9-D3FA-W8XC."
            )
        return cls(signs[:6], signs[6:10], signs[10:])


def data_part(data_sha256: str, filters: Mapping[str, str]) -> str:
    """The first part: of what data a sentence is, and of which part of them."""
    return _short((data_sha256, dict(filters)), _LENGTHS[0])


def _short(part: object, length: int) -> str:
    digest = hashlib.sha256(json.dumps(part, ensure_ascii=False, sort_keys=True).encode()).digest()
    number = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[number >> 5 * at & 31] for at in range(length))
