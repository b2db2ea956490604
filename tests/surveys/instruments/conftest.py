"""A small valid definition, and the faults that one change to it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments.definition import DefinitionError, Fault, Instrument, parse

SMALL = (Path(__file__).parent / "small.toml").read_text(encoding="utf-8")


def change(*changes: tuple[str, str]) -> str:
    """The small definition with the first occurrence of each text replaced by another."""
    text = SMALL
    for old, new in changes:
        assert old in text, f"small.toml has no {old!r}"
        text = text.replace(old, new, 1)
    return text


@pytest.fixture
def small() -> Instrument:
    return parse(SMALL, "small.toml")


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
