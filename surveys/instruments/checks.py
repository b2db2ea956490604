"""Whether the parts of a definition agree with each other: names, choices, ranges, bands, alerts.

Each check leaves alone what already has a fault below it, so that one mistake is told once.
"""

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import TypeVar

from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Instrument, Scale
from surveys.instruments.scoring import rescaled

T = TypeVar("T", bound=Hashable)

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"\d+(\.\d+)*")


def check_structure(instrument: Instrument, faults: Faults) -> None:
    """Adds every contradiction in what is asked and how it is scored to the faults."""
    _check_names(instrument, faults)
    _check_items(instrument, faults)
    _check_sections(instrument, faults)
    for scale in instrument.scales:
        where = f"scales.{scale.key}"
        _check_scale_items(instrument, scale, where, faults)
        _check_missing_rule(instrument, scale, where, faults)
        _check_range(instrument, scale, where, faults)
        _check_bands(scale, where, faults)
    _check_alerts(instrument, faults)
    _check_thresholds(instrument, faults)


def _check_names(instrument: Instrument, faults: Faults) -> None:
    if not _KEY.fullmatch(instrument.key) and not faults.about("key"):
        faults.add("key", f"{instrument.key!r} cannot be a key.", "Use small letters, digits and _.")
    if not _VERSION.fullmatch(instrument.version) and not faults.about("version"):
        faults.add(
            "version", f"{instrument.version!r} cannot be ordered.", 'Use numbers and dots: "1", "1.2".'
        )
    if instrument.minutes < 1 and not faults.about("minutes"):
        faults.add("minutes", "must be at least 1.", "Say how many minutes answering takes.")
    for list_name, keys in (
        ("sections", [section.key for section in instrument.sections]),
        ("items", [item.key for item in instrument.items]),
        ("scales", [scale.key for scale in instrument.scales]),
        ("alerts", [alert.rule for alert in instrument.alerts]),
        ("examples", [example.name for example in instrument.examples]),
    ):
        for key in _repeated(key for key in keys if key):
            faults.add(f"{list_name}.{key}", "stands twice.", "Give each its own name.")
    for scale in instrument.scales:
        if scale.key and not _KEY.fullmatch(scale.key):
            faults.add(
                f"scales.{scale.key}.key", "cannot be a column name.", "Use small letters, digits and _."
            )


def _check_sections(instrument: Instrument, faults: Faults) -> None:
    if not instrument.sections and not faults.about("sections"):
        faults.add("sections", "has no section.", "Add [[sections]] with the choices of the items.")
    used = {item.section for item in instrument.items}
    for section in instrument.sections:
        where = f"sections.{section.key}"
        if section.key and section.key not in used and not faults.about("items"):
            faults.add(where, "is used by no item.", "Remove it, or name it as an item's section.")
        if faults.about(where):
            continue
        values = [choice.value for choice in section.choices]
        if len(values) < 2:
            faults.add(f"{where}.choices", "has fewer than two choices.", "Add the choices.")
        for value in _repeated(values):
            faults.add(f"{where}.choices.{value}", "stands twice.", "Give each choice its own value.")


def _check_items(instrument: Instrument, faults: Faults) -> None:
    if not instrument.items and not faults.about("items"):
        faults.add("items", "has no item.", "Add [[items]].")
    sections = {section.key for section in instrument.sections}
    for item in instrument.items:
        where = f"items.{item.key}"
        if item.section and item.section not in sections:
            faults.add(
                f"{where}.section",
                f"names {item.section!r}, which is not there.",
                f"Sections are: {', '.join(sorted(sections))}.",
            )
        if item.key != f"q{item.number}" and not faults.about(where):
            faults.add(
                f"{where}.number",
                f"is {item.number}, but the key is {item.key!r}.",
                f"An item is named by its number: q{item.number}.",
            )
    for number in _repeated(item.number for item in instrument.items):
        if not faults.about("items"):
            faults.add("items", f"has the number {number} twice.", "Number the items in the order asked.")


def _check_scale_items(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    if not scale.items and not faults.about(f"{where}.items"):
        faults.add(f"{where}.items", "names no item.", "Name the items that the scale is made of.")
    items = {item.key: item for item in instrument.items}
    for key in scale.items:
        if key not in items:
            faults.add(
                f"{where}.items",
                f"names {key!r}, which is not an item.",
                f"Items are: {', '.join(items)}.",
            )
        elif items[key].optional:
            faults.add(
                f"{where}.items",
                f"names {key!r}, which is optional.",
                "Make the item a required one or leave it out of the scale.",
            )
    for key in _repeated(scale.items):
        faults.add(f"{where}.items", f"names {key!r} twice.", "Name each item once.")
    for key in scale.reverse:
        if key not in scale.items:
            faults.add(
                f"{where}.reverse", f"names {key!r}, which is not an item of the scale.", "Correct the key."
            )
    for key in _repeated(scale.reverse):
        faults.add(f"{where}.reverse", f"names {key!r} twice.", "Name each item once.")


def _check_missing_rule(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    rule = scale.missing
    place = f"{where}.missing"
    if faults.about(place, f"{where}.items", "items", "sections"):
        return
    if not 0 <= rule.allowed < len(scale.items):
        faults.add(
            f"{place}.allowed",
            f"is {rule.allowed}, but the scale has {len(scale.items)} items.",
            f"Allow 0 to {len(scale.items) - 1} missing.",
        )
    elif (rule.allowed == 0) != (rule.method == "none"):
        faults.add(
            f"{place}.method",
            f"is {rule.method}, but {rule.allowed} may be missing.",
            "Use none with allowed = 0 and person_mean with more.",
        )
    ranges = {(min(instrument.values(key)), max(instrument.values(key))) for key in scale.items}
    if rule.method == "person_mean" and len(ranges) > 1:
        faults.add(
            f"{place}.method",
            "is person_mean, but the items do not share one range of values.",
            "Only items with the same lowest and highest choice can stand for each other.",
        )


def _check_range(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    parts = ("items", "method", "subtract", "multiply", "divide", "low", "high")
    if faults.about(*(f"{where}.{part}" for part in parts), "items", "sections", "scales"):
        return
    if scale.divide == 0 or scale.multiply == 0:
        name = "divide" if scale.divide == 0 else "multiply"
        faults.add(f"{where}.{name}", "is 0.", "Use another number; without the line it is 1.")
        return
    low, high = attainable(instrument, scale)
    same = math.isclose(low, scale.low, abs_tol=1e-9) and math.isclose(high, scale.high, abs_tol=1e-9)
    if not same:
        faults.add(
            f"{where}.low",
            f"to high is {scale.low:g} to {scale.high:g}, but the choices can give {low:g} to {high:g}.",
            "Correct low and high, the transform or the choices.",
        )


def attainable(instrument: Instrument, scale: Scale) -> tuple[float, float]:
    """The lowest and highest value that complete answers can give."""
    lowest = sum(min(instrument.values(key)) for key in scale.items)
    highest = sum(max(instrument.values(key)) for key in scale.items)
    ends = rescaled(scale, float(lowest)), rescaled(scale, float(highest))
    return min(ends), max(ends)


def _check_bands(scale: Scale, where: str, faults: Faults) -> None:
    if faults.about(f"{where}.low", f"{where}.high", f"{where}.bands", f"{where}.cutoffs"):
        return
    starts = [band.at_least for band in scale.bands]
    if any(later <= earlier for earlier, later in pairwise(starts)):
        faults.add(f"{where}.bands", "are not in ascending order.", "Order them by at_least, none twice.")
    elif starts and starts[0] != scale.low:
        faults.add(
            f"{where}.bands",
            f"begin at {starts[0]:g}, but the scale begins at {scale.low:g}.",
            f"Let the first band have at_least = {scale.low:g}, so that every value has a band.",
        )
    for label in _repeated(band.label for band in scale.bands):
        faults.add(f"{where}.bands.{label}", "stands twice.", "Give each band its own label.")
    for kind, entries in (("bands", scale.bands), ("cutoffs", scale.cutoffs)):
        for entry in entries:
            if not scale.low <= entry.at_least <= scale.high:
                faults.add(
                    f"{where}.{kind}.{entry.label}",
                    f"begins at {entry.at_least:g}, outside {scale.low:g} to {scale.high:g}.",
                    "Correct at_least.",
                )


def _check_alerts(instrument: Instrument, faults: Faults) -> None:
    items = {item.key for item in instrument.items}
    for alert in instrument.alerts:
        where = f"alerts.{alert.rule}"
        if alert.item and alert.item not in items:
            faults.add(
                f"{where}.item",
                f"names {alert.item!r}, which is not an item.",
                f"Items are: {', '.join(item.key for item in instrument.items)}.",
            )
        if faults.about(where, f"items.{alert.item}", "sections"):
            continue
        values = instrument.values(alert.item)
        if alert.at_least not in values or alert.at_least == min(values):
            faults.add(
                f"{where}.at_least",
                f"is {alert.at_least}, but {alert.item} can be {', '.join(map(str, values))}.",
                "Use one of these values above the lowest, or the alert means nothing.",
            )


def _check_thresholds(instrument: Instrument, faults: Faults) -> None:
    scales = {scale.key for scale in instrument.scales}
    for threshold in instrument.change_thresholds:
        if threshold.scale and threshold.scale not in scales:
            faults.add(
                f"change_thresholds.{threshold.kind}.scale",
                f"names {threshold.scale!r}, which is not a scale.",
                f"Scales are: {', '.join(sorted(scales))}.",
            )


def _repeated(values: Iterable[T]) -> list[T]:
    """The values that stand more than once, each once."""
    return [value for value, count in Counter(values).items() if count > 1]
