"""REDCap's data dictionary."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import redcap_dictionary
from tests.support import redcap


def test_fields_choices_and_columns() -> None:
    """A choice is split at its first comma, markup goes, a checkbox has a column for each code."""
    found = redcap_dictionary.read(b"\xef\xbb\xbf" + redcap.dictionary())
    fields = {one.name: one for one in found.fields}
    assert (found.record_id, found.forms) == ("record_id", ("background", "mood", "injection"))
    assert fields["side"].choices == {"1": "Right", "2": "Left"}
    assert fields["eye"].columns == ("eye___1", "eye___a", "eye____99")
    assert (fields["dob"].identifier, fields["dob"].is_day, fields["sex"].is_day) == (True, True, False)
    assert redcap_dictionary.choices_of("9..9, a, b |c| 01 , x") == {"9..9": "a, b", "c": "c", "01": "x"}


def test_the_names_of_the_api_do_too() -> None:
    """With columns that are not known, which are named."""
    found = redcap_dictionary.read(redcap.dictionary(header=redcap.API))
    assert found.remarks == ("The dictionary's columns note, x are passed over.",)
    assert found.fields == tuple(
        redcap_dictionary.read(redcap.dictionary(header=redcap.API.replace("note,x", "field_note,y"))).fields
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "not a REDCap data dictionary: it has no column ‘Variable / Field Name’"),
        (b"field_name,form_name\na,b\n", "column field_type"),
        (redcap.dictionary(["phq_1", "mood", "", "text", "", "", "", "", ""]), "phq_1 stands 2 times"),
        (redcap.dictionary(["Phq 1", "mood", "", "text", "", "", "", "", ""]), "no name of a field"),
        (b"field_name,form_name,field_type\n", "no field"),
    ],
)
def test_what_is_none_is_said(content: bytes, said: str) -> None:
    """In the words of the specification."""
    with pytest.raises(FileRefused, match=said):
        redcap_dictionary.read(content)
