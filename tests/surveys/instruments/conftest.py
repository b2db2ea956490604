"""Two valid definitions, a small one and one that holds everything, and the faults that changes give."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments.definition import DefinitionError, Fault, Instrument, parse

SMALL = (Path(__file__).parent / "small.toml").read_text(encoding="utf-8")
WIDE = (Path(__file__).parent / "wide.toml").read_text(encoding="utf-8")


def change(*changes: tuple[str, str], text: str = SMALL) -> str:
    """The small definition, or another, with the first occurrence of each text replaced by another."""
    for old, new in changes:
        assert old in text, f"the definition has no {old!r}"
        text = text.replace(old, new, 1)
    return text


@pytest.fixture
def small() -> Instrument:
    return parse(SMALL, "small.toml")


@pytest.fixture
def wide() -> Instrument:
    return parse(WIDE, "wide.toml")


@pytest.fixture
def faults() -> Callable[..., tuple[Fault, ...]]:
    """Gives all faults of the small definition after the changes (old text, new text)."""

    def found(*changes: tuple[str, str]) -> tuple[Fault, ...]:
        with pytest.raises(DefinitionError) as refused:
            parse(change(*changes), "small.toml")
        return refused.value.faults

    return found


@pytest.fixture
def sole_fault(faults: Callable[..., tuple[Fault, ...]]) -> Callable[[str, str], Fault]:
    """Gives the one fault of the small definition after one change, and fails if there are others."""

    def found(old: str, new: str) -> Fault:
        (fault,) = faults((old, new))
        assert fault.file == "small.toml"
        assert fault.mend.endswith((".", "]", "…"))
        return fault

    return found


@pytest.fixture
def wide_faults() -> Callable[..., tuple[Fault, ...]]:
    """Gives all faults of the definition that holds everything after the changes (old text, new text)."""

    def found(*changes: tuple[str, str]) -> tuple[Fault, ...]:
        with pytest.raises(DefinitionError) as refused:
            parse(change(*changes, text=WIDE), "wide.toml")
        return refused.value.faults

    return found
