"""Whether the parts of a definition agree with each other: names, items, choices, alerts, thresholds.

Each check passes over parts with a fault below them, so that one mistake is told once.
"""

import re

from surveys.instruments.faults import Faults, repeated
from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.scale_checks import check_bands, check_scale

_KEY = re.compile(r"[a-z][a-z0-9_]*")
# The longest name of a variable that Stata and others take, and what exports put behind an instrument's key.
LONGEST_COLUMN = 32
_BEHIND_KEY = ("answered_by", "text_status")
# In files of SPSS these say why there is no answer.
RESERVED = range(-99, -96)
_VERSION = re.compile(r"\d+(\.\d+)*")
_SCORED_PARTS = ("sections", "items", "scales", "alerts", "examples")


def check_structure(instrument: Instrument, faults: Faults) -> None:
    """Adds every contradiction between items and scoring to the faults."""
    _check_names(instrument, faults)
    _check_citation(instrument, faults)
    if instrument.supply is None:
        _check_items(instrument, faults)
        _check_sections(instrument, faults)
    else:
        _check_supply(instrument, faults)
    for scale in instrument.scales:
        check_scale(instrument, scale, faults)
    _check_alerts(instrument, faults)
    _check_thresholds(instrument, faults)
    _check_facts(instrument, faults)
    _check_columns(instrument, faults)
    _check_origin(instrument, faults)


def _check_names(instrument: Instrument, faults: Faults) -> None:
    if not _KEY.fullmatch(instrument.key) and not faults.about("key"):
        faults.add("key", f"{instrument.key!r} cannot be a key.", "Use small letters, digits and _.")
    if not _VERSION.fullmatch(instrument.version) and not faults.about("version"):
        faults.add(
            "version", f"{instrument.version!r} cannot be ordered.", 'Use numbers and dots: "1", "1.2".'
        )
    if instrument.minutes < 1 and instrument.supply is None and not faults.about("minutes"):
        faults.add("minutes", "must be at least 1.", "Say how many minutes answering takes.")
    for list_name, keys in (
        ("sections", [section.key for section in instrument.sections]),
        ("items", [item.key for item in instrument.items]),
        ("scales", [scale.key for scale in instrument.scales]),
        ("alerts", [alert.rule for alert in instrument.alerts]),
        ("examples", [example.name for example in instrument.examples]),
    ):
        for key in repeated(key for key in keys if key):
            faults.add(f"{list_name}.{key}", "stands twice.", "Give each its own name.")
    for scale in instrument.scales:
        if scale.key and not _KEY.fullmatch(scale.key):
            faults.add(
                f"scales.{scale.key}.key", "cannot be a column name.", "Use small letters, digits and _."
            )


def _check_columns(instrument: Instrument, faults: Faults) -> None:
    """Names of columns that other programs cannot take, and values that mean something else there."""
    parts = (
        *(item.key for item in instrument.items),
        *(f"{scale.key}_missing" for scale in instrument.scales),
        *_BEHIND_KEY,
    )
    column = max((f"{instrument.key}_{part}" for part in parts), key=len)
    if len(column) > LONGEST_COLUMN:
        faults.add(
            "key",
            f"makes the column {column}, which has {len(column)} characters; Stata and others take "
            f"{LONGEST_COLUMN}.",
            "Shorten the key.",
        )
    if faults.about("sections", "items"):
        return
    taken = {value for item in instrument.items for value in instrument.values(item.key)} & {*RESERVED}
    low = min((item.low for item in instrument.items if item.low is not None), default=0)
    if taken or low < RESERVED.stop:
        faults.add(
            "items",
            f"can be {min(taken, default=low):g}, but -99 to -97 say in SPSS that there is no answer.",
            "Use other values.",
        )


def _check_citation(instrument: Instrument, faults: Faults) -> None:
    citation = instrument.citation
    if not (citation.journal or citation.publisher) and not faults.about("citation"):
        faults.add(
            "citation.journal",
            "is missing, and there is no publisher.",
            "Name the journal, or the publisher of a manual or of your own form.",
        )


def _check_supply(instrument: Instrument, faults: Faults) -> None:
    supply = instrument.supply
    if supply is None:
        return
    for name in _SCORED_PARTS:
        if getattr(instrument, name):
            faults.add(
                name,
                "are there, but [supply] says that a site must supply them.",
                "Remove them, or remove [supply].",
            )
    if instrument.wording.status != "absent" and not faults.about("wording"):
        faults.add(
            "wording.status",
            f"is {instrument.wording.status}, but there is nothing to ask.",
            "Say absent, or remove [supply] and add items.",
        )
    if not supply.needs and not faults.about("supply.needs"):
        faults.add("supply.needs", "is empty.", "Say what a site must bring.")
    for outline in supply.scales:
        check_bands(outline, f"supply.scales.{outline.key}", faults)


def _check_sections(instrument: Instrument, faults: Faults) -> None:
    if not instrument.sections and not faults.about("sections"):
        faults.add("sections", "has no section.", "Add [[sections]] with the choices of the items.")
    used = {item.section for item in instrument.items}
    chosen_from = {item.section for item in instrument.items if item.chosen}
    for section in instrument.sections:
        where = f"sections.{section.key}"
        if section.key and section.key not in used and not faults.about("items"):
            faults.add(where, "is used by no item.", "Remove it, or name it as an item's section.")
        if faults.about(where):
            continue
        values = [choice.value for choice in section.choices]
        if section.key in chosen_from and len(values) < 2:
            faults.add(f"{where}.choices", "has fewer than two choices.", "Add the choices.")
        if section.key not in chosen_from and values and not faults.about("items"):
            faults.add(
                f"{where}.choices", "are chosen by no item.", "Remove them: numbers and dates have none."
            )
        for value in repeated(values):
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
        _check_numbers(item, where, faults)
    for number in repeated(item.number for item in instrument.items):
        if not faults.about("items"):
            faults.add("items", f"has the number {number} twice.", "Number the items in the order asked.")


def _check_numbers(item: Item, where: str, faults: Faults) -> None:
    """Numbers have a range; other kinds have no range and no unit."""
    if faults.about(where):
        return
    if item.kind not in ("whole", "decimal"):
        for name, value in (("low", item.low), ("high", item.high), ("unit", item.unit)):
            if value is not None:
                faults.add(
                    f"{where}.{name}",
                    f"is {value!r}, but the item is answered by a {item.kind}.",
                    "Remove it, or say kind = whole or decimal.",
                )
        return
    if item.low is None or item.high is None:
        name = "low" if item.low is None else "high"
        faults.add(f"{where}.{name}", "is missing.", "Say between which numbers the answer lies.")
    elif item.low >= item.high:
        faults.add(f"{where}.low", f"is {item.low:g}, not below {item.high:g}.", "Correct low or high.")
    elif item.kind == "whole" and not (item.low.is_integer() and item.high.is_integer()):
        faults.add(f"{where}.low", "or high is no whole number.", "Correct it, or say kind = decimal.")


def _check_alerts(instrument: Instrument, faults: Faults) -> None:
    items = {item.key: item for item in instrument.items}
    for alert in instrument.alerts:
        where = f"alerts.{alert.rule}"
        if alert.item and alert.item not in items:
            faults.add(
                f"{where}.item",
                f"names {alert.item!r}, which is not an item.",
                f"Items are: {', '.join(items)}.",
            )
        if faults.about(where, f"items.{alert.item}", "sections"):
            continue
        item = items[alert.item]
        if not item.numeric:
            faults.add(
                f"{where}.item",
                f"is {alert.item}, which is answered by a {item.kind}.",
                "An alert watches a single choice or a number.",
            )
            continue
        low, high = instrument.extent(alert.item)
        values = instrument.values(alert.item)
        if not low < alert.at_least <= high or (values and alert.at_least not in values):
            can_be = ", ".join(map(str, values)) or f"{low:g} to {high:g}"
            faults.add(
                f"{where}.at_least",
                f"is {alert.at_least}, but {alert.item} can be {can_be}.",
                "Use one of these values above the lowest, or the alert means nothing.",
            )


def _check_thresholds(instrument: Instrument, faults: Faults) -> None:
    scales = {scale.key for scale in instrument.scales}
    if instrument.supply:
        scales |= {outline.key for outline in instrument.supply.scales}
    for threshold in instrument.change_thresholds:
        if threshold.scale and threshold.scale not in scales:
            faults.add(
                f"change_thresholds.{threshold.kind}.scale",
                f"names {threshold.scale!r}, which is not a scale.",
                f"Scales are: {', '.join(sorted(scales))}.",
            )


def _check_facts(instrument: Instrument, faults: Faults) -> None:
    facts, scales = instrument.facts, [scale.key for scale in instrument.scales]
    if faults.about("facts"):
        return
    named = {
        **{f"headlines.{key}": key for key in facts.headlines},
        **{f"shares.{shared.scale}.scale": shared.scale for shared in facts.shares},
        **{f"shown_to_patients.{key}": key for key in facts.shown_to_patients},
        "result": facts.result,
    }
    for where, key in named.items():
        if key is not None and key not in scales:
            known = f"Scales are: {', '.join(scales)}." if scales else "It has no scales: leave the line out."
            faults.add(f"facts.{where}", f"names {key!r}, which is not a scale.", known)
    for key, place in facts.headlines.items():
        if place < 1:
            faults.add(f"facts.headlines.{key}", f"is {place}.", "Places begin at 1.")
    for shared in facts.shares:
        where = f"facts.shares.{shared.scale or facts.shares.index(shared) + 1}.with"
        if not shared.instruments and shared.subject is None:
            faults.add(where, "is missing.", 'Write with = ["other"], a key, or with_all_on = "mood".')
        if instrument.key in {other.split(".")[0] for other in shared.instruments}:
            faults.add(where, "names the instrument itself.", "Name others: its own scales are compared.")
    if facts.not_before and facts.not_before.days_after_onset < 1:
        faults.add(
            "facts.not_before.days_after_onset",
            f"is {facts.not_before.days_after_onset}.",
            "Use 1 day or more, or leave not_before out.",
        )
    if facts.shown_to_patients and facts.asks_of == "mood":
        faults.add("facts.shown_to_patients", "is there, but it asks of mood.", "Leave it out.")
    named_items = {
        "without_period": facts.without_period,
        **{f"only_after.{key}": (key, *before) for key, before in facts.only_after.items()},
    }
    for where, keys in named_items.items():
        for key in keys:
            if all(item.key != key for item in instrument.items):
                faults.add(f"facts.{where}", f"names {key!r}, which is not an item.", "Name an item.")
    for key, words in facts.shown_to_patients.items():
        if not words:
            faults.add(f"facts.shown_to_patients.{key}", "has no words.", 'Write en = "…".')
    _check_eye_safety(instrument, faults)
    _check_replacement(instrument, faults)


def _check_origin(instrument: Instrument, faults: Faults) -> None:
    """Each item comes from one place there, and each of its choices means one here."""
    told = instrument.origin.items if instrument.origin else ()
    if faults.about("origin", "items", "sections"):
        return
    keys = {item.key for item in instrument.items}
    for key in repeated([one.item for one in told]):
        faults.add(f"origin.items.{key}", "stands twice.", "Name each item once.")
    for one in told:
        where = f"origin.items.{one.item}"
        if one.item not in keys:
            faults.add(f"{where}.item", f"is {one.item!r}.", "Name an item of this instrument.")
            continue
        for choice in one.choices:
            if choice.value not in instrument.values(one.item):
                faults.add(f"{where}.choices.{choice.value}", "is no choice here.", "Name one of the item's.")


def _check_eye_safety(instrument: Instrument, faults: Faults) -> None:
    items = {item.key: item for item in instrument.items if item.kind == "choice"}
    sections = {section.key: section for section in instrument.sections}
    for key, answers in instrument.facts.eye_safety.items():
        where = f"facts.eye_safety.{key}"
        if key not in items:
            known = ", ".join(items) or "none"
            faults.add(where, "is not an item with one choice.", f"Such items are: {known}.")
        elif section := sections.get(items[key].section):
            values = [choice.value for choice in section.choices]
            if unknown := [one for one in answers if one not in values]:
                said = ", ".join(map(str, values))
                faults.add(where, f"names {unknown[0]}, which is no answer.", f"Answers are: {said}.")


def _check_replacement(instrument: Instrument, faults: Faults) -> None:
    if instrument.facts.without_crisis_item is None:
        return
    if instrument.facts.without_crisis_item == instrument.key:
        faults.add("facts.without_crisis_item", "names the instrument itself.", "Name another one.")
    if not any(alert.crisis for alert in instrument.alerts):
        faults.add(
            "facts.without_crisis_item",
            "is there, but no alert of this instrument is a crisis.",
            "Remove it, or write crisis = true in the alert.",
        )
