"""A page as PDF, where what makes one is installed; where it is not, that is said."""

from __future__ import annotations

import sys

import pytest

from surveys.exchange import pdf
from surveys.store.errors import Refused

PAGE = """<!doctype html><html lang="en"><title>Report</title><style>:root { --ink: #1f5f6b; }</style>
<body><h1>Report</h1><svg viewBox="0 0 9 9"><path d="M0 0h9" style="stroke:var(--ink)"/></svg>
</body></html>"""


def test_without_its_library_it_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(Refused, match="makes no PDF itself"):
        pdf.pdf(PAGE)


@pytest.mark.skipif(not pdf.is_there(), reason="the extra pdf is not installed")
def test_the_same_page_is_the_same_tagged_pdf() -> None:
    """With the colours that the page names."""
    made = pdf.pdf(PAGE)
    assert made.startswith(b"%PDF")
    assert b"pdfuaid" in made
    assert pdf.pdf(PAGE) == made
