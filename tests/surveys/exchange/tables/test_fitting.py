"""Whether a mapping may be used for a table."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import fitting, mapping_file
from tests.support import tables
from tests.support.tables import LIBRARY


def test_a_proposal_is_never_used_unconfirmed() -> None:
    """Values that nobody looked at import nothing."""
    content = tables.qualtrics()
    with pytest.raises(FileRefused, match=r"\[instruments.phq9\] is a proposal"):
        fitting.must_fit(tables.table(content), tables.proposal(content).mapping)


def test_columns_that_are_new_or_gone_are_told() -> None:
    """A mapping that is used again meets another file."""
    content = tables.odk()
    meant = mapping_file.read(tables.confirmed(tables.proposal(content)), LIBRARY)
    fitting.must_fit(tables.table(content), meant)
    other = content.replace(b"ReviewState", b"Review").replace(b"phq9-phq9_q9", b"extra")
    with pytest.raises(FileRefused) as refused:
        fitting.must_fit(tables.table(other), meant)
    said = str(refused.value)
    assert "file.skip_where: the file has no column 'ReviewState'" in said
    assert "items.q9: the file has no column" in said
    assert "column extra: This column is not in the mapping" in said


def test_what_must_be_named() -> None:
    """The patient, the visit, the day; and no column for two items."""
    content = tables.google_forms()
    found = tables.proposal(content)
    with pytest.raises(FileRefused, match="No column holds a patient code"):
        fitting.must_fit(tables.table(content), found.mapping)
    twice = tables.confirmed(tables.proposal(tables.odk()), ('q2 = "phq9-phq9_q2"', 'q2 = "phq9-phq9_q1"'))
    with pytest.raises(FileRefused, match="more than one item"):
        fitting.must_fit(tables.table(tables.odk()), mapping_file.read(twice, LIBRARY))
