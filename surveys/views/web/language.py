"""Which language the interface speaks, and how text in another one is marked.

Questionnaire texts have languages of their own. A language of the interface is a catalogue in
`surveys/translations`: another catalogue, and the language page offers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from babel import Locale
from flask import Flask, current_app, request
from flask_babel import Babel, format_date
from markupsafe import Markup

CATALOGUES = Path(__file__).parents[2] / "translations"
OURS = "en"  # what the texts in the code are written in
DAYS = {"en": "d MMMM y"}  # Babel's English is American; the texts are British

babel = Babel()


def languages() -> tuple[str, ...]:
    """The interface's languages, English first."""
    offered: tuple[str, ...] = current_app.extensions["languages"]
    return offered


def locale() -> str:
    """The interface's language: the one chosen here, else the browser's best among ours, else English.

    The staff's pages are in English.
    """
    if request.path.startswith("/staff/") or request.blueprint == "security":
        return OURS
    chosen = request.cookies.get("language")
    return chosen if chosen in languages() else preferred(languages())


def preferred(offered: Sequence[str]) -> str:
    """The language of `offered` that the browser likes best, else the first, else English."""
    # Werkzeug gives English to somebody who asks for `de-AT, en`, because only that is there to the letter.
    for wanted, quality in request.accept_languages:
        same = [code for code in offered if code.lower() == wanted.lower()]
        related = [code for code in offered if code.partition("-")[0] == wanted.lower().partition("-")[0]]
        if quality and (found := same or related):
            return found[0]
    return next(iter(offered), "en")


def name(code: str, said_in: str | None = None) -> str:
    """What the language `code` is called in `said_in`, by default in itself."""
    said = Locale.parse(code, sep="-").get_display_name(said_in or code.replace("-", "_")) or code
    return said[:1].upper() + said[1:]


def direction(code: str) -> str:
    """`rtl` or `ltr`."""
    return Locale.parse(code, sep="-").text_direction


def attributes(code: str, around: str | None = None) -> Markup:
    """The attributes of an element in the language `code`, where the text around it (the page's) is not."""
    around = around or locale()
    if code == around:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(code, direction(code))


def marked(text: str, code: str) -> str | Markup:
    """`text` in the language `code`, marked where the page speaks another."""
    if code == locale():
        return text
    return Markup("<span{}>{}</span>").format(attributes(code), text)


def written(day: date) -> str:
    """A day in words, as the interface's language writes it."""
    return str(format_date(day, DAYS.get(locale(), "long")))


def written_as_known(on: date, precision: str) -> str:
    """A day, or its month or year where no more is known, likewise."""
    if precision == "day":
        return written(on)
    return str(format_date(on, {"month": "MMMM y", "year": "y"}[precision]))


def use(app: Flask, catalogues: Path) -> None:
    """Speak English and the languages that `catalogues` holds."""
    found = sorted(path.parts[-3] for path in catalogues.glob("*/LC_MESSAGES/messages.mo"))
    app.extensions["languages"] = (OURS, *found)
    babel.init_app(app, default_translation_directories=str(catalogues), locale_selector=locale)


def init_app(app: Flask) -> None:
    """Speak the reader's language on every page of `app`."""
    use(app, CATALOGUES)
    app.add_template_filter(written)
    app.add_template_filter(marked)
    app.add_template_filter(name, "language_name")
    app.add_template_global(attributes, "in_language")

    @app.context_processor
    def language() -> dict[str, str]:
        code = locale()
        return {"lang": code, "dir": direction(code)}
