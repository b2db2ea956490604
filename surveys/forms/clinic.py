"""The forms of the day's list."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from analysis.words import words as _
from surveys.forms.staff import StaffForm
from surveys.typed import with_plain_lines, without_hidden_signs

MOST_LINES = 2000
_CELLS = re.compile(r"[\t,;]+")


class ListForm(StaffForm):
    """Hospital numbers or study codes from the clinic's list, pasted or as a file.

    Another module makes `text` of the file's `content` before the form is validated.
    """

    refused_at = "file"

    numbers = TextAreaField(_("Hospital numbers or study codes"), [Optional(), Length(max=1_000_000)])
    file = FileField(_("Or a file with them"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.content: bytes = self.file.data.read() if self.file.data else b""
        self.text = ""
        self.lines: list[list[str]] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether there is a list, short enough for one search.

        `lines` are the listed lines, each as its cells; quotes around a cell of a CSV file do not count.
        """
        if not super().validate(extra_validators):
            return False
        text = self.numbers.data or ""
        text += "\n" + without_hidden_signs(with_plain_lines(self.text))
        lines = [
            [cell for part in _CELLS.split(line) if (cell := part.strip().strip('"').strip())]
            for line in text.split("\n")
        ]
        self.lines = [line for line in lines if line]
        if not self.lines:
            self.numbers.errors = [_("Paste the numbers, or choose a file.")]
        elif len(self.lines) > MOST_LINES:
            told = _(
                "these are %(number)s lines, and at most %(most_lines)s go in at once",
                number=len(self.lines),
                most_lines=MOST_LINES,
            )
            self.numbers.errors = [_("Nobody was put on the list: %(told)s. Send them in parts.", told=told)]
        return not self.numbers.errors


def shape(cell: str) -> str:
    """The shape of a cell's number: `H-4711` is `A-9`. Times and names have another shape."""
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"[0-9]+", "9", cell))
