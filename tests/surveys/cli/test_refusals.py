"""What a person can mend is said in sentences, for every command in one place."""

from __future__ import annotations

import errno
import os
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError, InternalError, OperationalError, ProgrammingError

from surveys.cli.refusals import sentences
from surveys.store.errors import Refused


def coded(kind: type[Exception], said: str, code: int) -> Exception:
    error = kind(said)
    error.sqlite_errorcode = code  # type: ignore[attr-defined]
    return error


MALFORMED = coded(sqlite3.DatabaseError, "database disk image is malformed", sqlite3.SQLITE_CORRUPT)
NO_FILE = coded(sqlite3.DatabaseError, "file is not a database", sqlite3.SQLITE_NOTADB)
FULL = coded(sqlite3.OperationalError, "database or disk is full", sqlite3.SQLITE_FULL)
SAID = [
    (Refused("One.\nTwo."), ["One.", "Two."]),
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device. Make room and run it again"),
    (
        FileNotFoundError(errno.ENOENT, "No such file or directory", "a.csv"),
        "a.csv: No such file or directory.",
    ),
    (DatabaseError("x", {}, MALFORMED), "database disk image is malformed. It is damaged: stop the server"),
    (DatabaseError("x", {}, NO_FILE), "file is not a database. It is damaged"),
    (OperationalError("x", {}, FULL), "database or disk is full. Make room"),
    (OperationalError("x", {}, sqlite3.OperationalError("locked")), "locked. Check SEVENTH_DATABASE_URL."),
    (InternalError("x", {}, psycopg.errors.DataCorrupted("invalid page")), "invalid page. It is damaged"),
    (
        ProgrammingError("x", {}, psycopg.errors.InsufficientPrivilege("permission denied for table event")),
        "permission denied for table event. Use the address of the role that owns the database.",
    ),
]


@pytest.mark.parametrize(("error", "said"), SAID, ids=lambda one: type(one).__name__)
def test_it_is_said_in_sentences(error: Exception, said: str | list[str]) -> None:
    told = sentences(error)
    assert told == said if isinstance(said, list) else said in told[0]


@pytest.mark.parametrize(
    "error",
    [
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        IntegrityError("x", {}, sqlite3.IntegrityError("UNIQUE")),
        ProgrammingError("x", {}, sqlite3.ProgrammingError("no such column")),
        KeyError("x"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_our_own_mistakes_keep_their_trace(error: Exception) -> None:
    """Nobody at a terminal can mend them."""
    assert sentences(error) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told(seventh) -> None:
    """Of a file of any command."""
    seventh("study", "create", "S1")
    for words in (("backup", "/dev/full"), ("report", "S1", "--json", "/dev/full")):
        ran = seventh(*words)
        assert ran.code == 1, ran
        assert ran.err == "No space left on device. Make room and run it again; nothing half was left.\n"
