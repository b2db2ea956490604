"""Scores as FHIRPath that gives ours, also with missing items. Pure.

Names of variables have letters and digits only, and no function is used that is an extension of FHIRPath.
"""

from __future__ import annotations

from collections.abc import Iterator

from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.scale import Scale

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def variables(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Name and expression of each variable: the number of each item that a scale uses, then each scale."""
    used = {key for scale in instrument.scales for key in scale.items}
    for item in instrument.items:
        if item.key in used:
            yield item.key, _number(item)
    for scale in instrument.scales:
        if (found := expression(instrument, scale)) is not None:
            yield variable(scale), found


def variable(scale: Scale) -> str:
    """The name of a scale's variable: `facialMovementScore`."""
    first, *others = scale.key.split("_")
    return first + "".join(part.capitalize() for part in others) + "Score"


def expression(instrument: Instrument, scale: Scale) -> str | None:
    """The value of a scale; None where a table gives it."""
    if scale.table:
        return None
    return _weighted(instrument, scale) if scale.parts else _summed(instrument, scale)


def _number(item: Item) -> str:
    answer = f"%resource.item.where(linkId='{item.key}').answer"
    if not item.chosen:
        return f"{answer}.value"
    return (
        f"%questionnaire.item.where(linkId='{item.key}').answerOption"
        f".where(valueCoding.code={answer}.valueCoding.code)"
        f".extension.where(url='{ORDINAL}').valueDecimal"
    )


def _summed(instrument: Instrument, scale: Scale) -> str:
    items, needed = len(scale.items), len(scale.items) - scale.missing.allowed
    count = " + ".join(f"%{key}.count()" for key in scale.items)
    total = " + ".join(f"iif(%{key}.exists(), {_value(instrument, scale, key)}, 0)" for key in scale.items)
    value = f"({total})"
    if scale.missing.allowed:
        value = f"({value} * {items}.0 / ({count}))"
    if scale.method == "mean":
        value = f"({value} / {items}.0)"
    return f"iif(({count}) >= {needed}, {_rescaled(scale, value)}, {{}})"


def _value(instrument: Instrument, scale: Scale, key: str) -> str:
    return f"({sum(instrument.extent(key)):g} - %{key})" if key in scale.reverse else f"%{key}"


def _weighted(instrument: Instrument, scale: Scale) -> str:
    names = [variable(instrument.scale(part.scale)) for part in scale.parts]
    known = " and ".join(f"%{name}.exists()" for name in names)
    total = " + ".join(f"({part.weight:g} * %{name})" for part, name in zip(scale.parts, names, strict=True))
    return f"iif({known}, {_rescaled(scale, f'({total})')}, {{}})"


def _rescaled(scale: Scale, value: str) -> str:
    if scale.subtract:
        value = f"({value} - {scale.subtract:g})"
    if scale.multiply != 1:
        value = f"({value} * {float(scale.multiply)!r})"
    if scale.divide != 1:
        value = f"({value} / {float(scale.divide)!r})"
    return value
