"""Consent texts from TOML."""

from __future__ import annotations

import pytest

from surveys.exchange.consent_file import read
from surveys.exchange.faults import FileRefused

WHOLE = b'version = "1"\n[en]\ntext = "May we?\\n"\n[en.parts]\nkeep_answers = "Keep."\nresearch = "Use."\n'


def test_a_whole_file_is_read() -> None:
    """Version and text by language, parts in their own order."""
    version, texts = read(WHOLE)
    assert version == "1"
    assert texts["en"].text == "May we?"
    assert list(texts["en"].parts) == ["research", "keep_answers"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"[en", "not TOML"),
        (b'[en]\ntext = "x"', "needs a version"),
        (b'version = "1"', "no text"),
        (b'version = "1"\n[en]\ntext = " "', "needs a text"),
        (b'version = "1"\n[en]\ntext = "x"\nparts = {gene = "x"}', "gene is not known"),
        (b'version = "1"\n[en]\ntext = "x"\nmore = "x"', "more is not known"),
        (b'version = "1"\n[en]\ntext = "x"\nparts = {research = 1}', "a sentence for each part"),
        (WHOLE + b'[de]\ntext = "x"', "the same parts"),
        (b'version = "1"\n[en]\ntext = "x\\u0000"', "holds a control sign"),
        (b'version = "1\\u0000"\n[en]\ntext = "x"', "The version holds a control sign"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, said: str) -> None:
    """In a sentence."""
    with pytest.raises(FileRefused, match=said):
        read(content)
