"""What a filter would reveal of a few patients, directly or by subtraction from what other filters show.

A reader may take a filter away again, or choose its other values one after the other, and subtract one table
from another. The tests do that (`tests/analysis/results/test_subtraction.py`).
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames, or_unknown
from analysis.data.kinds import FAMILIES, NONE_YET
from analysis.data.wordings import is_working, of_wording
from analysis.numbers.guards import hidden, is_small
from analysis.results.filters import Filters, age_bands, apply, treated

PASSES = "passes"
AT_MOST = 4  # filters at once: what can be subtracted doubles with each
CELL = ["scale", "panel"]
PERSON = ["scale", "patient"]

LOOKS = ("first", "last", "timed")
"""The scores by which figures place a patient; `timed` is the first with a usable time since onset."""

Choice = tuple[str, str]
"""A filter and its value."""

Cells = frozenset[tuple[str, str]]
"""Panels, by scale and stratum."""


@dataclass(frozen=True)
class TakenOut:
    """What the filters would let a reader subtract: panels, and the patients behind them by scale."""

    cells: Cells
    people: pd.DataFrame


NOTHING = TakenOut(frozenset(), pd.DataFrame(columns=PERSON))


def too_narrow(frames: StudyFrames, filters: Filters, under: int, *, parted_by: Collection[str] = ()) -> bool:
    """Whether the filters are too many, or single out fewer than ``under`` of the patients who answered.

    A filter, given any of the others, splits the patients who answered: by value where it has values,
    otherwise into those who pass and the rest. A value is too narrow if ``guards.hidden`` would hide its
    cell; then subtracting views never leaves a small cell. A value without patients is not too narrow.
    ``parted_by`` are families of treatments by which those who pass are told apart: each that has ``under``
    of them, so that it is shown, is judged as if it were a further filter.
    """
    if len(filters.chosen) > AT_MOST:
        return True
    if not filters.chosen:
        return False
    rows = _rows(frames, filters).assign(scale="all", panel="all")
    chosen = list(filters.chosen.items())
    part = apply(frames, filters)
    answered = part.patients["patient"].isin(part.scores.loc[part.scores["value"].notna(), "patient"])
    shown = [family for family in parted_by if (answered & treated(part, family)).sum() >= under]
    further = [[*chosen, ("treatment", family)] for family in shown if family != filters.treatment]
    return any(_singled_out(frames, rows, one, under).cells for one in [chosen, *further])


def taken_out(frames: StudyFrames, filters: Filters, under: int) -> TakenOut:
    """The panels that single out a few patients, or leave a few when they are subtracted from another table.

    All who answered may be many where few of a stratum have a score on this scale. Panels are by the stratum
    of a patient's score by each of ``LOOKS``. One of fewer than ``under`` patients is shown with no filter
    at all.
    """
    if not filters.chosen:
        return NOTHING
    rows = _rows(frames, filters)
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    return _singled_out(frames, rows, list(filters.chosen.items()), under)


def pair_taken_out(frames: StudyFrames, filters: Filters, pair: tuple[str, str], under: int) -> TakenOut:
    """The same of the patients with both scores of the pair at one visit: many may have either.

    They are taken out on both scales.
    """
    if not filters.chosen:
        return NOTHING
    rows = _rows(frames, filters)
    known = rows[rows["value"].notna()]
    one, other = (known[known["scale"] == scale] for scale in pair)
    both = one[one["visit_id"].isin(other["visit_id"])].reset_index(drop=True)
    found = _singled_out(frames, both, filters.chosen.items(), under)
    people = pd.concat([found.people.assign(scale=scale) for scale in pair], ignore_index=True)
    return TakenOut(frozenset((scale, of) for _, of in found.cells for scale in pair), people[PERSON])


def without(part: StudyFrames, out: TakenOut) -> StudyFrames:
    """The frames without these patients' scores on these scales, and answers of which no score is left."""
    if not out.cells:
        return part
    gone = pd.MultiIndex.from_frame(out.people)
    scores = part.scores[~pd.MultiIndex.from_frame(part.scores[PERSON].astype(str)).isin(gone)]
    asked = ["visit_id", "instrument"]
    responses = part.responses.merge(scores[asked].drop_duplicates(), on=asked)
    return dataclasses.replace(part, scores=scores.reset_index(drop=True), responses=responses)


def _rows(frames: StudyFrames, filters: Filters) -> pd.DataFrame:
    """The scores with all facts that filters ask for, whatever the filters; a panel holds one stratum."""
    everybody = apply(frames, Filters()).patients
    shown = frames if filters.wording else of_wording(frames, None)
    bands = pd.Series(age_bands(everybody).to_numpy(), index=everybody["patient"].astype(str))
    rows = dataclasses.replace(shown, patients=everybody).scored
    return rows.assign(age=rows["patient"].astype(str).map(bands), panel=rows["stratum"])


def _singled_out(frames: StudyFrames, rows: pd.DataFrame, chosen: Collection[Choice], under: int) -> TakenOut:
    """The panels that some subset of the filters, compared with each smaller one, makes too narrow."""
    labels = {one: list(_labels(frames, rows, *one)) for one in chosen}
    passes = {name: found[0] == PASSES for name, found in labels.items()}
    told_apart = {frozenset({name}): [_codes(one) for one in found] for name, found in labels.items()}
    together = [np.ones(len(rows), np.int64)]
    places = _Places(_numbers(rows, PERSON), _numbers(rows, CELL), rows["time_usable"].to_numpy(bool))
    shown: dict[frozenset[Choice], Mapping[str, Rows]] = {}
    narrow: dict[frozenset[Choice], NDArray[np.bool_]] = {}
    for size in range(len(labels) + 1):
        for some in map(frozenset, combinations(labels, size)):
            inside = np.ones(len(rows), bool)
            for name in some:
                inside &= passes[name]
            around = [other for other in shown if other < some]
            cells = np.zeros(places.cells, bool)
            for other in around:
                cells |= narrow[other]
            while True:
                looks = places.looks(np.flatnonzero(inside & ~places.of(inside, cells)))
                more = cells.copy()
                for other in around:
                    for look in LOOKS:
                        for codes in told_apart.get(some - other, together):
                            more |= places.narrow(shown[other][look], looks[look], codes, under)
                if (more == cells).all():
                    break
                cells = more
            shown[some], narrow[some] = looks, cells
    all_pass = np.logical_and.reduce(list(passes.values()))
    gone = rows.loc[all_pass & places.of(all_pass, cells), PERSON].astype(str).drop_duplicates()
    found = rows.loc[cells[places.cell], CELL].astype(str).drop_duplicates()
    return TakenOut(frozenset(found.itertuples(index=False, name=None)), gone)


Rows = NDArray[np.int64]
"""Numbers of rows, or what each row has the number of."""


@dataclass(frozen=True)
class _Places:
    """Whose each row is, on one scale, and in which panel; the rows of a person are in order of days."""

    person: Rows
    cell: Rows
    timed: NDArray[np.bool_]

    @property
    def cells(self) -> int:
        return int(self.cell.max(initial=-1)) + 1

    def looks(self, rows: Rows) -> Mapping[str, Rows]:
        """Of these rows the one of each person by each of ``LOOKS``."""
        of = {"first": rows, "last": rows[::-1], "timed": rows[self.timed[rows]]}
        return {look: of[look][np.unique(self.person[of[look]], return_index=True)[1]] for look in LOOKS}

    def of(self, inside: NDArray[np.bool_], cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The rows of whom one of ``LOOKS`` finds ``inside`` in one of the panels."""
        who = np.zeros(int(self.person.max(initial=-1)) + 1, bool)
        for rows in self.looks(np.flatnonzero(inside)).values():
            who[self.person[rows[cells[self.cell[rows]]]]] = True
        return who[self.person]

    def narrow(self, around: Rows, inside: Rows, codes: Rows, under: int) -> NDArray[np.bool_]:
        """The panels of ``around`` in which those ``inside`` are too few, or leave too few others.

        ``codes`` tell the others apart; 0 is for those who pass. Who is inside by another row, because a
        filter of responses leaves out the one of ``around``, is a difference as well.
        """
        row = np.full(int(self.person.max(initial=-1)) + 1, -1)
        row[self.person[inside]] = inside
        at = np.where(row < 0, -1, self.cell[row])
        among, width = at[self.person[around]] == self.cell[around], int(codes.max(initial=0)) + 2
        others = np.where(codes[around] == 0, width - 1, codes[around])
        sizes = np.bincount(
            self.cell[around] * width + np.where(among, 0, others), minlength=self.cells * width
        ).reshape(self.cells, width)
        left = np.bincount(self.cell[around[row[self.person[around]] != around]], minlength=self.cells)
        narrow = [
            sum(one) >= under and (hidden(one, under)[0] or is_small(differ, under))
            for one, differ in zip(sizes.tolist(), left.tolist(), strict=True)
        ]
        return np.asarray(narrow, bool)


def _numbers(rows: pd.DataFrame, columns: list[str]) -> Rows:
    return np.asarray(rows.groupby(columns, sort=False, observed=True).ngroup(), np.int64)


def _codes(label: NDArray[np.object_]) -> Rows:
    codes, _ = pd.factorize(label)
    numbers: Rows = np.where(label == PASSES, 0, codes + 1).astype(np.int64)
    return numbers


def _labels(frames: StudyFrames, rows: pd.DataFrame, name: str, value: str) -> Iterator[NDArray[np.object_]]:
    """What each row is called where those who pass are told from the others; in several ways for treatments.

    No patient has a family of treatments and none, so those who are left of all are a group as well.
    """
    if name == "treatment":
        has = _has(frames, rows, value)
        for family in FAMILIES if value == NONE_YET else (NONE_YET,):
            other = np.where(_has(frames, rows, family), family, "rest").astype(object)
            yield np.where(has, PASSES, other)
        return
    if name in ("since", "until"):
        days, day = rows["completed_on"].to_numpy(), np.datetime64(value)
        passes, label = (days >= day if name == "since" else days <= day), np.full(len(rows), "rest", object)
    elif name == "wording":
        own = is_working(rows).to_numpy()
        passes, label = own == (value == "own"), np.full(len(rows), "rest", object)
    else:
        column = rows["stratum" if name == "time" else name]
        label = (column if name == "age" else or_unknown(column)).to_numpy(object)
        passes = label == value
    yield np.where(passes, PASSES, label)


def _has(frames: StudyFrames, rows: pd.DataFrame, treatment: str) -> NDArray[np.bool_]:
    return rows["patient"].isin(frames.patients.loc[treated(frames, treatment), "patient"]).to_numpy()
