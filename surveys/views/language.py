"""Which language the interface speaks. Questionnaire texts have languages of their own."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, request
from flask_babel import Babel

LANGUAGES = ("en",)

babel = Babel()


def locale() -> str:
    """The interface's language: the best that the browser asks for among ours, else English."""
    return preferred(LANGUAGES)


def preferred(offered: Sequence[str]) -> str:
    """The language of `offered` that the browser likes best; the first where it likes none."""
    return request.accept_languages.best_match(offered) or offered[0]


def init_app(app: Flask) -> None:
    """Speak the reader's language on every page of `app`."""
    babel.init_app(app, locale_selector=locale)

    @app.context_processor
    def language() -> dict[str, str]:
        return {"lang": locale(), "dir": "ltr"}
