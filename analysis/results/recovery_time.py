"""How long after an acute onset patients recover, although nobody saw the day on which they did."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.kinds import REANIMATION
from analysis.data.record import Record
from analysis.data.statuses import NOT_IN_FOLLOW_UP
from analysis.numbers.cells import rounded_parts, to_nearest, unit_of
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    HIDDEN,
    IMPRECISE_BELOW,
    SO_THAT_ANOTHER,
    SUPPRESS_UNDER,
    TOO_FEW,
    count_text,
    hidden,
    is_small,
)
from analysis.numbers.interval_censored import Incidence, Looks, incidence
from analysis.results.recovery import ALL_CAUSES, acute_patients, graded_on_days, said_on_days
from analysis.words import words as _

GRADED, SAID = "house_brackmann_1", "says_recovered"
DAYS = (30, 60, 90, 180, 365)
UNSEEN_DAYS = 182  # not looked at for so long: lost, though nobody recorded it
_NUMBERS = ("estimate", "low", "high", "bound_low", "bound_high", "median", "median_low", "median_high")


def recovery_time(frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER) -> list[Record]:
    """The cumulative share recovered by days since onset, in patients enrolled acute.

    By definition, House–Brackmann I (``house_brackmann_1``) or the patient says so (``says_recovered``), and
    by cause. A recovery lies between the last look without and the first look with it
    (`analysis.numbers.interval_censored`); patients come under observation on the day of enrolment, and those
    recovered at a look by that day are counted apart (``recovered_at_first``). Reanimation (graft, transfer,
    sling) and death end the waiting; whoever is not seen again is censored. ``bound_low`` and ``bound_high``:
    as if all who were lost (left, lost, or not seen for the last half year before ``on``) never recovered,
    or did the day after. From 10 patients on.

    Returns:
        For each definition all causes, then each cause, a record per day: ``definition, cause, days,
        estimate, low, high, bound_low, bound_high, at_risk, median, median_low, median_high, recovered,
        competing, censored, recovered_at_first, rounded``; none without acute patients. Where few recovered,
        or few did not, counts and shares are ``rounded`` to five patients in the rounded whole
        (`analysis.numbers.cells.rounded_parts`), and a share is none or all only where it is so.
    """
    acute = acute_patients(frames)
    if acute.empty:
        return []
    acute = acute.assign(**_ends(frames, acute))
    causes = sorted(set(acute["cause"]), key=lambda cause: (cause == "unknown", cause == "other", cause))
    records: list[Record] = []
    for definition, looked in ((GRADED, graded_on_days), (SAID, said_on_days)):
        rows = _spans(acute, looked(frames, acute), on)
        sizes = [int((rows["cause"] == cause).sum()) for cause in causes]
        hide = dict(zip(causes, hidden(sizes, suppress_under), strict=True))
        for cause in (ALL_CAUSES, *causes):
            part = rows if cause == ALL_CAUSES else rows[rows["cause"] == cause]
            start: Record = {"definition": definition, "cause": cause}
            records += [start | one for one in _records(part, hide.get(cause, False), suppress_under)]
    return records


def _ends(frames: StudyFrames, acute: pd.DataFrame) -> dict[str, Numbers]:
    """Days after onset of enrolment and of reanimation or death; and who is not in follow-up."""
    given = frames.treatments[
        (frames.treatments["state"] == "given") & (frames.treatments["precision"] == "day")
    ]
    operated = given[given["kind"].isin(REANIMATION)].groupby("patient", observed=True)["started_on"].min()
    facts = frames.patients.set_index("patient").reindex(acute["patient"])
    died = facts["status_since"].where((facts["status"] == "died").to_numpy(bool))
    onset = acute["onset"].to_numpy("datetime64[D]")

    def days(dates: pd.Series) -> Numbers:
        since = (dates.to_numpy("datetime64[D]") - onset) / np.timedelta64(1, "D")
        found: Numbers = np.asarray(since, np.float64)
        return found

    both = np.fmin(days(operated.reindex(acute["patient"])), days(died))
    return {
        "entered": days(facts["enrolled_on"]),
        "other": np.where(np.isnan(both), np.inf, both),
        "gone": facts["status"].isin(NOT_IN_FOLLOW_UP).to_numpy(bool),
    }


def _spans(acute: pd.DataFrame, looks: pd.DataFrame, on: date) -> pd.DataFrame:
    """For every patient with a look: the last day without and the first with recovery, and what ended it.

    ``after`` is no earlier than enrolment; ``by`` is infinite without a recovery.
    """
    looks = looks.astype({"patient": str}).sort_values("day", kind="stable")
    well = looks[looks["value"] == 1].groupby("patient")["day"].min()
    who = acute["patient"].astype(str)
    first = who.map(well).fillna(np.inf).to_numpy(np.float64)
    before = looks[(looks["day"] < looks["patient"].map(well).fillna(np.inf)) & (looks["value"] != 1)]
    last = who.map(before.groupby("patient")["day"].max()).to_numpy(np.float64)
    entered, other = acute["entered"].to_numpy(np.float64), acute["other"].to_numpy(np.float64)
    after = np.fmax(last, entered)
    ended = np.where((other < first) & (other > entered), other, np.inf)
    passed = (pd.Timestamp(on) - acute["onset"]).dt.days.to_numpy(np.float64)
    lost = np.isinf(first) & np.isinf(ended) & (acute["gone"] | (passed - after > UNSEEN_DAYS))
    rows = acute.assign(after=after, by=first, other=ended, lost=lost, early=first <= entered)
    return rows[who.isin(looks["patient"]).to_numpy(bool)]


def _records(rows: pd.DataFrame, hide: bool, suppress_under: int) -> list[Record]:
    early = int(rows["early"].sum())
    rows = rows[~rows["early"]]
    n = len(rows)
    recovered = np.isfinite(rows["by"].to_numpy(np.float64)) & np.isinf(rows["other"].to_numpy(np.float64))
    competing = np.isfinite(rows["other"].to_numpy(np.float64))
    counts = {
        "recovered": int(recovered.sum()),
        "competing": int(competing.sum()),
        "censored": int((~recovered & ~competing).sum()),
    }
    small = is_small(n, suppress_under)
    hide = hide or small
    reason = _refused(n, hide, small, counts["recovered"], suppress_under)
    found = {} if reason else _Curves.of(rows).by_day()
    sides = (counts["recovered"], n - counts["recovered"])
    rounded = any(is_small(side, suppress_under) for side in sides)
    unit = unit_of(suppress_under) if rounded else 1
    whole = to_nearest(n, unit)
    near = rounded_parts(counts, suppress_under) if rounded else None
    few = hidden(list(counts.values()), suppress_under) if near is None else [False] * len(counts)
    shown = {
        name: None if hide or hid else count
        for (name, count), hid in zip((near or counts).items(), few, strict=True)
    }
    early_too = {
        "recovered_at_first": None if hide or is_small(early, suppress_under) else to_nearest(early, unit)
    }
    head: Record = {
        "n": None if hide else whole,
        "n_text": _text(n, whole, hide, small, rounded, suppress_under),
        "patients": None if hide else whole,
        "responses": None if hide else whole,
        "rounded": rounded and not reason,
        **shown,
        **early_too,
        "imprecise": reason is None and n < IMPRECISE_BELOW,
        "suppressed": hide,
        "reason": reason,
    }
    return [
        {"days": day, **_told(found.get(day), unit / whole if rounded and whole else None), **head}
        | {"at_risk": None if hide else _at_risk(rows, day, unit, suppress_under)}
        for day in DAYS
    ]


def _text(n: int, whole: int, hide: bool, small: bool, rounded: bool, suppress_under: int) -> str:
    if hide and not small:
        return "hidden"
    return (
        _("about %(to_nearest)s", to_nearest=whole)
        if rounded and not small
        else count_text(n, suppress_under)
    )


def _told(numbers: Record | None, step: float | None) -> Record:
    """The numbers of a day; the shares in steps, where there is one, round an estimate that has its own."""
    if numbers is None:
        return dict.fromkeys(_NUMBERS)
    if step is None:
        return numbers
    stepped = {
        name: value if name.startswith("median") else min(round(value / step) * step, 1.0)
        for name, value in numbers.items()
    }
    estimate = numbers["estimate"]
    if 0 < estimate < 1:
        estimate = min(max(stepped["estimate"], step), 1 - step)
    below = {name: min(stepped[name], estimate) for name in ("low", "bound_low")}
    above = {name: max(stepped[name], estimate) for name in ("high", "bound_high")}
    return {**stepped, "estimate": estimate, **below, **above}


def _refused(n: int, hide: bool, small: bool, recovered: int, suppress_under: int) -> str | None:
    if not n:
        return _("nobody looked at after enrolment")
    if hide:
        return (
            _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
            if small
            else SO_THAT_ANOTHER
        )
    if n < COEFFICIENT_FROM:
        return TOO_FEW
    few_on_a_side = is_small(recovered, suppress_under) or is_small(n - recovered, suppress_under)
    if few_on_a_side and n < 4 * unit_of(suppress_under):
        return HIDDEN
    return None if recovered else _("nobody recovered yet")


def _at_risk(rows: pd.DataFrame, day: int, unit: int, suppress_under: int) -> int | None:
    """Patients under observation that day, not known to have recovered and not ended."""
    until = np.fmin(np.where(np.isinf(rows["by"]), rows["after"], rows["by"]), rows["other"])
    count = int(((rows["entered"] < day) & (until >= day)).sum())
    return None if is_small(count, suppress_under) else to_nearest(count, unit)


@dataclass(frozen=True)
class _Curves:
    """The estimate, and those with all who were lost never, and at once, recovered."""

    found: Incidence
    never: Incidence
    at_once: Incidence

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Curves":
        looks = Looks(*(rows[name].to_numpy(np.float64) for name in ("entered", "after", "by", "other")))
        lost = rows["lost"].to_numpy(bool)
        return cls(*(incidence(one) for one in (looks, looks.lost_never(lost), looks.lost_at_once(lost))))

    def by_day(self) -> dict[int, Record]:
        median, limits = self.found.median(), self.found.intervals(DAYS)
        found = {}
        for day, (low, high) in zip(DAYS, limits, strict=True):
            estimate = self.found.at(day)
            # looks that are far apart let the masses of a bound lie a little to the other side
            bounds = min(self.never.at(day), estimate), max(self.at_once.at(day), estimate)
            found[day] = dict(zip(_NUMBERS, (estimate, low, high, *bounds, *median), strict=True))
        return found
