"""The texts by which a site's instruments are known."""

from __future__ import annotations

from dataclasses import replace

from surveys.db import writing
from surveys.exchange.tables import known, recognising
from surveys.exchange.tables.table import Column
from surveys.instruments.instrument import Wording
from surveys.store.words import wordings

from ..conftest import LIBRARY, NOW, Desk


def test_a_sites_own_wording_is_known(desk: Desk) -> None:
    """Its language is recognised from then on."""
    phq9 = LIBRARY.get("phq9")
    english = phq9.wording.texts["en"]
    danish = replace(english, items={key: f"Spørgsmål om {text}" for key, text in english.items.items()})
    with writing():
        own = replace(phq9, wording=Wording("danish", "loaded", {"da": danish}))
        wordings.load(desk.session, own, file="da.toml", at=NOW, actor="test")
        desk.session.commit()
    columns = [Column(f"v{n}", f"Spørgsmål om {english.items[f'q{n}']}") for n in range(1, 10)]
    [found] = recognising.found(columns, known.of_site(desk.session, LIBRARY))
    assert set(found.by.values()) == {"text"}
    assert len(known.of_library(LIBRARY)) == len(LIBRARY)
