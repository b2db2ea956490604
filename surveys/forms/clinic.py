"""The forms of the day's list."""

from __future__ import annotations

import re

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from surveys.forms.staff import StaffForm

MOST_LINES = 500
_CELLS = re.compile(r"[\t,;]+")


class ListForm(StaffForm):
    """Hospital numbers or study codes as they stand on the clinic's list, pasted or as a file."""

    numbers = TextAreaField("Hospital numbers or study codes", [Optional(), Length(max=100_000)])
    file = FileField("Or a file with them")

    def lines(self) -> list[list[str]]:
        """What was listed, line by line as its cells; quotes around a cell of a CSV file do not count."""
        text = self.numbers.data or ""
        if self.file.data:
            text += "\n" + self.file.data.read().decode("utf-8-sig", errors="replace")
        lines = [
            [cell for part in _CELLS.split(line) if (cell := part.strip().strip('"').strip())]
            for line in text.splitlines()
        ]
        return [line for line in lines if line][:MOST_LINES]


def shape(cell: str) -> str:
    """What kind of number a cell holds: `H-4711` is `A-9`. Times and names are of another shape."""
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"[0-9]+", "9", cell))
