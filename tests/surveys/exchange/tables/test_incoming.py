"""A file on its way in, of whatever program."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables import incoming, redcap_dictionary, redcap_proposing, redcap_records
from surveys.exchange.tables.redcap_records import Asked
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


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.long)])
def test_damaged_projects_and_mappings_are_read_or_refused(long: bool) -> None:
    """Dictionaries, data, XML and mapping.toml with bytes changed, cut out and put in: only sentences."""
    seeds = random.Random(3)
    book = redcap_dictionary.read(redcap.dictionary())
    table = tables.qualtrics()
    mapping = tables.confirmed(tables.proposal(table))
    for _ in range(5000 if long else 25):
        with suppress(Refused):
            list(redcap_proposing.forms(redcap_dictionary.read(changed(redcap.dictionary(), seeds)), KNOWN))
        with suppress(Refused):
            data = redcap_records.read("d", changed(redcap.data(), seeds), book, Asked())
            redcap_proposing.proposed(data, book, KNOWN, Asked())
        with suppress(Refused):
            incoming.look("p.xml", changed(redcap.xml(codes="UNK, a"), seeds), KNOWN, "UTC")
        with suppress(Refused):
            incoming.rows("q.csv", table, changed(mapping, seeds).decode(errors="replace"), LIBRARY)


def changed(content: bytes, seeds: random.Random) -> bytes:
    """The content with a few bytes changed, cut out or put in."""
    made = bytearray(content)
    for _ in range(seeds.randint(1, 6)):
        place = seeds.randrange(len(made))
        match seeds.randrange(3):
            case 0:
                made[place] = seeds.randrange(256)
            case 1:
                del made[place : place + seeds.randint(1, 60)]
            case _:
                made[place:place] = seeds.choice([b'"', b",", b"\n", b"\0", b"\xff", b"<", b"|", b"=", b"]"])
    return bytes(made)
