"""Table 1: the patients at their first visit, all together, by treatment and by site."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo, StudyFrames, first_visit_on
from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.kinds import FAMILIES, NONE_YET
from analysis.data.near import nearest
from analysis.data.record import Record
from analysis.data.since_onset import time_columns
from analysis.data.treatments import LEVELS, levels
from analysis.numbers.balance import of_levels, of_means
from analysis.numbers.coarser import Coarser, coarser
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    HIDDEN,
    IMPRECISE_BELOW,
    SUPPRESS_UNDER,
    TOO_FEW,
    is_small,
)
from analysis.results.apart import Groups, at_site, everybody, grouped, shown_count
from analysis.results.describe import summary
from analysis.results.groups import first_scores
from analysis.words import words as _

TREATMENT = "treatment"
GRADED_WITHIN_DAYS = 14
PATIENTS, AGE, SEX, SIDE, CAUSE, TIME = "patients", "age", "sex", "side", "cause", "time_since_onset"
MISSING = "missing"
_IN_ORDER = {SEX: ("female", "male", "other"), SIDE: ("left", "right", "both")}
_OTHERS = "others"


@dataclass(frozen=True)
class _Levels:
    """A variable of levels; ``place`` is -1 where it is missing. ``told`` are the levels with a record."""

    name: str
    levels: tuple[str, ...]
    place: NDArray[np.int64]
    told: int
    tells_missing: bool = True

    def counts(self, groups: Groups) -> NDArray[np.int64]:
        """Patients by level, the missing ones last, and group."""
        row = np.where(self.place < 0, len(self.levels), self.place)
        return groups.counted(row, len(self.levels) + 1)


@dataclass(frozen=True)
class _Values:
    """A variable of numbers, NaN where it is missing; ``compared`` are those of the difference."""

    name: str
    values: Numbers
    compared: Numbers
    answered: bool = False

    def counts(self, groups: Groups) -> NDArray[np.int64]:
        """Patients with and without a value, by group."""
        return groups.counted(np.isnan(self.values).astype(np.int64), 2)


def table_one(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """Every patient enrolled, as at the first visit; without one yet, as on the day of enrolment.

    ``age``: whole years. ``time_since_onset``: years, where usable; its difference is of log10 years.
    ``house_brackmann``: the grading nearest to that day, at most 14 days away. ``treatment``: families begun
    by then, several to a patient; an unknown start counts as begun, what is not recorded as not begun.
    Scales: each patient's first score. The code unknown is missing. ``share`` is of all patients of the
    group, the missing ones included.

    ``smd`` is the size of the standardised difference from the largest group (``reference``), of the known
    values, from 10 of them in each group on (`analysis.numbers.balance`). Hidden levels count as one there.

    A count is hidden if it is small, or if a small one could be found from it and from the counts of the
    same variable, of the group and of all patients (`analysis.numbers.coarser`).

    Returns:
        Records ``by`` all, by treatment (the families begun by then, combined) and by site. Each group has
        the number of its ``patients``, and of each ``variable`` its levels (numbers have none) and how many
        are missing. A hidden group has its number alone.
    """
    if frames.patients.empty:
        return []
    facts = _facts(frames)
    every, treated = everybody(facts), _treated(facts, suppress_under)
    records: list[Record] = []
    variables = [*_variables(facts), *_first_scores(frames, facts, scale_info)]
    whole = [
        coarser(one.counts(every), suppress_under, _given_away(one, treated, suppress_under)).rows
        for one in variables
    ]
    for groups in (every, treated, at_site(facts, suppress_under)):
        records += _sizes(groups, suppress_under)
        for one, rows in zip(variables, whole, strict=True):
            if (one.name, groups.by) != (TREATMENT, TREATMENT):
                counts = one.counts(groups)
                kept = coarser(counts, suppress_under, rows, groups.hide)
                records += _Cells(one, groups, counts, kept, suppress_under).records()
    return records


def _facts(frames: StudyFrames) -> pd.DataFrame:
    """What is known of each patient on the day of the first visit."""
    patients = frames.patients
    first = pd.Series(first_visit_on(frames).reindex(patients["patient"]).to_numpy(), index=patients.index)
    facts = patients.assign(completed_on=first.fillna(patients["enrolled_on"]))
    years = facts["completed_on"].dt.year.to_numpy("float64")
    grades = frames.gradings[frames.gradings["scale"] == HOUSE_BRACKMANN]
    grades = grades.merge(facts[["patient", "completed_on"]], on="patient")
    grades = grades.assign(away=(grades["graded_on"] - grades["completed_on"]).dt.days)
    return facts.assign(
        age=years - facts["birth_year"].to_numpy("float64", na_value=np.nan),
        grade=facts["patient"].map(nearest(grades, GRADED_WITHIN_DAYS)).astype("float64"),
        level=levels(frames.treatments, facts)["level"],
        log10_years=time_columns(facts, facts["completed_on"])["log10_years"],
    )


def _treated(facts: pd.DataFrame, under: int) -> Groups:
    present = set(facts["level"].unique())
    return grouped(TREATMENT, tuple(one for one in LEVELS if one in present), facts["level"], under)


def _variables(facts: pd.DataFrame) -> Iterator[_Levels | _Values]:
    age, log10_years, grade = (facts[name].to_numpy("float64") for name in ("age", "log10_years", "grade"))
    yield _Values(AGE, age, age)
    for name in (SEX, SIDE, CAUSE):
        known = facts[name].astype("object").where(facts[name] != "unknown")
        found = [one for one in known.dropna().unique() if one not in _IN_ORDER.get(name, ())]
        names = (*_IN_ORDER.get(name, ()), *sorted(found, key=lambda one: (one == "other", one)))
        yield _Levels(name, names, pd.Index(names).get_indexer(pd.Index(known)).astype(np.int64), len(names))
    yield _Values(TIME, 10**log10_years, log10_years)
    yield _Values(HOUSE_BRACKMANN, grade, grade)
    begun = facts["level"].astype(str).str.split(" + ", regex=False)
    for family in (*FAMILIES, NONE_YET):
        without = ~begun.map(lambda had, one=family: one in had).to_numpy(bool)
        yield _Levels(TREATMENT, (family, _OTHERS), without.astype(np.int64), 1, family == NONE_YET)


def _first_scores(
    frames: StudyFrames, facts: pd.DataFrame, scale_info: Mapping[str, ScaleInfo]
) -> Iterator[_Values]:
    first = first_scores(frames.scored, scale_info)
    for scale in scale_info:
        scores = first[first["scale"] == scale].set_index("patient")["value"]
        values = scores.reindex(facts["patient"]).to_numpy(np.float64)
        yield _Values(scale, values, values, answered=True)


def _given_away(variable: _Levels | _Values, treated: Groups, under: int) -> NDArray[np.bool_] | None:
    """Both rows of a family whose total would tell how many of the hidden treatment groups had it."""
    if variable.name != TREATMENT:
        return None
    behind = variable.counts(treated)[:, treated.hide].sum(axis=1)
    return np.full(len(behind), any(is_small(int(count), under) for count in behind))


def _sizes(groups: Groups, under: int) -> Iterator[Record]:
    total = len(groups.place)
    for at, size in enumerate(groups.sizes.tolist()):
        hide = bool(groups.hide[at]) or is_small(size, under)
        yield {
            **_head(groups, at, PATIENTS, None),
            **shown_count(size, hide, under),
            **_nothing(None if hide or is_small(total, under) else size / total),
            "patients": None if hide else size,
            "responses": 0,
            "suppressed": hide,
        }


@dataclass(frozen=True)
class _Cells:
    """A variable in its groups: the patients by level and group, and which of these counts are not shown."""

    variable: _Levels | _Values
    groups: Groups
    counts: NDArray[np.int64]
    kept: Coarser
    under: int

    def records(self) -> Iterator[Record]:
        for at, size in enumerate(self.groups.sizes.tolist()):
            if self.groups.hide[at] or is_small(size, self.under):
                continue
            if isinstance(self.variable, _Values):
                yield self._of_values(self.variable, at)
                yield self._of_level(MISSING, -1, at)
                continue
            compared = self._distance(at)
            for row in range(self.variable.told):
                yield {**self._of_level(self.variable.levels[row], row, at), **compared}
            if self.variable.tells_missing:
                yield self._of_level(MISSING, -1, at)

    def _of_level(self, name: str, row: int, at: int) -> Record:
        hide, count = bool(self.kept.hidden[row, at]), int(self.counts[row, at])
        size = int(self.groups.sizes[at])
        return {
            **_head(self.groups, at, self.variable.name, name),
            **shown_count(count, hide, self.under),
            **_nothing(None if hide else count / size),
            "patients": size,
            "responses": 0,
            "suppressed": hide,
        }

    def _of_values(self, variable: _Values, at: int) -> Record:
        inside = variable.values[self.groups.place == at]
        known = inside[~np.isnan(inside)]
        few = is_small(len(known), self.under)
        found = summary(known[:0] if few else known)
        count = shown_count(len(known), few or bool(self.kept.hidden[0, at]), self.under)
        return {
            **_head(self.groups, at, variable.name, None),
            **count,
            **_nothing(None),
            **{name: found[name] for name in ("median", "q1", "q3")},
            **self._difference(variable, at),
            "imprecise": not few and 0 < len(known) < IMPRECISE_BELOW,
            "patients": int(self.groups.sizes[at]),
            "responses": count["n"] if variable.answered else 0,
            "suppressed": few,
            "reason": count["reason"] or (None if len(known) else _("nobody")),
        }

    def _difference(self, variable: _Values, at: int) -> Record:
        if why := _not_compared(self.groups, at):
            return _compared(None, why)
        one, other = (
            values[~np.isnan(values)]
            for values in (variable.compared[self.groups.place == one] for one in (at, self.groups.largest))
        )
        few = min(len(one), len(other)) < COEFFICIENT_FROM
        return _compared(None, TOO_FEW) if few else _compared(of_means(one, other))

    def _distance(self, at: int) -> Record:
        """Over the levels shown, and the hidden ones as one; not where those hold the missing values."""
        if why := _not_compared(self.groups, at):
            return _compared(None, why)
        rows, columns = self.kept.rows, self.kept.columns
        if rows[-1] or columns[at] or columns[self.groups.largest]:
            return _compared(None, HIDDEN)
        known, hid = self.counts[:-1], rows[:-1]
        together = np.vstack([known[~hid], known[hid].sum(axis=0)])
        one, other = together[:, at], together[:, self.groups.largest]
        few = min(one.sum(), other.sum()) < COEFFICIENT_FROM
        return _compared(None, TOO_FEW) if few else _compared(of_levels(one, other))


def _not_compared(groups: Groups, at: int) -> str | None:
    if len(groups.names) == 1:
        return _("one group")
    if at == groups.largest:
        return _("the others are compared with it")
    return HIDDEN if groups.hide[groups.largest] else None


def _compared(difference: float | None, why: str = "no variation") -> Record:
    known = difference is not None
    return {"smd": abs(difference) if difference is not None else None, "smd_reason": None if known else why}


def _head(groups: Groups, at: int, variable: str, level: str | None) -> Record:
    reference = groups.names[groups.largest] if len(groups.names) > 1 else None
    return {
        "by": groups.by,
        "group": groups.names[at],
        "reference": reference,
        "variable": variable,
        "level": level,
    }


def _nothing(share: float | None) -> Record:
    return {
        "share": share,
        **dict.fromkeys(("median", "q1", "q3", "smd", "smd_reason")),
        "imprecise": False,
    }
