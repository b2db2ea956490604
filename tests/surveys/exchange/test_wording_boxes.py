"""Every text of an instrument beside the words that are here now, as boxes and as a sheet to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import pytest

from surveys.exchange import wording_boxes
from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import cut, reading
from surveys.exchange.wording_file import BESIDE, COLUMNS, read, typed
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library

LIBRARY = Library.load(())
FACE = LIBRARY.get("face")
PHQ9 = LIBRARY.get("phq9")


def filled(instrument: Instrument, *locales: str) -> dict[str, str]:
    """A text in every box."""
    boxes = wording_boxes.boxes(instrument)
    return {box.name(one): f"{one}; „{box.title}“" for one in locales for box in boxes}


def sheets(instrument: Instrument, given: dict[str, str], *locales: str) -> Iterator[tuple[str, bytes]]:
    """The sheet with these texts in both its forms."""
    rows = list(wording_boxes.rows(instrument, "ours", locales, given))
    yield "ours.xlsx", wording_boxes.as_workbook(rows)
    yield "ours.csv", wording_boxes.as_csv(rows)


def texts(content: bytes) -> list[Sequence[str]]:
    return [cells for _, cells in cut.verbatim(reading.text(content, None, lambda _: True))]


def test_a_sheet_that_is_filled_in_is_loaded() -> None:
    """Of every instrument that has items, in several languages: the same text as typed into the boxes."""
    for instrument in LIBRARY:
        if instrument.items:
            given = filled(instrument, "de", "fr")
            wanted, faults = typed(instrument, "ours", given, LIBRARY)
            assert wanted is not None, faults
            assert wanted.locales == ("de", "fr")
            for name, content in sheets(instrument, given, "de", "fr"):
                assert read(name, content, LIBRARY).wording == wanted.wording, instrument.key


def test_each_text_stands_beside_the_words_that_are_here_now() -> None:
    """An item beside its own; a workbook and CSV hold the same cells."""
    now = PHQ9.wording.texts["en"]
    (_, book), (_, plain) = sheets(PHQ9, {}, "de")
    rows = texts(book)
    assert rows == texts(plain)
    assert rows[0] == [*COLUMNS, BESIDE]
    assert ["phq9", PHQ9.version, "ours", "de", "item", "q9", "", now.items["q9"]] in rows
    assert ["phq9", PHQ9.version, "ours", "de", "title", "", "", now.title] in rows
    header, *_ = csv.reader(io.StringIO(plain.decode("utf-8-sig")), delimiter=";")
    assert header == rows[0]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_half_filled_sheet_is_refused_with_its_empty_rows(ending: str) -> None:
    """In one sentence, so that nobody looks for them."""
    given = filled(PHQ9, "de")
    given["de.items.q2"] = given["de.items.q3"] = given["de.title"] = given["de.notice"] = ""
    content = dict(sheets(PHQ9, given, "de"))[f"ours.{ending}"]
    with pytest.raises(FileRefused) as refused:
        read(f"ours.{ending}", content, LIBRARY)
    assert str(refused.value) == (
        "The column text is still empty in row 2, 11–12. Fill it in and load the sheet again."
    )


def test_faults_of_what_is_typed_are_told_by_box() -> None:
    """And a missing text, and a name that is taken."""
    given = {**filled(FACE, "de"), "de.items.q3": "<b>Text</b>", "de.items.q4": " "}
    found, faults = typed(FACE, FACE.wording.name, given, LIBRARY)
    assert found is None
    told = {fault.column: fault.problem for fault in faults}
    assert told.keys() == {"de.items.q3", "de.items.q4", "name"}
    assert "markup" in told["de.items.q3"]


def test_only_words_of_the_instruments_own_are_taken_over() -> None:
    """Ours are for demonstration."""
    kept = wording_boxes.kept_words(PHQ9, ["en", "fr"])
    assert kept.keys() == filled(PHQ9, "en").keys()
    again, _ = typed(PHQ9, "ours", kept, LIBRARY)
    assert again is not None
    assert again.wording.sha256 == PHQ9.wording.sha256
    assert wording_boxes.kept_words(FACE, ["en"]) == {}
