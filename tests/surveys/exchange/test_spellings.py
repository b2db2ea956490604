"""Texts that read the same."""

from __future__ import annotations

from surveys.exchange.spellings import Spellings


def test_the_first_spelling_stays() -> None:
    """What is stored counts as first; another spelling is told."""
    spellings = Spellings(["P-1", "O'Neil"])
    assert spellings.of("p\u20131") == ["P-1"]
    assert spellings.of("O\u2019Neil") == ["O'Neil"]
    assert spellings.of("Q") == spellings.of("q") == ["Q"]
    assert spellings.others == {"p\u20131": "P-1", "O\u2019Neil": "O'Neil", "q": "Q"}


def test_what_is_stored_twice_is_meant_as_it_is_spelt() -> None:
    """And both are told where neither is."""
    spellings = Spellings(["P-1", "p-1"])
    assert spellings.of("p-1") == ["p-1"]
    assert spellings.of("P\u20131") == ["P-1", "p-1"]
