"""Files that say themselves what they mean, so that nothing is asked of them: a tidy package, and FHIR."""

from __future__ import annotations

from datetime import datetime

from surveys.exchange import importing
from surveys.exchange.fhir import answers_in, incoming
from surveys.exchange.moving import files, storing
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.transactions import Transaction


def is_one(content: bytes) -> bool:
    """Whether the file is one of them."""
    return incoming.is_fhir(content) or files.is_package(content)


def lines(
    moment: Transaction, study_id: int, name: str, content: bytes, library: Library, *, at: datetime
) -> list[str]:
    """What would come in, a sentence each; nothing is stored.

    Raises:
        Refused, FileRefused: it cannot come in.
    """
    if not files.is_package(content):
        with moment() as session:
            code = session.get_one(Study, study_id).code
        file = answers_in.read(name, content, library, code)
        return importing.planned(moment, study_id, file, library, wording=None, at=at).told()
    with files.opened(content, name) as package, moment() as session:
        study = storing.study_of(session, study_id, package.sha256)
        return [str(storing.STORED)] if study.done else storing.look(package, study, library).lines()
