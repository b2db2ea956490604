"""The interface's language, and the mark of text in another language.

Questionnaire texts have languages of their own. Each language of the interface is a catalogue in
`surveys/translations`; the language page offers all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, g, request
from flask_babel import Babel, Domain, format_date, format_decimal, refresh
from markupsafe import Markup

from analysis.words import read_by
from surveys.catalogues import FOLDER, PATIENTS, STAFF, texts
from surveys.catalogues import languages as languages_of
from surveys.language_names import name

OURS = "en"  # the language of the texts in the code
STAFF_PATHS = ("/staff/", "/docs")
# What staff read before they are known.
SIGN_IN = frozenset({"security", "invitation", "passkeys", "service"})
DAYS = {"en": "d MMMM y"}  # Babel's English is American; the texts are British


class _OfRequest(Domain):
    """The texts of the page's reader; the library would ask for each text which language the page speaks."""

    def get_translations(self) -> NullTranslations:
        """The catalogue, looked up once a request."""
        return _catalogue()


babel = Babel()
babel.domain_instance = _OfRequest()  # type: ignore[no-untyped-call]


def languages() -> tuple[str, ...]:
    """The interface's languages, English first."""
    offered: tuple[str, ...] = current_app.extensions["languages"]
    return offered


def staff_languages() -> tuple[str, ...]:
    """The languages of the staff's pages, English first."""
    offered: tuple[str, ...] = current_app.extensions["staff_languages"]
    return offered


def drafts() -> frozenset[str]:
    """The interface's languages that no native reader has read yet: no browser chooses them by itself."""
    found: frozenset[str] = current_app.extensions["drafts"]
    return found


def locale() -> str:
    """The interface's language: the chosen one, otherwise the browser's best among ours, otherwise English.

    Staff choose on their account (`known` says whose it is), patients on their device.
    """
    if "interface" not in g:
        g.interface = _locale()
    found: str = g.interface
    return found


def _locale() -> str:
    if is_for_staff():
        chosen = g.get("chosen_language")
        return str(chosen) if chosen in staff_languages() else preferred(staff_languages())
    chosen = request.cookies.get("language")
    if chosen in languages():
        return str(chosen)
    return preferred([code for code in languages() if code not in drafts()])


def is_for_staff() -> bool:
    """Whether staff read the page of this request, signed in or not."""
    return request.path.startswith(STAFF_PATHS) or request.blueprint in SIGN_IN


def known(chosen: str | None) -> None:
    """From here on this request is that of a member of staff who chose a language, or none."""
    g.chosen_language = chosen
    g.pop("interface", None)
    g.pop("catalogue", None)
    refresh()


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


def small(text: object) -> str:
    """`text` in small letters within a sentence; other languages than English keep their capital nouns."""
    return str(text).lower() if locale() == OURS else str(text)


def written_as_known(on: date, precision: str) -> str:
    """A day, or the month or year if only that is known, in words of the interface's language."""
    if precision == "day":
        return written(on)
    return str(format_date(on, {"month": "MMMM y", "year": "y"}[precision]))


def use(app: Flask, catalogues: Path) -> None:
    """Speak English and the languages that `catalogues` holds."""
    found = languages_of(catalogues, PATIENTS)
    app.extensions["catalogues"] = catalogues
    app.extensions["languages"] = (OURS, *found)
    app.extensions["staff_languages"] = (OURS, *languages_of(catalogues, STAFF))
    app.extensions["drafts"] = frozenset(code for code in found if (catalogues / code / "DRAFT").exists())
    babel.init_app(app, default_translation_directories=str(catalogues), locale_selector=locale)
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
        domains = (STAFF, PATIENTS) if is_for_staff() else (PATIENTS,)
        g.catalogue = texts(current_app.extensions["catalogues"], locale(), *domains)
    found: NullTranslations = g.catalogue
    return found


def init_app(app: Flask) -> None:
    """Speak the reader's language on every page of `app`."""
    use(app, FOLDER)
    app.add_template_filter(written)
    app.add_template_filter(number)
    app.add_template_filter(spoken)
    app.add_template_filter(marked)
    app.add_template_filter(small, "lower")
    app.add_template_filter(name, "language_name")
    app.add_template_global(attributes, "in_language")

    @app.before_request
    def read() -> None:
        if is_for_staff():
            g.reading = read_by(_catalogue)
            g.reading.__enter__()

    @app.teardown_request
    def read_no_more(_: BaseException | None) -> None:
        if reading := g.pop("reading", None):
            reading.__exit__(None, None, None)

    @app.context_processor
    def language() -> dict[str, Any]:
        code = locale()
        return {"lang": code, "dir": direction(code), "staff_languages": staff_languages()}
