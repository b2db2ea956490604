"""A page as PDF, where WeasyPrint is installed (`pip install "seventh[pdf]"`, and Pango of the system)."""

from __future__ import annotations

import logging
import re
from importlib.util import find_spec

from analysis.words import words as _
from surveys.store.errors import Refused

ABSENT = _("This installation makes no PDF itself. Open the report and print it to a file.")
_COLOUR = re.compile(r"(--[\w-]+):\s*([^;}]+);")


def is_there() -> bool:
    """Whether this machine can make one."""
    return find_spec("weasyprint") is not None


def pdf(page: str) -> bytes:
    """The page, which needs nothing else, as PDF for print and screen readers.

    Raises:
        Refused: WeasyPrint or what it needs of the system is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise Refused(ABSENT) from error
    # It warns of each style of a drawing, of which its other half takes care.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return bytes(HTML(string=_with_colours(page)).write_pdf(pdf_variant="pdf/ua-1"))


def _with_colours(page: str) -> str:
    """The page with colours where it names them: WeasyPrint knows no names of colours in a drawing."""
    colours = dict(_COLOUR.findall(page))
    return re.sub(r"var\((--[\w-]+)\)", lambda found: colours.get(found[1], found[0]), page)
