"""The tables of a package, read side by side."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.moving import files
from surveys.exchange.moving.cells import Faults
from surveys.exchange.moving.tables import people, tables_of
from tests.support import moved
from tests.support.desk import LIBRARY

ASKED = {key: [LIBRARY.get(key)] for key in ("face", "phq9")}


def test_each_patient_has_her_rows_of_every_file(package: moved.Files) -> None:
    """Also codes that look like numbers, and two visits of one name."""
    faults = Faults()
    with files.opened(moved.packed(package), "S1.zip") as package:
        found = {
            own.record["patient"]: {name: len(own_rows) for name, own_rows in rows.items()}
            for own, rows in people(package, tables_of(LIBRARY, ASKED), faults)
        }
    assert list(found) == ["0012", "1E5", "NA"]
    assert found["NA"]["palsies"] == 2
    assert (found["0012"]["answers_phq9"], found["1E5"]["answers_phq9"]) == (3, 0)
    faults.refuse()


def test_rows_of_nobody_are_told(package: moved.Files) -> None:
    """They stand out of order, or their patient is missing."""
    other = moved.changed(package, "patients.csv", "\n1E5,", "\n1E6,")
    faults = Faults()
    with files.opened(moved.packed(other), "S1.zip") as found:
        list(people(found, tables_of(LIBRARY, ASKED), faults))
    with pytest.raises(FileRefused, match=r"visits.csv, row [0-9]+: patient 1E5 is not in patients.csv"):
        faults.refuse()
