"""The `seventh` command as from a terminal, but in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from click.testing import CliRunner
from flask import Flask

from app import create_app, open_app
from surveys import cli
from surveys.settings import Settings


@dataclass(frozen=True)
class Ran:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}{self.err}"


Seventh = Callable[..., Ran]
Query = Callable[[str], list[tuple[Any, ...]]]


def seventh_with(settings: Settings) -> Seventh:
    """The command on the database of `settings`: `seventh("study", "list")`."""

    def run(*words: object, stdin: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(
            cli.seventh,
            [str(word) for word in words],
            input=stdin,
            obj=lambda: _opened(settings),
            env={"SEVENTH_DATABASE_URL": settings.database_url},
            prog_name="seventh",
            catch_exceptions=False,
        )
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@lru_cache(maxsize=4)
def _made(settings: Settings) -> Flask:
    return create_app(settings, serves=False)  # most of its cost is compiling its addresses


def _opened(settings: Settings) -> Flask:
    """As each command opens it anew."""
    application = _made(settings)
    open_app(application, serves=False)
    return application
