"""What a page's view answers with."""

from __future__ import annotations

from werkzeug.wrappers import Response

Page = str | Response | tuple[str, int]
