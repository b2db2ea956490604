"""The rows of a plan, and the plans that a study may start from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from analysis.data import kinds
from analysis.words import words as _

PRESETS = Path(__file__).parents[1] / "presets"
# The titles stand in the files; here translators find them.
TITLES = (
    _("Acute Bell’s palsy"),
    _("Synkinesis treated with botulinum toxin"),
    _("Facial reanimation surgery"),
    _("Registry with three visits in the first year"),
    _("Yearly registry"),
)

# Families of treatments that can anchor a timepoint; `other` is the kind of that name.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    family: tuple(kind for kind in kinds.KINDS if kinds.FAMILY_OF[kind] == family)
    for family in kinds.FAMILIES
    if family not in kinds.KINDS
}


class PlanError(Exception):
    """A plan that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class PlannedVisit:
    """One row of a plan: `offset_days` after the anchor, open from `window_before` to `window_after` days.

    The anchor is `enrolment`, `onset` or `treatment`. With `treatment`, `treatment` is a kind or one of
    `FAMILIES`; each such treatment has an occasion of its own, from when it is `planned` or once it is
    `given`, and `unless_followed` leaves the occasion out if another such treatment comes later. With another
    anchor the row comes `times` times, `every_days`.

    Version `version` of the plan made the row; it holds for what is due on `since_on` or later, and before
    `until_on`. A timepoint that was amended has a row for each time.
    """

    key: str
    name: str
    anchor: str
    offset_days: int
    window_before: int
    window_after: int
    battery: tuple[str, ...]
    treatment: str | None = None
    treatment_state: str | None = None
    unless_followed: bool = False
    every_days: int | None = None
    times: int = 1
    version: int = 1
    since_on: date | None = None
    until_on: date | None = None

    def holds(self, due_on: date) -> bool:
        """Whether the row holds for what is due on that day."""
        return (self.since_on is None or self.since_on <= due_on) and (
            self.until_on is None or due_on < self.until_on
        )


def kinds_of(treatment: str) -> tuple[str, ...]:
    """The kinds of treatment for the name of a family or a kind."""
    return FAMILIES.get(treatment, (treatment,))


@cache
def preset(name: str) -> tuple[PlannedVisit, ...]:
    """The plan `presets/<name>.toml`.

    Raises:
        PlanError: there is no such preset.
    """
    rows = _read(name)["timepoints"]
    return tuple(PlannedVisit(**{**row, "battery": tuple(row["battery"])}) for row in rows)


def preset_title(name: str) -> str:
    """The plan's purpose, in a few words.

    Raises:
        PlanError: there is no such preset.
    """
    return _(str(_read(name)["title"]))


def preset_names() -> list[str]:
    """The names of the plans that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def _read(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise PlanError(
            _(
                "There is no plan called %(name)s. Choose one of: %(preset_names)s.",
                name=repr(name),
                preset_names=", ".join(preset_names()),
            )
        )
    return tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
