"""mapping.toml: what is written reads back, and every fault has its place."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import mapping_file
from tests.support.desk import LIBRARY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[file", "not TOML"),
        ("surprise = 1", "surprise: is not a name that is known"),
        ('[file]\nprogram = "word"', "file.program: is 'word'"),
        ('[file]\nseparator = "|"', "file.separator"),
        ('[visit]\nconstant = "a"\ncolumn = "b"', "visit: must say one of two things"),
        ('dates = "ydm"', "dates: is 'ydm'"),
        ('[dates]\ntimezone = "Mars/Base"', "dates.timezone: is 'Mars/Base'"),
        ("[instruments.phq99]\nitems = {}", "instruments.phq99: is not known"),
        ('[instruments.phq9]\nitems = { q44 = "a" }', "q44: is no item of it"),
        ('[instruments.phq9]\nitems = { q1 = "a" }\nvalues = { a = "b" }', "must be a whole number"),
        ('[instruments.phq9]\nitems = { q1 = "a" }\nvalues = { a = true }', "must be a whole number"),
        ('[facts.name]\ncolumn = "a"', "facts.name: is not a fact"),
        ("[columns]\npatient = 3", "columns.patient: must be text"),
        ("[file]\nskip_where = { a = [1] }", "must be a list of texts"),
    ],
)
def test_faults_have_their_place(text: str, said: str) -> None:
    """In the words of the file."""
    with pytest.raises(FileRefused, match=said):
        mapping_file.read(text.encode(), LIBRARY)


def test_days_alone_may_be_a_word() -> None:
    """As the sentences about days say."""
    assert mapping_file.read(b'dates = "dmy"', LIBRARY).order == "dmy"
