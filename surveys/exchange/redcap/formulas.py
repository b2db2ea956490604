"""Scores as calculations of REDCap that give ours, also with missing items. Pure.

REDCap's `sum()` passes over blanks and would score three answers as a whole scale, so each formula counts its
items first. `[item]<>""` holds for a missing-data code too: `isblankormissingcode` asks for both.
"""

from __future__ import annotations

from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import Scale


def formula(instrument: Instrument, scale: Scale) -> str | None:
    """The calculation of `scale`; None where REDCap cannot have it, because the scale looks its value up."""
    if scale.table:
        return None
    return _weighted(instrument, scale) if scale.parts else _summed(instrument, scale)


def _summed(instrument: Instrument, scale: Scale) -> str:
    names = {key: f"{instrument.key}_{key}" for key in scale.items}
    count = "+".join(f"if(isblankormissingcode([{name}]),0,1)" for name in names.values())
    total = "+".join(
        f"if(isblankormissingcode([{name}]),0,{_value(instrument, scale, key, name)})"
        for key, name in names.items()
    )
    items, needed = len(scale.items), len(scale.items) - scale.missing.allowed
    value = f"({total})"
    if scale.missing.allowed:
        value = f"({value}*{items}/({count}))"
    if scale.method == "mean":
        value = f"({value}/{items})"
    return f'if(({count})>={needed},{_rescaled(scale, value)},"")'


def _value(instrument: Instrument, scale: Scale, key: str, name: str) -> str:
    return f"{sum(instrument.extent(key)):g}-[{name}]" if key in scale.reverse else f"[{name}]"


def _weighted(instrument: Instrument, scale: Scale) -> str:
    names = [f"{instrument.key}_{part.scale}" for part in scale.parts]
    known = " and ".join(f'[{name}]<>""' for name in names)
    total = "+".join(f"({part.weight:g})*[{name}]" for part, name in zip(scale.parts, names, strict=True))
    return f'if({known},{_rescaled(scale, f"({total})")},"")'


def _rescaled(scale: Scale, value: str) -> str:
    if scale.subtract:
        value = f"({value}-({scale.subtract:g}))"
    if scale.multiply != 1:
        value = f"{value}*{scale.multiply:g}"
    if scale.divide != 1:
        value = f"{value}/{scale.divide:g}"
    return value
