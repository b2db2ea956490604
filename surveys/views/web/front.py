"""The front door, and the choices for this device: light or dark, and the language."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from surveys.views.web import server
from surveys.views.web.language import drafts, languages, locale

pages = Blueprint("front", __name__)

THEMES = ("system", "light", "dark")
ONE_YEAR = 365 * 24 * 3600

# Browsers and Werkzeug take some of these out of an address, and read a backslash as a slash.
_NO_ADDRESS = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f]")


@pages.get("/")
def index() -> str:
    """The page at the bare address."""
    return render_template("front.html")


@pages.route("/theme", methods=["GET", "POST"])
def theme() -> str | Answer:
    """Choose light, dark or the device's setting; the choice lasts a year on this device."""
    back = own_path(request.values.get("next") or request.referrer)
    chosen = request.form.get("theme")
    if chosen not in THEMES:
        return render_template("theme.html", themes=THEMES, current=current_theme(), back=back)
    return _remember("theme", chosen, back)


@pages.route("/language", methods=["GET", "POST"])
def language() -> str | Answer:
    """Choose the interface's language; the choice lasts a year on this device."""
    back = own_path(request.values.get("next") or request.referrer)
    chosen = request.form.get("language")
    if chosen not in languages():
        return render_template(
            "language.html", languages=languages(), drafts=drafts(), current=locale(), back=back
        )
    return _remember("language", chosen, back)


def current_theme() -> str:
    """The theme chosen on this device."""
    chosen = request.cookies.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def own_path(address: str | None) -> str:
    """`address` as a path of this site; the front door for any other address."""
    door = url_for("front.index")
    if not address or _NO_ADDRESS.search(address):
        return door
    try:
        here, asked = urlsplit(request.host_url), urlsplit(urljoin(request.host_url, address))
    except ValueError:
        return door
    # Compare the parsed address, because that is sent, not the written one.
    if asked[:2] != here[:2] or asked.path.startswith("//"):
        return door
    return urlunsplit(("", "", asked.path or door, asked.query, asked.fragment))


def _remember(name: str, chosen: str, back: str) -> Answer:
    answer: Response = make_response(redirect(back))
    answer.set_cookie(
        name,
        chosen,
        max_age=ONE_YEAR,
        samesite="Lax",
        secure=server.settings().secure,
        httponly=True,
    )
    return answer


def init_app(app: Flask) -> None:
    """Register the pages and tell every template the theme."""
    app.register_blueprint(pages)

    @app.context_processor
    def appearance() -> dict[str, str]:
        return {"theme": current_theme()}
