"""The forms of the day's list."""

from __future__ import annotations

import re

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from surveys.forms.staff import StaffForm

MOST_NUMBERS = 500
_SEPARATORS = re.compile(r"[\n\r\t,;]+")


class ListForm(StaffForm):
    """Hospital numbers or study codes as they stand on the clinic's list, pasted or as a file."""

    numbers = TextAreaField("Hospital numbers or study codes", [Optional(), Length(max=100_000)])
    file = FileField("Or a file with them")

    def written(self) -> list[str]:
        """What was listed, each once; quotes around a cell of a CSV file do not count."""
        text = self.numbers.data or ""
        if self.file.data:
            text += "\n" + self.file.data.read().decode("utf-8-sig", errors="replace")
        cells = (cell.strip().strip('"').strip() for cell in _SEPARATORS.split(text))
        return list(dict.fromkeys(filter(None, cells)))[:MOST_NUMBERS]
