"""Addresses as pictures for a telephone's camera."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(address: str) -> Markup:
    """A QR code: black on white, drawn without styles."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 — drawn by segno from our own address
