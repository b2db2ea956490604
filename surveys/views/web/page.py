"""The answer of a page's view."""

from __future__ import annotations

from werkzeug.wrappers import Response

Page = str | Response | tuple[str, int]
