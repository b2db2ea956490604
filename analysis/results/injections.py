"""Scores during the cycle of toxin injections, whose effect comes and goes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.kinds import FAMILY_OF
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR, STRATA, period
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, hidden, is_small
from analysis.results.describe import summary
from analysis.results.families import adjust
from analysis.results.models import INTERCEPT, Question, random_intercept, records
from analysis.words import words as _

# days since the last injection, inclusive
PHASE_DAYS: Mapping[str, float] = {"early": 13, "peak": 56, "waning": 112, "worn_off": np.inf}
REFERENCE = "worn_off"
PHASES = ("never", *PHASE_DAYS, "undated")
_TERMS = tuple(phase for phase in PHASE_DAYS if phase != REFERENCE)
_TOXINS = [kind for kind, family in FAMILY_OF.items() if family == "toxin"]


def injection_cycle(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """Each scale by the phase of the visit, and a mixed model of the phases after an injection.

    The model: ``score ~ phase + log2(1 + years since the first injection) + (1 | patient)`` over visits in
    ``early``, ``peak``, ``waning`` and ``worn_off``, the last being the reference. A cell of few patients
    is hidden, with another one if subtraction could reveal it, and so is its coefficient.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments: the table ``treatments`` of the frames.

    Returns:
        No records without an injection. Otherwise records on all patients, then by the stratum of the
        patients' first visit; for each scale one per phase (``phase, n`` visits, ``patients, mean, sd``) and
        one per term of the model (``term``), with the adjusted p as in `families`: the phases.
    """
    if not any_injection(treatments):
        return []
    scored = table["value"].notna() & table["scale"].isin(list(scale_info))
    known = table.loc[scored, ["patient", "completed_on", "scale", "value", "first_stratum"]]
    placed = known.join(phases(treatments, known))
    found = [
        {**({} if stratum is None else {"stratum": stratum}), **record}
        for stratum in (None, *STRATA)
        for scale, rows in _by_scale(placed, scale_info, stratum)
        for record in _of_scale(rows, scale, scale_info[scale], suppress_under)
    ]
    adjust(
        [one for one in found if "term" in one],
        scale_info,
        scales=("scale",),
        shown=lambda one: one["term"] in _TERMS,
        method=lambda one: one["term"] == INTERCEPT,
    )
    return found


def any_injection(treatments: pd.DataFrame) -> bool:
    """Whether an injection was given, on a known day or not."""
    return bool((treatments["kind"].isin(_TOXINS) & (treatments["state"] == "given")).any())


def phases(treatments: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """The phase of each row's day, and the years since the first injection.

    Args:
        treatments: the table ``treatments`` of the frames; planned and cancelled ones do not count.
        at: rows with ``patient`` and ``completed_on``, any index without repeats.

    Returns:
        Index of ``at``; ``phase``, one of ``PHASES``: ``undated`` where an injection whose day is not known
        may be the last one before; ``years``, from the first injection, missing before it and where undated.
    """
    given = treatments[treatments["kind"].isin(_TOXINS) & (treatments["state"] == "given")]
    earliest, counted, latest = period(given["started_on"], given["precision"])
    by_day = (given["precision"] == "day").to_numpy(bool)
    injected = pd.DataFrame(
        {
            "patient": given["patient"].to_numpy(),
            "by_day": by_day,
            "earliest": earliest.astype("datetime64[s]"),
            "counted": counted.astype("datetime64[s]"),
            "latest": latest.astype("datetime64[s]"),
        }
    )
    each = at[["patient", "completed_on"]].rename_axis("row").reset_index().merge(injected, on="patient")
    each = each[each["earliest"].isna() | (each["earliest"] <= each["completed_on"])]
    dated = each[each["by_day"]].groupby("row")["counted"].max().reindex(at.index)
    vague = each[~each["by_day"]]
    since_dated = dated.reindex(vague["row"]).set_axis(vague.index)
    # an injection without a known date, or with a period that ends after the last dated one
    unsure = vague["earliest"].isna() | since_dated.isna() | (vague["latest"] >= since_dated)
    undated = at.index.isin(vague.loc[unsure, "row"])
    first = each.groupby("row")["counted"].min().reindex(at.index)

    days = (at["completed_on"] - dated).dt.days.to_numpy(np.float64)
    number = np.searchsorted(list(PHASE_DAYS.values()), np.where(np.isnan(days), 0, days))
    phase = np.where(np.isnan(days), "never", np.array(list(PHASE_DAYS))[number])
    years = (at["completed_on"] - first).dt.days.clip(lower=0) / DAYS_PER_YEAR
    return pd.DataFrame(
        {"phase": np.where(undated, "undated", phase), "years": years.mask(undated)}, index=at.index
    )


def _by_scale(
    placed: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], stratum: str | None
) -> list[tuple[str, pd.DataFrame]]:
    rows = placed if stratum is None else placed[placed["first_stratum"] == stratum]
    present = set(placed["scale"].unique())
    return [(scale, rows[rows["scale"] == scale]) for scale in scale_info if scale in present]


def _of_scale(rows: pd.DataFrame, scale: str, info: ScaleInfo, suppress_under: int) -> list[Record]:
    cells = {phase: rows[rows["phase"] == phase] for phase in PHASES}
    counts = {phase: int(cell["patient"].nunique()) for phase, cell in cells.items()}
    hide = dict(zip(PHASES, hidden(list(counts.values()), suppress_under), strict=True))
    described = [
        {"scale": scale, "phase": phase, **_cell(cells[phase], counts[phase], hide[phase], suppress_under)}
        for phase in PHASES
    ]
    after = rows[rows["phase"].isin(list(PHASE_DAYS))]
    terms = {phase: (after["phase"] == phase).astype("float64") for phase in _TERMS}
    terms["log2_injection_years"] = np.log2(1 + after["years"])
    worn_off = bool(len(cells[REFERENCE]))
    reason = None if worn_off else _("not estimable: no visit after an injection had worn off")
    question = Question.of(after["value"], after["patient"], terms, info, impossible=reason)
    modelled = records(
        {"scale": scale, "reference": REFERENCE},
        question,
        random_intercept(question),
        suppress_under=suppress_under,
        hide=[phase for phase in _TERMS if hide[phase] or hide[REFERENCE]],
    )
    return [*described, *modelled]


def _cell(rows: pd.DataFrame, patients: int, hide: bool, suppress_under: int) -> Record:
    small = is_small(patients, suppress_under)
    found = summary(rows["value"].to_numpy(np.float64)[: 0 if hide else None])
    reason = (
        _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        if small
        else _("hidden so that another cell stays hidden")
    )
    return {
        "n": None if hide else len(rows),
        "n_text": count_text(patients, suppress_under) if small else "hidden" if hide else str(len(rows)),
        "patients": None if hide else patients,
        "responses": None if hide else len(rows),
        "mean": found["mean"],
        "sd": found["sd"],
        "suppressed": hide,
        "reason": reason if hide else None if patients else _("nobody"),
    }
