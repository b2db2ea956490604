"""Patients in groups that do not overlap, and their counts as records may show them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.record import Record
from analysis.numbers.guards import SO_THAT_ANOTHER, count_text, hidden, is_small
from analysis.words import words as _

ALL, SITE = "all", "site"
NO_SITE = _("no site")


@dataclass(frozen=True)
class Groups:
    """``place`` is the group of each patient among the ``names``; ``hide`` says which are not shown."""

    by: str
    names: tuple[str, ...]
    place: NDArray[np.int64]
    hide: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.place, minlength=len(self.names))

    @property
    def largest(self) -> int:
        return int(self.sizes.argmax())

    def counted(self, row: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
        """Patients by row and group, where ``row`` is that of each of them."""
        width = len(self.names)
        return np.bincount(row * width + self.place, minlength=rows * width).reshape(rows, width)


def everybody(patients: pd.DataFrame) -> Groups:
    """One group."""
    return Groups(ALL, (ALL,), np.zeros(len(patients), np.int64), np.zeros(1, bool))


def at_site(patients: pd.DataFrame, under: int) -> Groups:
    """A group for each site, by name; the last is of patients without one."""
    site = patients["site"].astype("object").where(patients["site"].notna(), NO_SITE)
    names = sorted(site.unique(), key=lambda name: (name == NO_SITE, name))
    return grouped(SITE, tuple(names), site, under)


def grouped(by: str, names: tuple[str, ...], found: pd.Series, under: int) -> Groups:
    """The groups of these names, without the small ones and as many others as subtraction needs."""
    place = pd.Index(names).get_indexer(pd.Index(found)).astype(np.int64)
    sizes = np.bincount(place, minlength=len(names))
    return Groups(by, names, place, np.array(hidden(sizes.tolist(), under), bool))


def shown_count(patients: int, hide: bool, under: int) -> Record:
    """A count with its text, and why it is hidden."""
    small = is_small(patients, under)
    reason = _("fewer than %(under)s patients", under=under) if small else SO_THAT_ANOTHER if hide else None
    return {
        "n": None if hide else patients,
        "n_text": count_text(patients, under) if small or not hide else "hidden",
        "reason": reason,
    }
