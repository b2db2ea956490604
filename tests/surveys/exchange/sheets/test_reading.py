"""Files as spreadsheets save them, in any of their encodings."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import reading
from tests.support.sheets import workbook

TEXT = "Geschlecht;Name\nweiblich;Jürgen Groß\nmännlich;Zoë\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_of_a_spreadsheet(encoding: str) -> None:
    """With and without the mark that tells which it is."""
    assert reading.text(TEXT.encode(encoding)) == TEXT


def test_a_workbook_becomes_text() -> None:
    """Whatever it is called."""
    assert reading.text(workbook({"Liste": [["a", "b"], [], ["x", "y;z"]]})) == 'a,b\n\nx,"y;z"'


def test_what_cannot_be_read_is_said() -> None:
    """Other kinds of file, each with what to do."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    for content, said in (
        (old, "before 2007"),
        (old + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7\n\x81\x8d", "neither a workbook"),
        (b"\x00\x01\x02" * 50, "neither a workbook"),
        (b"PK\x03\x04 and no more", "damaged"),
    ):
        with pytest.raises(FileRefused, match=said):
            reading.text(content)
