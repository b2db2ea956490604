"""The catalogues of our texts by language: what patients read (`messages`), and what staff read (`staff`)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from analysis.words import read_by

FOLDER = Path(__file__).parent / "translations"
PATIENTS, STAFF = "messages", "staff"


def languages(folder: Path, catalogue: str) -> list[str]:
    """The languages that have this catalogue, beside English."""
    return sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{catalogue}.mo"))


@cache
def texts(folder: Path, language: str, *catalogues: str) -> NullTranslations:
    """The catalogues of a language as one: a text that the first lacks is looked for in the next."""
    found = NullTranslations()
    for name in reversed(catalogues):
        path = folder / language.replace("-", "_") / "LC_MESSAGES" / f"{name}.mo"
        if path.exists():
            with path.open("rb") as file:
                first = Translations(file)
            first.add_fallback(found)
            found = first
    return found


def read_in(language: str | None) -> AbstractContextManager[None]:
    """Speak to a member of staff in `language` in this block; in English where there is none."""
    return read_by(lambda: texts(FOLDER, language or "en", STAFF, PATIENTS))
