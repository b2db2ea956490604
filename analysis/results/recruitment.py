"""Patients enrolled by month and site."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.numbers.guards import SUPPRESS_UNDER, is_small
from analysis.results.apart import at_site, everybody


def recruitment(frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER) -> list[Record]:
    """Every month from that of the first enrolment to that of ``on``, of the whole study and by site.

    Months are taken together, until at no site of the study 1 to ``suppress_under`` - 1 patients were
    enrolled in them: ``since`` is the first of them, ``month`` the last. A site of few patients in all has no
    records.

    Returns:
        ``month`` and ``since`` (YYYY-MM), ``site`` (None: all), ``enrolled`` in those months and ``in_all``
        by their end.
    """
    patients = frames.patients
    if patients.empty or is_small(len(patients), suppress_under):
        return []
    month = patients["enrolled_on"].to_numpy("datetime64[M]").astype(np.int64)  # since 1970
    first, last = int(month.min()), max(int(month.max()), 12 * (on.year - 1970) + on.month - 1)
    place, months = month - first, last - first + 1
    sites = at_site(patients, suppress_under)
    by_site = sites.counted(place, months)
    guarded = np.column_stack([by_site[:, ~sites.hide], by_site[:, sites.hide].sum(axis=1)])
    ends = _ends(guarded, suppress_under)
    starts = [0, *(end + 1 for end in ends[:-1])]
    shown = [(name, by_site[:, at]) for at, name in enumerate(sites.names) if not sites.hide[at]]
    return [
        {
            "month": _text(first + end),
            "since": _text(first + start),
            "site": site,
            "enrolled": int(counts[start : end + 1].sum()),
            "in_all": int(counts[: end + 1].sum()),
        }
        for site, counts in ((None, everybody(patients).counted(place, months)[:, 0]), *shown)
        for start, end in zip(starts, ends, strict=True)
    ]


def _text(month: int) -> str:
    return f"{1970 + month // 12}-{month % 12 + 1:02}"


def _ends(counts: NDArray[np.int64], under: int) -> Sequence[int]:
    """The last month of each span: the shortest ones in which no column has a small count."""
    ends: list[int] = []
    start = 0
    for at in range(len(counts)):
        if not _small(counts[start : at + 1], under):
            ends.append(at)
            start = at + 1
    last = len(counts) - 1
    if start <= last:  # too few are left: they join the span before
        ends = [*ends[:-1], last]
        while len(ends) > 1 and _small(counts[ends[-2] + 1 :], under):
            ends = [*ends[:-2], last]
    return ends


def _small(counts: NDArray[np.int64], under: int) -> bool:
    return any(is_small(int(count), under) for count in counts.sum(axis=0))
