"""Files that say themselves what they mean."""

from __future__ import annotations

import pytest

from surveys.exchange import self_told
from surveys.store.errors import Refused
from tests.support import fhir
from tests.support.sheets import workbook

from .conftest import LIBRARY, Desk


def test_it_is_known_by_what_it_holds() -> None:
    """A table or a workbook has to be looked at with a person; the journeys bring packages in."""
    assert self_told.is_one(fhir.packed(fhir.response()))
    for content in (b"patient,visit\n", workbook({"a": [["patient"]]}), b"<ODM></ODM>", b"{}"):
        assert not self_told.is_one(content)


def test_what_would_come_in_is_told(desk: Desk) -> None:
    """Without storing it; what cannot is refused."""
    given = (desk.moment, desk.study_id, "r.json")
    told = self_told.lines(*given, fhir.packed(fhir.response()), LIBRARY, at=desk.at)
    assert "Patients: 1 new, 0 already stored." in told
    assert desk.count("patient") == 0
    with pytest.raises(Refused, match="has no subject"):
        self_told.lines(*given, fhir.packed(fhir.response(subject={})), LIBRARY, at=desk.at)
