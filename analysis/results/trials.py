"""A family of treatments as a sequence of target trials: who was eligible at which visit, and in which arm.

Every scored visit of a patient who has not begun the family is a trial that the patient enters: Hernán &
Robins, Am J Epidemiol 2016;183:758; Gran and others, Stat Med 2010;29:2757. What is known at that visit is
known before anything is begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.since_onset import DAYS_PER_YEAR, NO_ONSET, TOO_IMPRECISE, time_since_onset
from analysis.data.treatments import begun_families
from analysis.results.before_after import AFTER_DAYS

BEGUN_WITHIN = 90  # days from the index visit to a start that counts as begun there
BELLS = "bells_palsy"
NO_CLOSURE_FROM = 4  # House–Brackmann IV: the eye does not close completely
GRADED_WITHIN = 90  # days between a grading and the index visit

COVARIATES = ("pre", "log10_onset_years", "age", "female", "families_before")
OUTSIDE = ("earlier_mean", "last_change", "bells", "hb_iv_or_worse", "site", "year")

_OF_VISIT = [
    "patient",
    "visit_id",
    "completed_on",
    "value",
    "stratum",
    "log10_years",
    "age",
    "female",
    "cause",
    "left_out",
]


@dataclass(frozen=True)
class Known:
    """What all trials of a study rest on."""

    scored: pd.DataFrame
    begun: pd.DataFrame
    gradings: pd.DataFrame
    patients: pd.DataFrame  # by patient

    @classmethod
    def of(cls, frames: StudyFrames) -> "Known":
        patients = frames.patients.set_index("patient")[["site", "onset_on", "onset_precision"]]
        table = frames.scored
        scored = table[table["value"].notna()]
        return cls(scored, begun_families(frames.treatments), frames.gradings, patients)


def visits(known: Known, scale: str) -> pd.DataFrame:
    """The scored visits of one scale, by patient and day, with what is known there whatever the family.

    Returns:
        The columns of ``COVARIATES`` and ``OUTSIDE`` but ``families_before``, ``number`` (1 for the patient's
        first score), ``next_day`` (of the patient's next score), ``patient, visit_id, completed_on, stratum,
        cause``. ``may_be_drawn``: the time since onset is known, or there is one that is not; as log10 years
        it then lies from ``onset_from`` to ``onset_to``.
    """
    rows = known.scored.loc[known.scored["scale"] == scale, _OF_VISIT].reset_index(drop=True)
    grouped = rows.groupby("patient", sort=False)
    count = grouped.cumcount().to_numpy()
    rows["number"] = count + 1
    rows["pre"] = rows["value"]
    rows["log10_onset_years"] = rows["log10_years"]
    before: pd.Series = (grouped["value"].cumsum() - rows["value"]) / np.maximum(count, 1)
    rows["earlier_mean"] = before.where(count > 0)
    rows["last_change"] = grouped["value"].diff()
    rows["bells"] = (rows["cause"] == BELLS).astype(float).where(rows["cause"].notna())
    rows["hb_iv_or_worse"] = _severe(known.gradings, rows)
    rows["year"] = rows["completed_on"].dt.year.astype(float)
    rows["site"] = known.patients["site"].reindex(rows["patient"]).to_numpy()
    vague = (rows["left_out"] == TOO_IMPRECISE).to_numpy(bool)
    rows["may_be_drawn"] = vague | rows["left_out"].isna() | (rows["left_out"] == NO_ONSET)
    rows["onset_from"], rows["onset_to"] = -np.inf, np.inf
    if vague.any():
        at = rows[vague]
        of = known.patients.reindex(at["patient"]).set_axis(at.index)
        days = time_since_onset(of["onset_on"], of["onset_precision"], at["completed_on"])
        limits = np.log10(days[["shortest", "longest"]].to_numpy(np.float64) / DAYS_PER_YEAR)
        rows.loc[vague, ["onset_from", "onset_to"]] = limits
    rows["next_day"] = grouped["completed_on"].shift(-1)
    return rows


def trials(known: Known, of_scale: pd.DataFrame, family: str) -> pd.DataFrame:
    """The index visits of one scale (see ``visits``) and family, by patient and day.

    Returns:
        ``exposed`` (1: begun within 90 days after, and no other score between; 0: not begun within them;
        missing: begun within them, but after a later score), ``post`` (missing without a score in the
        window), ``started_later``, ``families_before`` and the columns of ``of_scale``; of patients who had
        begun the family, or whose start is not known, no visit from then on.
    """
    rows = of_scale.copy()
    of_family = known.begun[known.begun["family"] == family].set_index("patient")
    rows["begun"] = of_family["begun"].reindex(rows["patient"]).to_numpy("datetime64[s]")
    unknown = of_family["unknown"].reindex(rows["patient"], fill_value=False).to_numpy(bool)
    rows["families_before"] = _families_before(known.begun, rows, family)

    ahead = (rows["begun"] - rows["completed_on"]).dt.days.to_numpy(np.float64)
    last_before = (rows["next_day"].isna() | (rows["next_day"] >= rows["begun"])).to_numpy(bool)
    soon = (ahead > 0) & (ahead <= BEGUN_WITHIN)
    rows["exposed"] = np.where(soon & last_before, 1.0, np.where(soon, np.nan, 0.0))
    first_day, last_day = AFTER_DAYS[family]
    longer = np.where(rows["exposed"] == 1, 0, BEGUN_WITHIN)
    clock = rows["begun"].where(rows["exposed"] == 1, rows["completed_on"])
    rows["post"] = _first_after(rows, clock, first_day, last_day + longer)
    within = ahead <= last_day + BEGUN_WITHIN
    rows["started_later"] = (rows["exposed"] == 0) & (ahead > BEGUN_WITHIN) & within
    eligible = ~unknown & (np.isnan(ahead) | (ahead > 0))
    return rows[eligible]


def _families_before(begun: pd.DataFrame, rows: pd.DataFrame, family: str) -> np.ndarray:
    """How many other families were begun on or before the visit; a start not known counts as before."""
    others = begun[begun["family"] != family]
    each = rows[["patient", "completed_on"]].rename_axis("row").reset_index().merge(others, on="patient")
    had = each[each["unknown"] | (each["begun"] <= each["completed_on"])]
    return had.groupby("row").size().reindex(rows.index, fill_value=0).to_numpy(np.float64)


def _severe(gradings: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Whether the nearest House–Brackmann of the 90 days before the visit, or on it, is IV or worse."""
    graded = gradings[gradings["scale"] == HOUSE_BRACKMANN]
    each = rows[["patient", "completed_on"]].rename_axis("row").reset_index().merge(graded, on="patient")
    days = (each["completed_on"] - each["graded_on"]).dt.days
    near = each[(days >= 0) & (days <= GRADED_WITHIN)].sort_values(["row", "graded_on"], kind="stable")
    value = near.drop_duplicates("row", keep="last").set_index("row")["value"].reindex(rows.index)
    return (value >= NO_CLOSURE_FROM).astype(float).where(value.notna()).to_numpy(np.float64)


def _first_after(rows: pd.DataFrame, clock: pd.Series, first: int, last: np.ndarray) -> np.ndarray:
    """The first score of the patient in a window of days after each row's clock; missing if there is none."""
    at = pd.DataFrame({"row": rows.index, "patient": rows["patient"], "clock": clock, "last": last})
    each = at.merge(rows[["patient", "completed_on", "value"]], on="patient")
    days = (each["completed_on"] - each["clock"]).dt.days
    inside = each[(days >= first) & (days <= each["last"])]
    found = inside.drop_duplicates("row").set_index("row")["value"].reindex(rows.index)
    return found.to_numpy(np.float64)


def counts(rows: pd.DataFrame) -> Mapping[str, int]:
    """The flow: index visits eligible, exposed, compared, in neither arm, followed."""
    arm = rows["exposed"]
    return {
        "eligible": len(rows),
        "exposed": int((arm == 1).sum()),
        "compared": int((arm == 0).sum()),
        "neither": int(arm.isna().sum()),
        "followed": int((arm.notna() & rows["post"].notna()).sum()),
    }
