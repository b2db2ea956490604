"""The interface's language, and the mark of text in another language.

Questionnaire texts have languages of their own. Each language of the interface is a catalogue in
`surveys/translations`; the language page offers all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from gettext import NullTranslations
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from flask import Flask, current_app, g, request
from flask_babel import Babel, format_date, format_decimal, get_translations
from markupsafe import Markup

from surveys.language_names import name

CATALOGUES = Path(__file__).parents[2] / "translations"
OURS = "en"  # the language of the texts in the code
DAYS = {"en": "d MMMM y"}  # Babel's English is American; the texts are British

babel = Babel()


def languages() -> tuple[str, ...]:
    """The interface's languages, English first."""
    offered: tuple[str, ...] = current_app.extensions["languages"]
    return offered


def drafts() -> frozenset[str]:
    """The interface's languages that no native reader has read yet: no browser chooses them by itself."""
    found: frozenset[str] = current_app.extensions["drafts"]
    return found


def locale() -> str:
    """The interface's language: the chosen one, otherwise the browser's best among ours, otherwise English.

    The staff's pages are in English.
    """
    if "interface" not in g:
        g.interface = _locale()
    found: str = g.interface
    return found


def _locale() -> str:
    if request.path.startswith("/staff/") or request.blueprint == "security":
        return OURS
    chosen = request.cookies.get("language")
    if chosen in languages():
        return str(chosen)
    return preferred([code for code in languages() if code not in drafts()])


def preferred(offered: Sequence[str]) -> str:
    """The language of `offered` that the browser prefers, otherwise the first, otherwise English."""
    # Werkzeug would give English for `de-AT, en`, because only `en` matches exactly.
    for wanted, quality in request.accept_languages:
        same = [code for code in offered if code.lower() == wanted.lower()]
        related = [code for code in offered if code.partition("-")[0] == wanted.lower().partition("-")[0]]
        if quality and (found := same or related):
            return found[0]
    return next(iter(offered), "en")


def direction(code: str) -> str:
    """`rtl` or `ltr`."""
    return Locale.parse(code, sep="-").text_direction


def attributes(code: str, around: str | None = None) -> Markup:
    """The attributes of an element in the language `code`, if the page has another language."""
    around = around or locale()
    if code == around:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(code, direction(code))


def marked(text: str, code: str) -> str | Markup:
    """`text` in the language `code`, marked if the page has another language."""
    if code == locale():
        return text
    return Markup("<span{}>{}</span>").format(attributes(code), text)


class Spoken(NamedTuple):
    """A text and its language."""

    text: str
    locale: str


def spoken(texts: Mapping[str, str]) -> Spoken:
    """The text in the interface's language if there is one, otherwise the first."""
    code = locale() if texts.get(locale()) else next(iter(texts), OURS)
    return Spoken(texts.get(code, ""), code)


def written(day: date) -> str:
    """A day in words, in the interface's language."""
    return str(format_date(day, DAYS.get(locale(), "long")))


def number(value: float) -> str:
    """A number with one decimal at most, as the interface's language writes it."""
    return str(format_decimal(round(value, 1), "#,##0.#"))


def written_as_known(on: date, precision: str) -> str:
    """A day, or the month or year if only that is known, in words of the interface's language."""
    if precision == "day":
        return written(on)
    return str(format_date(on, {"month": "MMMM y", "year": "y"}[precision]))


def use(app: Flask, catalogues: Path) -> None:
    """Speak English and the languages that `catalogues` holds."""
    found = sorted(path.parts[-3] for path in catalogues.glob("*/LC_MESSAGES/messages.mo"))
    app.extensions["languages"] = (OURS, *found)
    app.extensions["drafts"] = frozenset(code for code in found if (catalogues / code / "DRAFT").exists())
    babel.init_app(app, default_translation_directories=str(catalogues), locale_selector=locale)
    # The library asks for each text which language the page speaks: a tenth of what an item page costs.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().gettext(text),
        lambda one, several, number: _catalogue().ngettext(one, several, number),
        newstyle=True,
    )


def _catalogue() -> NullTranslations:
    """The texts in the page's language, looked up once a request; in English where there is none."""
    if not g:
        return NullTranslations()
    if "catalogue" not in g:
        g.catalogue = get_translations()
    found: NullTranslations = g.catalogue
    return found


def init_app(app: Flask) -> None:
    """Speak the reader's language on every page of `app`."""
    use(app, CATALOGUES)
    app.add_template_filter(written)
    app.add_template_filter(number)
    app.add_template_filter(spoken)
    app.add_template_filter(marked)
    app.add_template_filter(name, "language_name")
    app.add_template_global(attributes, "in_language")

    @app.context_processor
    def language() -> dict[str, str]:
        code = locale()
        return {"lang": code, "dir": direction(code)}
