"""Errors that a person can mend, as sentences for standard error; others keep their traceback."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, ProgrammingError

from surveys.db import DatabaseBehindError, RestoreCutShortError, is_out
from surveys.instruments.definition import DefinitionError
from surveys.instruments.library import UnknownInstrument
from surveys.instruments.scoring import AnswerError
from surveys.mail.mailer import MailSettingsError
from surveys.schedule import PlanError
from surveys.settings import SettingsError
from surveys.sqlite_file import DamagedError
from surveys.store.errors import Refused
from surveys.store.words.versions import ChangedDefinitionError

REFUSALS = (
    AnswerError,
    ChangedDefinitionError,
    DamagedError,
    DatabaseBehindError,
    DefinitionError,
    MailSettingsError,
    PlanError,
    Refused,
    RestoreCutShortError,
    SettingsError,
    UnknownInstrument,
)
FULL = (errno.ENOSPC, errno.EDQUOT)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
CORRUPTED = ("XX001", "XX002")  # a page, an index
NO_RIGHT = "42501"


def sentences(error: Exception) -> list[str]:
    """The sentences about `error`, a line per fault; empty if the person cannot mend it."""
    if isinstance(error, REFUSALS):
        return str(error).splitlines()
    if isinstance(error, OSError) and error.strerror and not isinstance(error, BrokenPipeError):
        place = f"{error.filename}: " if error.filename else ""
        mend = " Make room and run it again; nothing half was left." if error.errno in FULL else ""
        return [f"{place}{error.strerror}.{mend}"]
    if isinstance(error, DBAPIError) and is_out(error):
        return [f"The database did not answer: {_first_line(error)}. {_mend(error)}"]
    if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) == NO_RIGHT:
        return [f"{_first_line(error)}. Use the address of the role that owns the database."]
    return []


def _mend(error: DBAPIError) -> str:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in DAMAGED or getattr(error.orig, "sqlstate", None) in CORRUPTED:
        return "It is damaged: stop the server, keep it as it is, and restore the newest backup elsewhere."
    if code == sqlite3.SQLITE_FULL:
        return "Make room and run it again; nothing half was left."
    return "Check SEVENTH_DATABASE_URL."


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
