"""Addresses as pictures for a telephone's camera."""

from __future__ import annotations

from markupsafe import Markup


def qr(address: str) -> Markup:
    """A QR code: black on white, drawn without styles."""
    import segno  # half a megabyte, for staff who show or print a link

    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 — drawn by segno from our own address
