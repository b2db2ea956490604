"""Treatments in repeating forms of another program."""

from __future__ import annotations

from datetime import date

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.import_file import ImportFile
from surveys.exchange.tables import mapped, mapping_file, redcap_dictionary, redcap_proposing, redcap_records
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.redcap_records import Asked
from surveys.exchange.tables.table import Table
from tests.support import redcap
from tests.support.tables import KNOWN, LIBRARY, confirmed, lines

MORE = (
    ["inj_product", "injection", "", "dropdown", "Product", "1, Onabotulinum | 2, Abobotulinum", "", "", ""],
    ["inj_units", "injection", "", "text", "Units", "", "", "number", ""],
    ["inj_side", "injection", "", "radio", "Side", "1, Left | 2, Right", "", "", ""],
)


def project(*cells: tuple[object, object, object]) -> tuple[Table, Proposal]:
    """The project whose two injections have these products, units and sides."""
    header = [*redcap.DATA_HEADER, "inj_product", "inj_units", "inj_side"]
    given = iter(cells)
    rows = [[*row, *(next(given) if row[2] else ("", "", ""))] for row in redcap.rows()]
    book = redcap_dictionary.read(redcap.dictionary(*MORE))
    table = redcap_records.read("data.csv", lines([header, *rows]), book, Asked())
    return table, redcap_proposing.proposed(table, book, KNOWN, Asked())


def rows_of(made: tuple[Table, Proposal], *changes: tuple[str, str]) -> ImportFile:
    """The rows that come in once the proposal is confirmed."""
    table, found = made
    return mapped.mapped(table, mapping_file.read(confirmed(found, *changes), LIBRARY), LIBRARY)


def test_injections_come_in_with_product_dose_and_side() -> None:
    """With the patient's first row of answers; what the dictionary says of a code is the word for it."""
    made = project((2, "20", 1), (1, "22.5", ""))
    one = made[1].mapping.treatments["injection"]
    assert (one.started_on, one.kind, one.confirmed) == ("inj_date", "botulinum_toxin", False)
    assert "It is taken for botulinum_toxin. Is it?" in made[1].lines
    assert not set(one.columns()) & set(made[1].left.items())
    file = rows_of(made)
    [row] = (row for row in file.rows if row.treatments)
    assert (row.patient, [len(other.treatments) for other in file.rows]) == ("3", [0, 0, 2, 0])
    told = [
        (given.started.on if given.started else None, given.product, given.dose, given.unit, given.side)
        for given in row.treatments
    ]
    assert told == [
        (date(2024, 3, 15), "Abobotulinum", 20.0, "U", "left"),
        (date(2024, 6, 15), "Onabotulinum", 22.5, "U", None),
    ]
    assert not any("left out: of patients" in line for line in file.left_out)


def test_nothing_comes_in_unconfirmed_or_not_understood() -> None:
    """Nor without a kind; the mapping says where."""
    made = project((2, "20", 1), (3, "0", 2))
    with pytest.raises(FileRefused, match=r"\[treatments.injection\] is a proposal"):
        rows_of(made, ("confirmed = true\n", "confirmed = false\n"))
    with pytest.raises(FileRefused, match="does not say of which kind"):
        rows_of(made, ('kind = "botulinum_toxin"\n', ""))
    with pytest.raises(FileRefused) as refused:
        rows_of(made)
    said = str(refused.value)
    assert "'3' has no meaning in the mapping. Add it: [treatments.injection] products = …" in said
    assert "The dose must be above 0." in said


def test_a_form_that_says_its_kinds_is_read_by_them() -> None:
    """Ours are recognised by their words; a form of measurements is no treatment."""
    choices = "1, Botulinum toxin | 2, Massage"
    kind = ["inj_kind", "injection", "", "dropdown", "Type of treatment", choices, "", "", ""]
    header = [*redcap.DATA_HEADER, "inj_kind"]
    rows = [[*row, 2 if row[2] else ""] for row in redcap.rows()]
    book = redcap_dictionary.read(redcap.dictionary(kind))
    table = redcap_records.read("data.csv", lines([header, *rows]), book, Asked())
    found = redcap_proposing.proposed(table, book, KNOWN, Asked())
    assert found.mapping.treatments["injection"].kinds == {"1": "botulinum_toxin", "2": "massage"}
    given = [one.kind for row in rows_of((table, found)).rows for one in row.treatments]
    assert given == ["massage", "massage"]
    book_of = redcap.dictionary().replace(b"inj_date,injection,,text,Injection", b"bp_date,pressure,,text,At")
    content = redcap.data().replace(b"injection", b"pressure").replace(b"inj_date", b"bp_date")
    book = redcap_dictionary.read(book_of)
    table = redcap_records.read("data.csv", content, book, Asked())
    assert redcap_proposing.proposed(table, book, KNOWN, Asked()).mapping.treatments == {}
