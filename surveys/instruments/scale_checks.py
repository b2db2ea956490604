"""Whether a scale agrees with its items: names, missing rule, attainable range, table, parts, bands.

Each check passes over parts with a fault below them, so that one mistake is told once.
"""

import math
from itertools import pairwise

from surveys.instruments.faults import Faults, repeated
from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import Outline, Scale
from surveys.instruments.scoring import rescaled


def check_scale(instrument: Instrument, scale: Scale, faults: Faults) -> None:
    """Adds every contradiction in one scale to the faults."""
    where = f"scales.{scale.key}"
    if scale.parts or scale.method == "weighted":
        _check_parts(instrument, scale, where, faults)
    else:
        _check_scale_items(instrument, scale, where, faults)
    _check_missing_rule(instrument, scale, where, faults)
    _check_table(instrument, scale, where, faults)
    _check_range(instrument, scale, where, faults)
    check_bands(scale, where, faults)
    _check_conventional(scale, where, faults)


def check_bands(scale: Scale | Outline, where: str, faults: Faults) -> None:
    """Adds a fault if bands or cut-offs are out of order or out of range."""
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
    for label in repeated(band.label for band in scale.bands):
        faults.add(f"{where}.bands.{label}", "stands twice.", "Give each band its own label.")
    begins = [(f"bands.{band.label}", band.at_least) for band in scale.bands]
    if isinstance(scale, Scale):
        begins += [(f"cutoffs.{cutoff.label}", cutoff.value) for cutoff in scale.cutoffs]
    for name, value in begins:
        if not scale.low <= value <= scale.high:
            faults.add(
                f"{where}.{name}",
                f"begins at {value:g}, outside {scale.low:g} to {scale.high:g}.",
                "Correct the number.",
            )


def attainable(instrument: Instrument, scale: Scale) -> tuple[float, float]:
    """The lowest and highest value that complete answers can give."""
    if scale.table:
        values = [row.value for row in scale.table]
        return min(values), max(values)
    lowest, highest = _sums(instrument, scale)
    ends = rescaled(scale, lowest), rescaled(scale, highest)
    return min(ends), max(ends)


def _sums(instrument: Instrument, scale: Scale) -> tuple[float, float]:
    """The lowest and highest sum of the items, or weighted sum of the parts."""
    lowest = highest = 0.0
    for part in scale.parts:
        whole = instrument.scale(part.scale)
        ends = part.weight * whole.low, part.weight * whole.high
        lowest, highest = lowest + min(ends), highest + max(ends)
    if not scale.parts:
        for key in scale.items:
            low, high = instrument.extent(key)
            lowest, highest = lowest + low, highest + high
    return lowest, highest


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
        elif not items[key].numeric:
            faults.add(
                f"{where}.items",
                f"names {key!r}, which is answered by a {items[key].kind}.",
                "Only single choices and numbers can be scored.",
            )
    for key in repeated(scale.items):
        faults.add(f"{where}.items", f"names {key!r} twice.", "Name each item once.")
    for key in scale.reverse:
        if key not in scale.items:
            faults.add(
                f"{where}.reverse", f"names {key!r}, which is not an item of the scale.", "Correct the key."
            )
    for key in repeated(scale.reverse):
        faults.add(f"{where}.reverse", f"names {key!r} twice.", "Name each item once.")


def _check_parts(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    if faults.about(where):
        return
    if (scale.method == "weighted") != bool(scale.parts):
        faults.add(
            f"{where}.parts",
            "and method = weighted go together.",
            "Name the scales and their weights, or use sum or mean of items.",
        )
        return
    before = [other for other in instrument.scales[: instrument.scales.index(scale)] if not other.parts]
    items = {other.key: other.items for other in before}
    for part in scale.parts:
        if part.scale not in items:
            faults.add(
                f"{where}.parts.{part.scale}",
                "is no scale of items that stands before this one.",
                f"Such scales are: {', '.join(items) or 'none'}.",
            )
        if part.weight == 0:
            faults.add(f"{where}.parts.{part.scale}.weight", "is 0.", "Leave the part out.")
    used = tuple(key for part in scale.parts for key in items.get(part.scale, ()))
    for key in repeated(used):
        faults.add(f"{where}.parts", f"count {key} more than once.", "Use scales that share no item.")
    if (scale.items != used or scale.reverse) and not faults.about(where):
        faults.add(
            f"{where}.items", "and parts are both there.", "A weighted scale has the items of its parts."
        )


def _check_missing_rule(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    rule = scale.missing
    place = f"{where}.missing"
    if faults.about(place, f"{where}.items", f"{where}.parts", "items", "sections"):
        return
    if scale.parts and rule.allowed:
        faults.add(
            f"{place}.allowed",
            f"is {rule.allowed}, but this scale is made of scales with rules of their own.",
            "Write allowed = 0: it has a value when all its parts have one.",
        )
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
    if rule.method == "person_mean" and len({instrument.extent(key) for key in scale.items}) > 1:
        faults.add(
            f"{place}.method",
            "is person_mean, but the items do not share one range of values.",
            "Only items with the same lowest and highest choice can stand for each other.",
        )


def _check_table(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    place = f"{where}.table"
    if faults.about(where, "items", "sections", "scales"):
        return
    if not scale.table:
        if scale.between:
            faults.add(f"{where}.between", "is there, but no table.", "Remove it, or add the table.")
        return
    if scale.method != "sum" or (scale.subtract, scale.multiply, scale.divide) != (0, 1, 1):
        faults.add(
            place, "looks up the plain sum.", "Use method = sum, without subtract, multiply and divide."
        )
    if any(instrument.item(key).kind == "decimal" for key in scale.items):
        faults.add(place, "needs whole sums, but an item is decimal.", "Use choices and whole numbers.")
    lowest, highest = _sums(instrument, scale)
    if [row.raw for row in scale.table] != list(range(math.ceil(lowest), math.floor(highest) + 1)):
        faults.add(
            place,
            f"does not have each sum from {lowest:g} to {highest:g} once, in order.",
            "Write one line for each.",
        )
    steps = [later.value - earlier.value for earlier, later in pairwise(scale.table)]
    if any(step > 0 for step in steps) and any(step < 0 for step in steps):
        faults.add(place, "rises and falls.", "Compare it with the publication: a higher sum goes one way.")
    if (scale.between is None) != (scale.missing.allowed == 0):
        faults.add(
            f"{where}.between",
            "and missing items go together: only a prorated sum can lie between two lines.",
            "Say up (the next line) or linear where items may be missing; else leave it out.",
        )


def _check_range(instrument: Instrument, scale: Scale, where: str, faults: Faults) -> None:
    parts = ("items", "method", "subtract", "multiply", "divide", "low", "high", "table", "parts")
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


def _check_conventional(scale: Scale, where: str, faults: Faults) -> None:
    if scale.conventional is None or faults.about(f"{where}.conventional", f"{where}.low", f"{where}.high"):
        return
    low, high = scale.conventional
    if not scale.low <= low < high <= scale.high or (low, high) == (scale.low, scale.high):
        faults.add(
            f"{where}.conventional",
            f"is {low:g} to {high:g}, which is not within {scale.low:g} to {scale.high:g}.",
            "It is the narrower range that publications give; leave it out where there is none.",
        )
