"""Errors that a person can mend, as sentences for standard error; others keep their traceback."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

from surveys.db import DatabaseBehindError
from surveys.instruments.definition import DefinitionError
from surveys.instruments.library import UnknownInstrument
from surveys.instruments.scoring import AnswerError
from surveys.mail.mailer import MailSettingsError
from surveys.schedule import PlanError
from surveys.settings import SettingsError
from surveys.store.errors import Refused
from surveys.store.words.versions import ChangedDefinitionError

REFUSALS = (
    AnswerError,
    ChangedDefinitionError,
    DatabaseBehindError,
    DefinitionError,
    MailSettingsError,
    PlanError,
    Refused,
    SettingsError,
    UnknownInstrument,
)


def sentences(error: Exception) -> list[str]:
    """The sentences about `error`, a line per fault; empty if the person cannot mend it."""
    if isinstance(error, REFUSALS):
        return str(error).splitlines()
    if isinstance(error, OSError) and error.filename:
        return [f"{error.filename}: {error.strerror}."]
    if isinstance(error, OperationalError):
        return [f"The database did not answer: {_first_line(error)}. Check SEVENTH_DATABASE_URL."]
    return []


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
