"""Associations of scores with each other and with time since onset, between and within patients.

Visits are never pooled: between patients each patient counts once, within patients only deviations from the
patient's own mean count. `analysis.numbers.formulas` has the formulas; this module makes the records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.analysis_plan import FIRST_VISIT, NO_ANALYSIS_PLAN, TIME_SINCE_ONSET, AnalysisPlan
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR, STRATA
from analysis.numbers.formulas import (
    Coefficient,
    Numbers,
    partial_spearman,
    pearson,
    rmcorr,
    seen_twice,
    spearman,
)
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    IMPRECISE_BELOW,
    SUPPRESS_UNDER,
    TOO_FEW,
    count_text,
    is_small,
)
from analysis.numbers.smooth import spline_space
from analysis.results.families import adjust
from analysis.results.sites import two_sites
from analysis.words import words as _

TIME = TIME_SINCE_ONSET
BETWEEN_METHODS = ("spearman", "pearson", "partial_spearman")
RMCORR, DETRENDED = "rmcorr", "rmcorr_detrended"
WITHIN_METHODS = (RMCORR, DETRENDED)
SHOWN_METHODS = ("spearman", DETRENDED)
_TOO_FEW = Coefficient(None, reason=TOO_FEW)


@dataclass(frozen=True)
class _Visits:
    """Scores as arrays, one row per visit (by patient and day), one column per scale."""

    scales: tuple[str, ...]
    patient: NDArray[np.int64]
    value: Numbers
    day: Numbers
    log10_years: Numbers
    stratum: NDArray[np.int64]
    first_day: Numbers
    age: Numbers
    female: Numbers
    site: NDArray[np.int64]


@dataclass(frozen=True)
class _Pair:
    """Two variables at the visits where both are present, by patient and day."""

    x: str
    y: str
    patient: NDArray[np.int64]
    x_values: Numbers
    y_values: Numbers
    stratum: NDArray[np.int64]
    covariates: Numbers
    site: NDArray[np.int64]
    time: Numbers  # log2 of 1 + years since the first visit, log10 of years since onset
    responses_per_visit: int


def correlations(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    scales: Sequence[str] | None = None,
    methods: Sequence[str] = (*BETWEEN_METHODS, *WITHIN_METHODS),
    suppress_under: int = SUPPRESS_UNDER,
    plan: AnalysisPlan = NO_ANALYSIS_PLAN,
) -> list[Record]:
    """Every pair of scales, and every scale with time since onset, as records of the report.

    ``between``: one visit per patient, the first at which both variables are present; the strata split the
    same visits by the stratum of that visit. ``within`` (rmcorr): all visits, or those of the stratum, of
    patients with two or more; its ``n`` counts visits. Time since onset enters as log10 years and only where
    usable. Partial Spearman adjusts for age at the first visit and sex, as far as they vary; patients without
    them do not count. Under 10 patients there is no coefficient. ``low_robust, high_robust, p_robust`` also
    hold, for rmcorr, where patients' slopes differ and, for Pearson's r, where scores are skewed.
    ``rmcorr_detrended`` is the rmcorr of what splines of the time since the first visit and since onset leave
    of both scores: what only changes over the same months does not count as going together (Curran & Bauer,
    Annu Rev Psychol 2011;62:583).

    Beside Spearman's rho stands ``…_within_sites``: of patients of the same site, where two sites have 10.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        scales: which scales, in this order; default all of ``scale_info`` that have a score.

    Returns:
        Records on all patients first, then acute, chronic, unknown. Adjusted p as in `families`: pages show
        Spearman's rho and ``rmcorr_detrended``.
    """
    present = set(table.loc[table["value"].notna(), "scale"].unique())
    chosen = [scale for scale in scales or scale_info if scale in present]
    pairs = list(_pairs(_visits(table, chosen), scale_info))
    records = [
        _record(pair, scale_info, method, stratum, suppress_under)
        for stratum in (None, *STRATA)
        for method in methods
        for pair in pairs
        if method != DETRENDED or pair.x != TIME
    ]
    adjust(
        records,
        scale_info,
        scales=("x", "y"),
        shown=lambda one: one["method"] in SHOWN_METHODS and one["method"],
        method=lambda one: (one["level"], one["method"]),
        planned=lambda one: (
            plan.find(FIRST_VISIT, one["x"], one["y"], one.get("stratum"))
            if one["method"] == "spearman"
            else None
        ),
    )
    return records


def as_shown(record: Record) -> Record:
    """The record as a page shows it: a repeated-measures correlation with its robust interval and p.

    Its own interval and p assume one slope for all patients, which a page cannot know. If a single patient
    decides the coefficient, there are no robust ones and the coefficient is hidden too.
    """
    if record["level"] != "within" or record["low"] is None:
        return record
    if record["low_robust"] is None:
        empty = dict.fromkeys(("estimate", "low", "high", "p", "p_adjusted"))
        return {**record, **empty, "reason": _("not estimable: one patient decides it")}
    return {**record, **{name: record[f"{name}_robust"] for name in ("low", "high", "p")}}


def overlap(x: str, y: str, scale_info: Mapping[str, ScaleInfo]) -> str | None:
    """The content that two scales share, which correlates with itself; None if they share none.

    A variable that is not a scale shares no content.
    """
    one, other = scale_info.get(x), scale_info.get(y)
    if one is None or other is None:
        return None
    if one.instrument == other.instrument:
        total = "total" in (x.split(".")[-1], y.split(".")[-1])
        shared = total or bool(set(one.items) & set(other.items))
        return _("the total contains the items of its part") if shared else None
    return dict(one.shares).get(y) or dict(other.shares).get(x)


def _visits(table: pd.DataFrame, scales: Sequence[str]) -> _Visits:
    rows = table[table["scale"].isin(scales)]
    opened = rows.groupby("visit_id", as_index=False).agg(
        patient=("patient", "first"),
        day=("completed_on", "min"),
        first_on=("first_on", "first"),
        age=("age", "first"),
        female=("female", "first"),
        site=("site", "first"),
    )
    opened = opened.sort_values(["patient", "day", "visit_id"], ignore_index=True)
    at = pd.Index(opened["visit_id"]).get_indexer(pd.Index(rows["visit_id"]))
    column = pd.Index(scales).get_indexer(pd.Index(rows["scale"]))

    def spread(values: NDArray[Any], empty: float) -> Numbers:
        grid = np.full((len(opened), len(scales)), empty)
        grid[at, column] = values
        return grid

    codes = pd.Index(STRATA).get_indexer(pd.Index(rows["stratum"]))
    return _Visits(
        scales=tuple(scales),
        patient=pd.factorize(opened["patient"])[0].astype(np.int64),
        value=spread(rows["value"].to_numpy(np.float64), np.nan),
        day=spread(rows["completed_on"].to_numpy("datetime64[D]").astype(np.float64), -np.inf),
        log10_years=spread(rows["log10_years"].to_numpy(np.float64), np.nan),
        stratum=spread(codes, -1).astype(np.int64),
        first_day=opened["first_on"].to_numpy("datetime64[D]").astype(np.float64),
        age=opened["age"].to_numpy(np.float64),
        female=opened["female"].to_numpy(np.float64),
        site=pd.factorize(opened["site"], use_na_sentinel=False)[0],
    )


def _pairs(visits: _Visits, scale_info: Mapping[str, ScaleInfo]) -> Iterator[_Pair]:
    covariates = np.column_stack([visits.age, visits.female])
    for i, scale in enumerate(visits.scales):
        rows = np.flatnonzero(~np.isnan(visits.value[:, i]) & ~np.isnan(visits.log10_years[:, i]))
        yield _Pair(
            TIME,
            scale,
            visits.patient[rows],
            visits.log10_years[rows, i],
            visits.value[rows, i],
            visits.stratum[rows, i],
            covariates[rows],
            visits.site[rows],
            _time(visits, rows, np.full(len(rows), i)),
            1,
        )
    for i, j in combinations(range(len(visits.scales)), 2):
        rows = np.flatnonzero(~np.isnan(visits.value[:, [i, j]]).any(axis=1))
        # a pair is present from the later of its two responses on
        later = np.where(visits.day[rows, i] >= visits.day[rows, j], i, j)
        x, y = visits.scales[i], visits.scales[j]
        same = scale_info[x].instrument == scale_info[y].instrument
        yield _Pair(
            x,
            y,
            visits.patient[rows],
            visits.value[rows, i],
            visits.value[rows, j],
            visits.stratum[rows, later],
            covariates[rows],
            visits.site[rows],
            _time(visits, rows, later),
            1 if same else 2,
        )


def _time(visits: _Visits, rows: NDArray[Any], column: NDArray[Any]) -> Numbers:
    years = (visits.day[rows, column] - visits.first_day[rows]) / DAYS_PER_YEAR
    return np.column_stack([np.log2(1 + years), visits.log10_years[rows, column]])


def _record(
    pair: _Pair,
    scale_info: Mapping[str, ScaleInfo],
    method: str,
    stratum: str | None,
    suppress_under: int,
) -> Record:
    within = method in WITHIN_METHODS
    found, n, patients, adjusted_for = (_within if within else _between)(pair, method, stratum)
    small = is_small(patients, suppress_under)
    apart = _apart(pair, stratum) if method == "spearman" else None
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "level": "within" if within else "between",
        "x": pair.x,
        "y": pair.y,
        "method": method,
        "adjusted_for": adjusted_for,
        "n": None if small else n,
        "n_text": count_text(patients, suppress_under) if small else str(n),
        "patients": None if small else patients,
        "visits": None if small else n,
        "responses": None if small else n * pair.responses_per_visit,
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "df": found.df,
        "p": found.p,
        **_robust(found),
        **{f"{name}_within_sites": getattr(apart, name, None) for name in ("estimate", "low", "high")},
        "imprecise": COEFFICIENT_FROM <= patients < IMPRECISE_BELOW,
        "suppressed": small,
        "reason": found.reason,
        "overlap": overlap(pair.x, pair.y, scale_info),
    }


def _robust(found: Coefficient) -> Record:
    one = found.robust
    return {f"{name}_robust": None if one is None else getattr(one, name) for name in ("low", "high", "p")}


def _within(pair: _Pair, method: str, stratum: str | None) -> tuple[Coefficient, int, int, str | None]:
    """The repeated-measures correlation, its visits and patients and what it is adjusted for."""
    rows = _in_stratum(pair, np.arange(len(pair.patient)), stratum)
    less, adjusted_for = None, None
    if method == DETRENDED:
        rows = rows[~np.isnan(pair.time[rows]).any(axis=1)]
        rows = rows[seen_twice(pair.patient[rows])]
        less, adjusted_for = (
            spline_space(*pair.time[rows].T),
            _("time since the first visit, time since onset"),
        )
    found, visits, patients = rmcorr(pair.patient[rows], pair.x_values[rows], pair.y_values[rows], less)
    return (_TOO_FEW if patients < COEFFICIENT_FROM else found), visits, patients, adjusted_for


def _between(pair: _Pair, method: str, stratum: str | None) -> tuple[Coefficient, int, int, str | None]:
    """The coefficient over one visit per patient, visits, patients and what it is adjusted for."""
    rows = _in_stratum(pair, np.unique(pair.patient, return_index=True)[1], stratum)
    adjusted_for = None
    others = np.empty((len(rows), 0))
    if method == "partial_spearman":
        rows = rows[~np.isnan(pair.covariates[rows]).any(axis=1)]
        others, adjusted_for = _varying(pair.covariates[rows])
    if len(rows) < COEFFICIENT_FROM:
        return _TOO_FEW, len(rows), len(rows), adjusted_for
    x, y = pair.x_values[rows], pair.y_values[rows]
    if method == "partial_spearman":
        found = partial_spearman(x, y, others)
    else:
        found = spearman(x, y) if method == "spearman" else pearson(x, y)
    return found, len(rows), len(rows), adjusted_for


def _apart(pair: _Pair, stratum: str | None) -> Coefficient | None:
    """Spearman's rho among patients of the same site; None unless two sites have 10 patients.

    Clinics that differ in both variables make an association that no clinic has.
    """
    rows = _in_stratum(pair, np.unique(pair.patient, return_index=True)[1], stratum)
    sites, sizes = np.unique(pair.site[rows], return_counts=True)
    if not two_sites(sizes):
        return None
    dummies = (pair.site[rows][:, None] == sites[1:]).astype(np.float64)
    return partial_spearman(pair.x_values[rows], pair.y_values[rows], dummies)


def _in_stratum(pair: _Pair, rows: NDArray[Any], stratum: str | None) -> NDArray[Any]:
    return rows if stratum is None else rows[pair.stratum[rows] == STRATA.index(stratum)]


def _varying(covariates: Numbers) -> tuple[Numbers, str]:
    """The covariates that vary here and their names; a single sex needs no adjustment."""
    names = ("age", "female")
    kept = [k for k in range(2) if len(covariates) and np.ptp(covariates[:, k]) > 0]
    return covariates[:, kept], ", ".join(names[k] for k in kept)
