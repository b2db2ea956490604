"""What every figure shares: who looks at it, what it consists of, and how its cells and sentences read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.describe import summary
from analysis.frame import StudyFrames
from analysis.guards import SUPPRESS_UNDER, count_text, hidden, is_small
from analysis.look import Theme, interval, number, people

SIDE_BY_SIDE: tuple[str | None, ...] = ("acute", "chronic")
TOGETHER: tuple[str | None, ...] = (None,)


@dataclass(frozen=True)
class Figure:
    """A figure with its words: ``summary`` is one sentence with the numbers, ``table`` is ready to print."""

    key: str
    title: str
    summary: str
    figure: Any  # a plotly.graph_objects.Figure; plotly has no types
    table: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """Who looks, and how: ``together`` shows acute and chronic patients in one panel."""

    may_open_patients: bool = False
    together: bool = False
    theme: Theme = "light"
    suppress_under: int = SUPPRESS_UNDER

    @property
    def strata(self) -> tuple[str | None, ...]:
        return TOGETHER if self.together else SIDE_BY_SIDE

    def count(self, patients: int) -> str:
        """A count as this reader may see it."""
        return str(patients) if self.may_open_patients else count_text(patients, self.suppress_under)

    def hides(self, counts: Sequence[int]) -> list[bool]:
        """Which cells of a partition this reader may not see at all."""
        return [False] * len(counts) if self.may_open_patients else hidden(counts, self.suppress_under)


def described(values: NDArray[np.float64], count: int, hide: bool, view: View) -> dict[str, str]:
    """Patients, median and quartiles of a cell, as this reader may see them."""
    shown = values[:0] if hide or is_small(count, view.suppress_under) else values
    found = summary(shown)
    return {
        "Patients": "hidden" if hide and not is_small(count, view.suppress_under) else view.count(count),
        "Median": number(found["median"], 1),
        "Lower quartile": number(found["q1"], 1),
        "Upper quartile": number(found["q3"], 1),
    }


def rho_text(record: dict[str, Any] | None, count: str, stratum: str | None) -> str:
    """A coefficient in words, with its interval and whom it is of, or why there is none."""
    who = people(count, stratum)
    if record is None or record["estimate"] is None:
        return f"no coefficient ({who}{_because(record)})"
    limits = interval(record["low"], record["high"])
    return f"Spearman's rho {number(record['estimate'])} (95 % interval {limits}; {who})"


def _because(record: dict[str, Any] | None) -> str:
    return f": {record['reason']}" if record and record["reason"] else ""


def mixed(view: View) -> tuple[str, ...]:
    """The warning under a figure of acute and chronic patients together."""
    return ("Acute and chronic patients are two populations; here they are mixed.",) if view.together else ()


def simulated(frames: StudyFrames) -> tuple[str, ...]:
    """The warning under every figure of a simulated study."""
    return ("Simulated data: no patient stands behind any dot or number.",) if frames.simulated else ()
