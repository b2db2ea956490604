"""A scale as data: its scoring, the meaning of its values and the change that counts."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["sum", "mean", "weighted"]
Between = Literal["up", "linear"]
Direction = Literal["higher_better", "higher_worse"]
MissingMethod = Literal["none", "person_mean"]
ChangeKind = Literal[
    "sdc_individual",  # smallest detectable change of one person
    "sdc_group",  # smallest detectable change of a group's mean
    "mdc95",  # minimum detectable change at 95 % confidence
    "reliable_change",  # reliable change index of one person
    "mic_improvement",  # minimal important change for the better
    "mic_deterioration",  # minimal important change for the worse
    "mcid",  # minimal clinically important difference, in points
    "mcid_percent_of_baseline",
]


@dataclass(frozen=True)
class MissingRule:
    """How many items of a scale may be missing, the consequence, and who decided that."""

    allowed: int
    method: MissingMethod
    statement: str
    source: str
    project_decision: str | None = None


@dataclass(frozen=True)
class Band:
    """A published name for values from `at_least` up to the next band; applies to unrounded values."""

    label: str
    at_least: float


@dataclass(frozen=True)
class Cutoff:
    """A published value that counts from there to the bad end of its scale (`analysis.data.cutoffs`)."""

    label: str
    value: float
    source: str


@dataclass(frozen=True)
class LookupRow:
    """One line of a look-up table: the value of a sum of items."""

    raw: int
    value: float


@dataclass(frozen=True)
class Part:
    """A part of a weighted scale: another scale and its weight."""

    scale: str
    weight: float


@dataclass(frozen=True)
class Scale:
    """A score: items, transform, attainable range `low` to `high`, direction and missing rule.

    A `weighted` scale adds up its `parts`, which are other scales; `items` are then all of theirs. A scale
    with a `table` looks its sum up; `between` gives the value of a prorated sum between two lines: the next
    line's (`up`) or one in between (`linear`). Values outside `conventional` are kept, and flagged.
    """

    key: str
    title: str
    items: tuple[str, ...]
    reverse: tuple[str, ...]
    method: Method
    subtract: float
    multiply: float
    divide: float
    low: float
    high: float
    direction: Direction
    missing: MissingRule
    bands: tuple[Band, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    loinc: str | None = None
    table: tuple[LookupRow, ...] = ()
    between: Between | None = None
    parts: tuple[Part, ...] = ()
    conventional: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outline:
    """The published facts of a scale without items here."""

    key: str
    title: str
    low: float
    high: float
    direction: Direction
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class ChangeThreshold:
    """A published amount of change, with its source, its population and its caveat."""

    scale: str
    kind: ChangeKind
    value: float
    source: str
    population: str
    caveat: str
