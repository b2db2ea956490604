"""What somebody chose to see: columns, conditions, order; as an address, as it is kept, as it can be asked.

A list outlives the fields that it names. What is not there any more is said in words; the rest is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.words import words as _
from surveys.lists.own import fields as described
from surveys.lists.own.fields import Condition, ConditionError, Field

MOST_COLUMNS, MOST_CONDITIONS, LONGEST_VALUE = 40, 20, 200
FIRST_COLUMNS = ("code", "status", "state", "last_answered_on")
_BETWEEN = "~"


@dataclass(frozen=True)
class ListChoice:
    """Keys of the columns, the conditions that all must be met, and the field of the order."""

    columns: tuple[str, ...] = FIRST_COLUMNS
    conditions: tuple[Condition, ...] = ()
    sort: str = "code"
    down: bool = False
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    def address(self) -> list[tuple[str, str]]:
        """The arguments of an address that says the same."""
        pairs = [("show", key) for key in self.columns] + [("if", _told(one)) for one in self.conditions]
        return [*pairs, ("sort", self.sort), *([("down", "1")] if self.down else [])]

    def kept(self, known: Mapping[str, Field]) -> dict[str, Any]:
        """As it is stored, with the words of its fields for the day on which one is not there any more."""
        keys = {*self.columns, *(one.key for one in self.conditions), self.sort}
        return {
            "columns": list(self.columns),
            "conditions": [[one.key, one.operator, list(one.values)] for one in self.conditions],
            "sort": self.sort,
            "down": self.down,
            "labels": {
                key: known[key].label if key in known else self.labels.get(key, key) for key in sorted(keys)
            },
        }


@dataclass(frozen=True)
class Askable:
    """What of a choice can be asked now, and a sentence for each part that cannot.

    `dropped` are the conditions among them: without one a list may hold more patients than it was made for.
    """

    columns: Sequence[Field]
    conditions: Sequence[tuple[Field, Condition]]
    sort: Field
    down: bool
    lost: Sequence[str]
    dropped: Sequence[str]


def of_address(arguments: Mapping[str, Sequence[str]]) -> ListChoice:
    """The choice in an address: `show`, `if`, `sort`, `down`, each as often as it was given."""
    show = tuple(dict.fromkeys(arguments.get("show", ())))[:MOST_COLUMNS]
    conditions = tuple(dict.fromkeys(_read(text) for text in arguments.get("if", ())))[:MOST_CONDITIONS]
    [sort] = arguments.get("sort", ())[:1] or ("code",)
    return ListChoice(show or FIRST_COLUMNS, conditions, sort, bool(arguments.get("down")))


def of_kept(kept: Mapping[str, Any]) -> ListChoice:
    """The choice that was stored."""
    return ListChoice(
        tuple(kept["columns"]),
        tuple(Condition(key, operator, tuple(values)) for key, operator, values in kept["conditions"]),
        kept["sort"],
        kept["down"],
        kept["labels"],
    )


def askable(choice: ListChoice, known: Mapping[str, Field]) -> Askable:
    """What of the choice can be asked where these fields are known."""
    named = {**choice.labels, **{key: one.label for key, one in known.items()}}
    lost = [
        _("The column “%(named)s” is left out: this field is not there any more.", named=named.get(key, key))
        for key in choice.columns
        if key not in known
    ]
    conditions, dropped = [], []
    for condition in choice.conditions:
        one = known.get(condition.key)
        name = named.get(condition.key, condition.key)
        if one is None:
            dropped.append(
                _("The condition on “%(name)s” does not count: this field is not there any more.", name=name)
            )
            continue
        try:
            conditions.append((one, described.checked(one, condition)))
        except ConditionError as fault:
            dropped.append(_("The condition on “%(name)s” does not count. %(fault)s", name=name, fault=fault))
    if choice.sort not in known:
        lost.append(
            _(
                "The order is by study code: “%(named)s” is not there any more.",
                named=named.get(choice.sort, choice.sort),
            )
        )
    columns = [known[key] for key in choice.columns if key in known]
    if known["code"] not in columns:
        columns.insert(0, known["code"])
    return Askable(
        columns, conditions, known.get(choice.sort, known["code"]), choice.down, [*lost, *dropped], dropped
    )


def in_order(keys: Iterable[str], known: Mapping[str, Field]) -> tuple[str, ...]:
    """These fields in the order in which they are described."""
    wanted = set(keys)
    return tuple(key for key in known if key in wanted)


def _told(condition: Condition) -> str:
    return _BETWEEN.join((condition.key, condition.operator, *condition.values))


def _read(text: str) -> Condition:
    """A text has one value: it may hold the sign itself."""
    key, __, rest = text.partition(_BETWEEN)
    operator, __, value = rest.partition(_BETWEEN)
    if operator in described.OPERATORS["choice"]:
        return Condition(key, operator, tuple(value.split(_BETWEEN)) if rest.count(_BETWEEN) else ())
    return Condition(key, operator, (value[:LONGEST_VALUE],) if value else ())
