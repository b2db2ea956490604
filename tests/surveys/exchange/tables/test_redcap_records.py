"""The data of a REDCap project: the sentences about what does not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import redcap_dictionary, redcap_records
from surveys.exchange.tables.redcap_records import Asked
from tests.support import redcap
from tests.support.tables import OPTIONS, lines

BOOK = redcap_dictionary.read(redcap.dictionary())


def changed(column: str, *cells: object) -> bytes:
    """The data with other cells in a column, from the first row on."""
    rows = redcap.rows()
    for row, cell in zip(rows, cells, strict=False):
        row[redcap.DATA_HEADER.index(column)] = cell
    return redcap.data(rows)


def said(content: bytes, asked: Asked | None = None) -> str:
    """Why it is refused."""
    with pytest.raises(FileRefused) as refused:
        redcap_records.read("data.csv", content, BOOK, asked or Asked())
    return str(refused.value)


def test_columns_know_their_fields() -> None:
    """Codes with texts, forms, identity, what nobody chose."""
    table = redcap_records.read("data.csv", redcap.data(), BOOK, Asked(missing=("UNK",)))
    assert table.column("phq_1").choices == dict(zip("0123", OPTIONS, strict=True))
    assert (table.column("phq_1").form, table.column("phq_1").missing) == ("mood", {"UNK"})
    assert table.column("dob").identity
    assert table.column("phq_total").computed
    assert table.remarks == ("identity: 1 field, left out",)


def test_labels_for_codes_are_refused_and_can_be_used() -> None:
    """If every label fits; the codes come out."""
    labels = changed("phq_1", *(OPTIONS[2] for _ in range(4)))
    assert said(labels) == (
        "phq_1 says ‘More than half the days’ in 4 rows: this is the export with labels. Export raw data. "
        "The labels fit and can be used: labels = true in the mapping."
    )
    table = redcap_records.read("data.csv", labels, BOOK, Asked(labels=True))
    assert table.counted("phq_1") == {"2": 4}
    assert "The labels fit" not in said(changed("phq_1", OPTIONS[2], "Often"))


def test_headers_of_texts_and_records_as_columns() -> None:
    """Each has its sentence."""
    assert said(b"Study code,x\n1,2\n") == (
        "The header has texts (‘Study code’) instead of variable names. Export with raw headers."
    )
    turned = [list(row) for row in zip(redcap.DATA_HEADER, *redcap.rows(), strict=True)]
    assert "Records are in columns here" in said(lines([["", 1, 2, 3, 4, 5, 6], *turned[1:]]))
    assert "no column record_id" in said(b"other,x\n1,2\n")


def test_events_twice_boxes_and_forms() -> None:
    """What the two files say of each other."""
    assert said(redcap.data(), Asked(events=("baseline_arm_1",))) == (
        "Event month_3_arm_1 (1 row) is in the data but not in the events file."
    )
    rows = redcap.rows()
    assert said(redcap.data([*rows, rows[3]])) == "Record 2, month_3_arm_1 stands in rows 5 and 8."
    place = redcap.DATA_HEADER.index("eye____99")
    cut = lines([[*row[:place], *row[place + 1 :]] for row in [redcap.DATA_HEADER, *rows]])
    assert said(cut) == "eye has choices 1, A, -99, but the data lack eye____99."
    half = lines([row[:-2] for row in [redcap.DATA_HEADER, *rows[:4]]])
    assert said(half) == (
        "The dictionary has 3 forms, the data have columns of 2: injection is missing. Go on without it with "
        'forms = ["background", "mood"].'
    )
    assert redcap_records.read("x", half, BOOK, Asked(forms=("background", "mood"))).rows


def test_a_kind_that_is_not_known_is_told() -> None:
    """And refuses nothing."""
    fields = tuple(replace(one, kind="image") if one.name == "inj_date" else one for one in BOOK.fields)
    table = redcap_records.read("x", redcap.data(), replace(BOOK, fields=fields), Asked())
    assert "Field inj_date has the type ‘image’, which is not known; 2 cells left out." in table.remarks
