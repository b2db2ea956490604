"""Patients of a package, and what is wrong with their rows."""

from __future__ import annotations

import pytest

from surveys.store.errors import Refused
from tests.support import moved
from tests.support.desk import Desk


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("patients.csv", "female", "woman", "row 3, column sex: 'woman' is not one of"),
        ("palsies.csv", "bells_palsy", "bells", "column cause: 'bells' is not one of"),
        ("treatments.csv", "botulinum_toxin", "botox", "column kind: 'botox' is not one of"),
        ("gradings.csv", "NA,1", "NA,3", "palsies.csv has no such palsy"),
        ("injection_sites.csv", "mentalis", "chin", "'chin' is not one of"),
        ("injection_sites.csv", "given", "planned", "There is no such injection in treatments.csv"),
        ("consents.csv", "NA,1,en", "NA,2,en", "no consent text 2 in en"),
        ("reported.csv", "confirmed", "right", "column decision: 'right' is not one of"),
        ("reported.csv", "NA,baseline", "NA,month_9", "visits.csv has no such visit"),
    ],
)
def test_a_wrong_cell_refuses_the_package(
    package: moved.Files, desk: Desk, file: str, before: str, after: str, said: str
) -> None:
    """With its place; nothing is stored."""
    with pytest.raises(Refused, match=said):
        moved.take(desk, moved.changed(package, file, before, after))
    assert (desk.count("patient"), desk.count("data_import")) == (0, 0)


def test_muscles_find_their_injection(package: moved.Files, desk: Desk) -> None:
    """By day, product and dose; what a patient reported is as she said it."""
    moved.take(desk, package)
    assert desk.rows(
        "SELECT kind, dose, muscle, units FROM treatment JOIN injection_site ON treatment_id = treatment.id"
    ) == [("botulinum_toxin", 12.5, "frontalis", 2.5), ("botulinum_toxin", 12.5, "mentalis", 10.0)]
    told = desk.rows("SELECT question, answer FROM background ORDER BY id")
    assert len(told) == len(moved.SAID)
    assert ("symptoms", '{"value": []}') in told
    assert ("massage", '{"skipped": true}') in told
    assert ("onset", '{"value": {"on": "2025-01-01", "precision": "year"}}') in told
