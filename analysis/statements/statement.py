"""A sentence about data, with what it rests on and whether it tells a direction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.data.analysis_plan import EXPLORATORY
from analysis.words import joined

Direction = Literal["higher", "lower", "none", "not_told"]


@dataclass(frozen=True)
class Statement:
    """One sentence of report and dashboard.

    ``section`` is the page, ``record`` the array of the report that the sentence rests on; ``scale``,
    ``other`` (a second scale, a family or a kind), ``stratum``, ``term``, ``kind`` and ``level`` say which of
    its records. ``direction`` is the sign on the scale as scored: ``none`` where a test found nothing clear,
    ``not_told`` with the reason ``why`` where the data cannot tell. ``planned``: the analysis plan
    asked it, as a ``question`` that is primary or secondary; all else is exploratory.
    """

    section: str
    text: str
    record: str
    scale: str | None = None
    other: str | None = None
    stratum: str | None = None
    term: str | None = None
    kind: str | None = None
    level: str | None = None
    direction: Direction = "not_told"
    why: str | None = None
    planned: bool = False
    question: str = EXPLORATORY

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What the sentence is about, whatever it says of it."""
        return (
            self.section,
            self.record,
            self.scale,
            self.other,
            self.stratum,
            self.term,
            self.kind,
            self.level,
        )


def text(statements: Iterable[Statement], strata: Sequence[str | None] | None = None) -> str:
    """The sentences one after the other; of these strata alone, if some are named."""
    return joined(" ", (one.text for one in statements if strata is None or one.stratum in strata))
