"""Why a change was refused, in sentences for the person who asked for it."""

from __future__ import annotations


class Refused(Exception):
    """The change was not made. The message says why and what to do; `field` names the form's field."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
