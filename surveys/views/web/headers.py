"""Headers of every answer: a strict content policy, no caching of pages, no referrer to other sites.

`static.py` sends static files and says how long they are kept.
"""

from __future__ import annotations

from flask import Flask, Response, request

# Pages with figures: a picture of one is made in the browser, from a blob that never leaves it.
FIGURE_PAGES = frozenset({"dashboard.index", "dashboard.page"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

FIGURE_POLICY = CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' blob:")

EVERYWHERE = (
    ("X-Content-Type-Options", "nosniff"),
    # Keeps the personal link from other sites; no-referrer would also hide the Origin of our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
OVER_TLS = ("Strict-Transport-Security", "max-age=31536000")


def init_app(app: Flask) -> None:
    """Set the headers on every response of `app`."""
    same = (*EVERYWHERE, OVER_TLS) if app.config["SETTINGS"].secure else EVERYWHERE

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        with_figures = request.endpoint in FIGURE_PAGES
        headers["Content-Security-Policy"] = FIGURE_POLICY if with_figures else CONTENT_POLICY
        headers.extend(same)
        if request.endpoint != "static" or response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        return response
