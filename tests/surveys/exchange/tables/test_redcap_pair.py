"""A REDCap project as one zip file."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import redcap_pair
from tests.support import moved, redcap
from tests.support.sheets import workbook


def test_the_dictionary_is_known_by_its_header() -> None:
    """Whatever the two files are called, with REDCap's long names or the API's."""
    for header in (redcap.HEADER, redcap.API):
        book, data = redcap.dictionary(header=header), redcap.data()
        files = {"b.csv": data, "a/A.CSV": book, "readme.txt": b"x"}
        assert redcap_pair.read(moved.packed(files)) == (book, data)


def test_other_files_are_left_to_others() -> None:
    """A workbook is a zip file too."""
    for content in (b"patient,visit\n", workbook({"a": [["b"]]}), moved.packed({"a.csv": b"a,b\n"})):
        assert redcap_pair.read(content) is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.csv": redcap.data(), "b.csv": redcap.data()}, "Neither of the two tables"),
        (
            {"a.csv": redcap.dictionary(), "b.csv": redcap.dictionary()},
            "Both tables",
        ),
    ],
)
def test_two_of_a_kind_are_refused(files: dict[str, bytes], said: str) -> None:
    """In words."""
    with pytest.raises(FileRefused, match=said):
        redcap_pair.read(moved.packed(files))
