"""A page as PDF, where what makes one is installed; where it is not, that is said."""

from __future__ import annotations

import re
import sys
import zlib

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
def test_the_same_page_is_the_same_tagged_pdf(caplog: pytest.LogCaptureFixture) -> None:
    """In the colour that the page names, with nothing to say in the log."""
    made = pdf.pdf(PAGE)
    content = b"".join(
        zlib.decompress(one) for one in re.findall(rb"stream\n(x.*?)\nendstream", made, re.DOTALL)
    )
    assert b'pdfuaid:part="1"' in content
    assert b"0.121569 0.372549 0.419608 RG" in content
    assert pdf.pdf(PAGE) == made
    assert caplog.records == []
