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

# A report is a document of its own, with its styles inside, because it is also kept as a file. Nothing in it
# can run, load or lead elsewhere, and to the browser it is not of our origin.
REPORT_PAGES = frozenset({"reports.page"})
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)

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
        headers["Content-Security-Policy"] = _policy(response)
        headers.extend(same)
        if request.endpoint != "static" or response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        return response


def _policy(response: Response) -> str:
    if request.endpoint in REPORT_PAGES and response.status_code == 200:
        return REPORT_POLICY
    return FIGURE_POLICY if request.endpoint in FIGURE_PAGES else CONTENT_POLICY
