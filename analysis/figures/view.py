"""Common parts of every figure: its reader, its panels, its cells and its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames
from analysis.data.since_onset import STRATA
from analysis.figures.look import STRATUM_TITLES
from analysis.numbers.cells import to_nearest, unit_of
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, hidden, is_small
from analysis.results.describe import summary
from analysis.statements.words import number, people
from analysis.words import numeral
from analysis.words import words as _

SIDE_BY_SIDE: tuple[str | None, ...] = ("acute", "chronic")
TOGETHER: tuple[str | None, ...] = (None,)


@dataclass(frozen=True)
class Panel:
    """One chart of a figure: a stratum's name, its number of patients, and plotly's drawing."""

    key: str
    title: str
    note: str
    figure: Any  # a plotly.graph_objects.Figure; plotly has no types


@dataclass(frozen=True)
class Figure:
    """Panels on the same axes, with their words: ``summary`` has the numbers, ``table`` is ready to print.

    ``x_axis`` and ``y_axis`` say what the axes are and which direction is better. ``computed`` says how, with
    formula and reference. All texts here are plain text; only what plotly draws is escaped.
    """

    key: str
    title: str
    summary: str
    x_axis: str
    y_axis: str
    panels: tuple[Panel, ...]
    table: pd.DataFrame
    notes: tuple[str, ...]
    computed: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """The reader and the panels: acute and chronic by default, ``TOGETHER``, or one stratum alone."""

    may_open_patients: bool = False
    strata: tuple[str | None, ...] = SIDE_BY_SIDE
    suppress_under: int = SUPPRESS_UNDER

    @property
    def together(self) -> bool:
        return self.strata == TOGETHER

    def count(self, patients: int) -> str:
        """The count of a cell as this reader may see it."""
        return str(patients) if self.may_open_patients else count_text(patients, self.suppress_under)

    def about(self, number: int) -> str:
        """A total as this reader may see it: rounded, so that subtraction reveals no small cell."""
        if self.may_open_patients:
            return numeral(number, ",")
        if number == 0 or is_small(number, self.suppress_under):
            return self.count(number)
        return _("about %(value)s", value=numeral(to_nearest(number, unit_of(self.suppress_under)), ","))

    def hides(self, counts: Sequence[int]) -> list[bool]:
        """Which cells of a partition this reader may not see at all."""
        return [False] * len(counts) if self.may_open_patients else hidden(counts, self.suppress_under)

    def counts(self, rows: pd.DataFrame) -> dict[str | None, str]:
        """How many of the rows, one per patient, each panel holds; empty panels are left out."""
        if self.together:
            return {None: self.count(len(self.seen(rows)))}
        counts = rows["stratum"].value_counts()
        strata = [s for s in self.strata if s is not None and counts.get(s, 0)] or self.strata
        return {s: self.count(int(counts.get(s, 0))) for s in strata}

    def seen(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows, one per patient, without those of strata too small for this reader.

        A small stratum is then not drawn, and not found by comparing all patients with acute and chronic
        ones.
        """
        counts = rows["stratum"].value_counts()
        few = [s for s in STRATA if self.hides([int(counts.get(s, 0))])[0]]
        return rows[~rows["stratum"].isin(few)]


def of_stratum(rows: pd.DataFrame, stratum: str | None) -> pd.DataFrame:
    return rows if stratum is None else rows[rows["stratum"] == stratum]


def panel(key: str, stratum: str | None, count: str, figure: Any) -> Panel:
    """The panel of a stratum under its name; one visit counts for each patient."""
    visits = _("1 visit") if count == "1" else _("%(count)s visits", count=count)
    return Panel(f"{key}-{stratum or 'all'}", STRATUM_TITLES[stratum], f"{people(count)}, {visits}", figure)


def described(values: NDArray[np.float64], hide: bool, view: View) -> dict[str, str]:
    """Patients, median and quartiles of a cell, as this reader may see them."""
    small = is_small(len(values), view.suppress_under)
    found = summary(values[:0] if hide or small else values)
    return {
        "Patients": "hidden" if hide and not small else view.count(len(values)),
        "Median": number(found["median"], 1),
        _("Lower quartile"): number(found["q1"], 1),
        _("Upper quartile"): number(found["q3"], 1),
    }


RHO_NOTE = _("rho: Spearman's, with its 95 % interval; one that spans 0 is compatible with no association.")


def mixed(view: View) -> tuple[str, ...]:
    """The warning under a figure of acute and chronic patients together."""
    return (
        (_("Acute and chronic patients are two populations; here they are mixed."),) if view.together else ()
    )


def simulated(frames: StudyFrames) -> tuple[str, ...]:
    """The warning under every figure of a simulated study."""
    return (_("Simulated data: no patient stands behind any dot or number."),) if frames.simulated else ()
