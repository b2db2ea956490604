"""The instruments that a site knows, with all texts of each: the definitions', and those that it loaded."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.exchange.tables.recognising import Known
from surveys.instruments.library import Library
from surveys.store.words import wordings


def of_library(library: Library) -> tuple[Known, ...]:
    """The instruments in the texts of their definitions."""
    return tuple(Known(one, tuple(one.wording.texts.values())) for one in library)


def of_site(session: Session, library: Library, study: str = "") -> tuple[Known, ...]:
    """The instruments in the texts of their definitions and in the site's own, with the study's own forms."""
    found = []
    for one in library.of_study(study):
        loaded = wordings.loaded(session, one.key, one.version)
        texts = [text for row in loaded for text in wordings.texts_of(row.texts).values()]
        found.append(Known(one, (*one.wording.texts.values(), *texts)))
    return tuple(found)
