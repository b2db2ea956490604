"""What the cells of an item mean: a table of values that is proposed, and whether it is certain.

Numbers 1 to 4 for 0 to 3 give a total that is too high and looks right. So numbers whose texts nobody knows
are never certain, and neither is a table that changes a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.words import counted, joined
from analysis.words import words as _
from surveys.exchange.tables import words
from surveys.exchange.tables.recognising import Found, Known
from surveys.exchange.tables.table import Column

MISSING_LOOKS = frozenset(
    {"-9", "-99", "-98", "-97", "-999", "9", "99", "999", "888", "NA", "N/A", "NK", "."}
)
"""Cells by which programs and people mean: no answer."""
_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:[.,]0+)?")
_NUMBERED = re.compile(r"([A-Za-z]{1,8})([0-9]{1,2})")


@dataclass(frozen=True)
class Proposal:
    """What cells of one item mean. `values` None: they are our values as they stand.

    `certain`: texts prove it, and no number changes. `doubts` are sentences about what must be looked at.
    """

    values: Mapping[str, int] | None
    certain: bool
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """The cells of an item's column that are not missing, with their numbers of rows."""

    column: Column
    counted: Counter[str] = field(default_factory=Counter)


def code(cell: str) -> str:
    """A cell as a code: 2.0 and 2 are the same."""
    whole = _WHOLE.fullmatch(cell)
    return whole[1] if whole else cell


def is_whole(cell: str) -> bool:
    """Whether a code is a whole number."""
    return _WHOLE.fullmatch(cell) is not None


def proposed(found: Found, seen: Mapping[str, Seen]) -> dict[str, Proposal]:
    """What the cells of each found item mean."""
    instrument = found.instrument
    result: dict[str, Proposal] = {}
    by_section: dict[str, list[str]] = {}
    for item in found.columns:
        if instrument.item(item).kind == "choice":
            by_section.setdefault(instrument.item(item).section, []).append(item)
        else:
            result[item] = Proposal(None, True)
    for section, items in by_section.items():
        bare = [seen[item] for item in items if not _choices(seen[item].column)]
        together = _by_cells(found.known, section, bare) if bare else None
        for item in items:
            choices = _choices(seen[item].column)
            if choices:
                result[item] = _by_labels(found.known, item, section, choices, seen[item])
            elif together is not None:
                result[item] = together
    return result


def _choices(column: Column) -> dict[str, str]:
    return {code(key): text for key, text in column.choices.items() if code(key) not in column.missing}


def _our_texts(known: Known, section: str) -> list[dict[str, int]]:
    """The value of each choice's bare text, per language."""
    found = []
    for text in known.texts:
        if section in text.sections:
            found.append({words.bare(said): value for value, said in text.sections[section].choices.items()})
    return found


def _shown(known: Known, section: str, value: int) -> str:
    for text in known.texts:
        if section in text.sections and value in text.sections[section].choices:
            return text.sections[section].choices[value]
    return str(value)


def _by_labels(known: Known, item: str, section: str, choices: Mapping[str, str], seen: Seen) -> Proposal:
    """From the texts of the choices, which the file itself tells."""
    ours = known.instrument.values(item)
    bare = {key: words.bare(text) for key, text in choices.items()}
    if len(set(choices)) < len(seen.column.choices) - len(seen.column.missing):
        return Proposal(None, False, (_("%(name)s has one code for two choices.", name=seen.column.name),))
    for told in _our_texts(known, section):
        exact = {key: told[text] for key, text in bare.items() if text in told}
        if len(exact) == len(choices) == len(ours) and list(exact.values()) in (
            list(ours),
            list(reversed(ours)),
        ):
            return _of_table(known, section, exact, choices, seen.column)
    near = _nearly(known, section, bare)
    if near is not None:
        differing = [
            _("‘%(choices)s’ for ‘%(shown)s’", choices=choices[key], shown=_shown(known, section, value))
            for key, value in near.items()
            if all(words.bare(choices[key]) not in told for told in _our_texts(known, section))
        ]
        said = _(
            "%(name)s has other choices: %(listed)s. Another version of it?",
            name=seen.column.name,
            listed=joined("; ", differing),
        )
        same_codes = all(str(value) == key for key, value in near.items())
        return Proposal(None if same_codes else near, False, (said,))
    codes = list(choices)
    if codes == [str(value) for value in ours]:
        return Proposal(None, False, (_foreign(known, section, choices, seen.column),))
    if (shift := _shift(codes, ours)) is not None:
        values = {key: int(key) - shift for key in codes}
        said = _(
            "%(name)s counts its choices from %(codes)s: subtract %(shift)s?",
            name=seen.column.name,
            codes=codes[0],
            shift=shift,
        )
        return Proposal(values, False, (said, _foreign(known, section, choices, seen.column)))
    if len(codes) == len(ours) and all(_NUMBERED.fullmatch(one) for one in codes):
        values = dict(zip(codes, ours, strict=True))
        return Proposal(values, False, (_foreign(known, section, choices, seen.column),))
    title = known.instrument.short_title
    said = counted(
        "%(name)s has %(num)d choice (%(listed)s), %(title)s has %(number_2)s "
        "(%(listed_2)s). Write what each means (values = …), or leave it out.",
        "%(name)s has %(num)d choices (%(listed)s), %(title)s has %(number_2)s "
        "(%(listed_2)s). Write what each means (values = …), or leave it out.",
        len(codes),
        name=seen.column.name,
        listed=", ".join(codes[:8]),
        title=title,
        number_2=len(ours),
        listed_2=", ".join(map(str, ours)),
    )
    return Proposal({}, False, (said,))


def _foreign(known: Known, section: str, choices: Mapping[str, str], column: Column) -> str:
    told = ", ".join(f"{key} ‘{text}’" for key, text in list(choices.items())[:6])
    values = ", ".join(
        f"{value} ‘{_shown(known, section, value)}’"
        for value in (
            choice.value for one in known.instrument.sections if one.key == section for choice in one.choices
        )
    )
    return _(
        "The choices of %(name)s have other texts: %(told)s. Ours: %(values)s. Do they mean the same?",
        name=column.name,
        told=told,
        values=values,
    )


def _of_table(
    known: Known, section: str, exact: Mapping[str, int], choices: Mapping[str, str], column: Column
) -> Proposal:
    if all(key == str(value) for key, value in exact.items()):
        return Proposal(None, True)
    changed = next(key for key, value in exact.items() if key != str(value))
    shifts = {int(key) - value for key, value in exact.items() if _WHOLE.fullmatch(key)}
    whole = all(_WHOLE.fullmatch(key) for key in exact)
    ask = (
        _("subtract %(pop)s?", pop=shifts.copy().pop())
        if whole and len(shifts) == 1
        else _("is this what it means?")
    )
    said = _(
        "In this file ‘%(changed)s’ is labelled ‘%(choices)s’ in %(name)s: %(ask)s (values = …)",
        changed=changed,
        choices=choices[changed],
        name=column.name,
        ask=ask,
    )
    return Proposal(dict(exact), False, (said,))


def _nearly(known: Known, section: str, bare: Mapping[str, str]) -> dict[str, int] | None:
    """The table where each text is alike one of ours, and one at least is another."""
    for told in _our_texts(known, section):
        table: dict[str, int] = {}
        for key, text in bare.items():
            best = max(told, key=lambda ours: words.likeness(text, ours), default="")
            if best and words.likeness(text, best):
                table[key] = told[best]
        left = [key for key in bare if key not in table]
        free = [value for value in told.values() if value not in table.values()]
        if len(left) == len(free) == 1 and len(bare) > 2:
            table[left[0]] = free[0]
        if len(table) == len(bare) == len(set(table.values())) == len(told):
            return {key: table[key] for key in bare}
    return None


def _shift(codes: Sequence[str], ours: Sequence[int]) -> int | None:
    if len(codes) != len(ours) or not all(_WHOLE.fullmatch(one) for one in codes):
        return None
    shifts = {int(one) - value for one, value in zip(codes, ours, strict=True)}
    return shifts.pop() if len(shifts) == 1 else None


def _by_cells(known: Known, section: str, seen: Sequence[Seen]) -> Proposal:
    """From the cells alone: texts of ours, numbers, or answer codes. `seen` are all items' of the section."""
    ours = [choice.value for one in known.instrument.sections if one.key == section for choice in one.choices]
    title = known.instrument.short_title
    together: Counter[str] = Counter()
    for one in seen:
        for cell, rows in one.counted.items():
            together[code(cell)] += rows
    if not together:
        return Proposal(None, False, (_("%(title)s has no answer in any row.", title=title),))
    for told in _our_texts(known, section):
        if all(words.bare(cell) in told for cell in together):
            values = {_shown_in(known, section, value, told): value for value in told.values()}
            values |= {cell: told[words.bare(cell)] for cell in together}
            return Proposal(values, True)
    if all(_WHOLE.fullmatch(cell) for cell in together):
        return _by_numbers(title, ours, {int(cell) for cell in together}, seen)
    if (coded := _answer_codes(together, ours)) is not None:
        first = next(iter(coded))
        said = _(
            "%(title)s has answer codes: is %(first)s ‘%(shown)s’? (values = …)",
            title=title,
            first=first,
            shown=_shown(known, section, coded[first]),
        )
        return Proposal(coded, False, (said,))
    strange = ", ".join(f"‘{cell}’" for cell in list(together)[:5])
    said = _(
        "%(title)s has %(strange)s: write what each cell means (values = …), or which are no "
        "answers (missing).",
        title=title,
        strange=strange,
    )
    return Proposal({}, False, (said,))


def _shown_in(known: Known, section: str, value: int, told: Mapping[str, int]) -> str:
    for text in known.texts:
        said = text.sections[section].choices.get(value, "") if section in text.sections else ""
        if told.get(words.bare(said)) == value:
            return said
    return str(value)


def _by_numbers(title: str, ours: Sequence[int], together: set[int], seen: Sequence[Seen]) -> Proposal:
    highest, lowest = max(ours), min(ours)
    by_one = {str(value + 1): value for value in ours}
    if together <= set(ours):
        if min(together) > lowest:
            said = _(
                "No cell of %(title)s is %(lowest)s, its lowest value. Does this file count from "
                "%(value)s? Then write values = %(toml)s.",
                title=title,
                lowest=lowest,
                value=lowest + 1,
                toml=_toml(by_one),
            )
        else:
            said = _(
                "The file does not say what its numbers mean. Are they %(title)s's, %(range)s?",
                title=title,
                range=_range(ours),
            )
        return Proposal(None, False, (said,))
    over = _over(title, highest, seen) or _(
        "%(title)s has the values %(range)s.", title=title, range=_range(ours)
    )
    if min(together) > lowest and {str(value) for value in together} <= set(by_one):
        said = _(
            "%(over)s Does this file count from %(value)s: subtract 1? (values = …)",
            over=over,
            value=lowest + 1,
        )
        return Proposal(by_one, False, (said,))
    strange = sorted(together - set(ours))
    if {str(value) for value in strange} <= MISSING_LOOKS:
        cells = ", ".join(f'"{value}"' for value in strange)
        said = _(
            "%(title)s has cells with %(cells)s, which is not a choice. If it means missing, add "
            "it: [missing] codes = [%(cells)s]. The file does not say either what its other "
            "numbers mean: %(range)s?",
            title=title,
            cells=cells,
            range=_range(ours),
        )
        return Proposal(None, False, (said,))
    said = _(
        "%(over)s These are not among its values: %(listed)s. Write what each means (values = "
        "…), or name those that mean missing ([missing] codes).",
        over=over,
        listed=", ".join(map(str, strange[:8])),
    )
    return Proposal({}, False, (said,))


def _over(title: str, highest: int, seen: Sequence[Seen]) -> str:
    """The column with most cells above the highest value."""
    found = [
        (rows, one.column.name, cell)
        for one in seen
        for cell, rows in one.counted.items()
        if int(code(cell)) > highest
    ]
    if not found:
        return ""
    rows, name, cell = max(found, key=lambda one: one[0])
    return counted(
        "%(num)d value of %(name)s is %(cell)s; %(title)s goes to %(highest)s.",
        "%(num)d values of %(name)s are %(cell)s; %(title)s goes to %(highest)s.",
        rows,
        name=name,
        cell=cell,
        title=title,
        highest=highest,
    )


def _range(ours: Iterable[int]) -> str:
    values = list(ours)
    return _("%(number)s to %(number_2)s", number=values[0], number_2=values[-1])


def _answer_codes(together: Counter[str], ours: Sequence[int]) -> dict[str, int] | None:
    """A1 to A4: a letter and a number that counts from 0 or 1."""
    parts = [_NUMBERED.fullmatch(cell) for cell in together]
    if not all(parts):
        return None
    letters = {part[1] for part in parts if part}
    numbers = sorted({int(part[2]) for part in parts if part})
    if len(letters) != 1 or numbers[-1] > len(ours):
        return None
    first = 0 if numbers[0] == 0 else 1
    if numbers[-1] - first >= len(ours):
        return None
    letter = letters.pop()
    return {f"{letter}{number + first}": value for number, value in enumerate(ours)}


def _toml(values: Mapping[str, int]) -> str:
    return "{ " + ", ".join(f'"{key}" = {value}' for key, value in values.items()) + " }"
