"""A file on its way in, of whatever program."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import incoming
from surveys.store.errors import Refused
from tests.support import redcap, tables
from tests.support.tables import KNOWN, LIBRARY


def test_a_table_and_a_project_are_looked_at_alike() -> None:
    """And their rows come out by their mappings."""
    for name, content in (("q.csv", tables.qualtrics()), ("p.xml", redcap.xml())):
        looked = incoming.look(name, content, KNOWN, "UTC")
        assert list(looked.proposal.mapping.instruments) == ["phq9"]
        meant = tables.confirmed(looked.proposal).decode()
        assert len(incoming.rows(name, content, meant, LIBRARY).rows) == 2


def test_what_is_none_is_refused() -> None:
    """Other XML, and a project without data."""
    with pytest.raises(FileRefused, match="XML or a web page"):
        incoming.look("a.xml", b"<a/>", KNOWN, "UTC")
    start, _, rest = redcap.xml().partition(b"<ClinicalData>")
    empty = start + b"<ClinicalData>" + rest[rest.index(b"</ClinicalData>") :]
    with pytest.raises(Refused, match="holds no data"):
        incoming.look("p.xml", empty, KNOWN, "UTC")
