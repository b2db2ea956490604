"""Every association of a few scales at a glance: between patients below the diagonal, within them above.

Within patients two scores are compared less what the time alone explains; a score and time as they are. It
arranges the coefficients of `analysis.results.association`, and never a pooled one.
"""

from collections.abc import Mapping, Sequence

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.matrix import Cell, Matrix
from analysis.data.record import Record
from analysis.figures.look import STRATUM_TITLES
from analysis.figures.view import View
from analysis.results.association import DETRENDED, RMCORR, TIME, as_shown, correlations
from analysis.statements.words import interval, number, visits_of
from analysis.words import joined
from analysis.words import words as _

_TIME_TEXT = _("Time since onset")
_STRENGTHS = (0.1, 0.3, 0.5)  # Cohen's conventions, only for the tint of a cell, which also shows its number


def matrices(frames: StudyFrames, view: View, scales: Sequence[str]) -> tuple[Matrix, ...]:
    """A matrix per panel of the view, of time since onset and the scales, where there is any coefficient.

    Below the diagonal Spearman's rho between patients (one visit each, the first with both), above it the
    repeated-measures correlation within patients (all visits with both, of patients with two or more), of
    two scores less splines of time.
    """
    few = 0 if view.may_open_patients else view.suppress_under
    info = frames.scale_info
    records = correlations(
        frames.scored, info, scales=scales, methods=("spearman", RMCORR, DETRENDED), suppress_under=few
    )
    # the last of a level: where time is one of the two, there is no coefficient less time
    found = {(one["level"], one.get("stratum"), frozenset((one["x"], one["y"]))): one for one in records}
    scored_scales = {one["y"] for one in records if one["x"] == TIME}
    variables = (TIME, *(scale for scale in scales if scale in scored_scales))

    def cell(stratum: str | None, row: int, column: int) -> Cell | None:
        if row == column:
            return None
        level, pair = "between" if row > column else "within", frozenset((variables[row], variables[column]))
        first, second = sorted((row, column))
        record = as_shown(found[level, stratum, pair])
        alone = [found[level, part, pair] for part in ("acute", "chronic", "unknown")]
        subtractable = view.together and any(one["suppressed"] for one in alone)
        return _cell(record, level, variables[second], variables[first], hide=subtractable)

    places = range(len(variables))
    made = [
        Matrix(
            key=f"matrix-{stratum or 'all'}",
            title=STRATUM_TITLES[stratum],
            names=tuple(_name(info, variable) for variable in variables),
            rows=tuple(tuple(cell(stratum, row, column) for column in places) for row in places),
        )
        for stratum in view.strata
    ]
    return tuple(one for one in made if any(c and c.estimate != "–" for row in one.rows for c in row))


def _cell(record: Record, level: str, scale: str, other: str, *, hide: bool) -> Cell:
    if hide:
        return Cell(level, scale, other, "–", "", "hidden", _("hidden so that a few stay hidden"), 0)
    estimate = record["estimate"]
    counted = record["n_text"] if level == "between" or record["suppressed"] else _both(record)
    said = [record["reason"] or "", "imprecise" if record["imprecise"] else "", record["overlap"] or ""]
    return Cell(
        level,
        scale,
        other,
        number(estimate),
        "" if record["low"] is None else interval(record["low"], record["high"]),
        counted,
        joined("; ", (text for text in said if text)),
        _strength(estimate),
    )


def _both(record: Record) -> str:
    return _("%(visits)s of %(patients)s", visits=visits_of(record["visits"]), patients=record["patients"])


def _strength(estimate: float | None) -> int:
    if estimate is None:
        return 0
    steps = sum(abs(estimate) >= least for least in _STRENGTHS)
    return steps if estimate > 0 else -steps


def _name(info: Mapping[str, ScaleInfo], variable: str) -> str:
    return _TIME_TEXT if variable == TIME else info[variable].label
