"""A REDCap project as XML."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import redcap_project
from surveys.exchange.tables.redcap_records import Asked
from tests.support import redcap
from tests.support.tables import OPTIONS, QUESTIONS

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def test_dictionary_events_missing_codes_and_data_come_out() -> None:
    """As the CSV files have them."""
    content = redcap.xml(codes="UNK, Unknown | -98, Refused")
    found = redcap_project.read(content)
    assert found.missing == ("UNK", "-98")
    fields = {one.name: one for one in found.dictionary.fields}
    assert (fields["phq_1"].label, fields["phq_1"].form) == (QUESTIONS[0], "mood")
    assert list(fields["phq_1"].choices.values()) == OPTIONS
    assert fields["day"].is_day
    table = redcap_project.table("p.xml", content, found, Asked())
    assert table is not None
    assert table.counted("redcap_event_name") == {"baseline_arm_1": 2}
    assert list(table.cells("phq_1")) == ["1", "3"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (redcap.xml(attributes=BOMB), "defines entities"),
        (b"<ODM>", "damaged"),
        (b"<a/>", "not of a REDCap project"),
        (redcap.xml().replace(b"ItemGroupRef", b"Other"), "no field of REDCap"),
    ],
)
def test_what_is_no_project_is_refused(content: bytes, said: str) -> None:
    """Entities that would fill the memory too."""
    with pytest.raises(FileRefused, match=said):
        redcap_project.read(content)


def test_a_project_without_data_has_no_table() -> None:
    """Its dictionary can be looked at."""
    start, _, rest = redcap.xml().partition(b"<ClinicalData>")
    content = start + b"<ClinicalData>" + rest[rest.index(b"</ClinicalData>") :]
    assert redcap_project.table("p.xml", content, redcap_project.read(content), Asked()) is None
