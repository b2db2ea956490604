"""Scores before and after a dated treatment: the change, not the effect of the treatment."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.change import of_one_person
from analysis.data.frame import ScaleInfo
from analysis.data.kinds import ALL_FAMILIES, FAMILY_OF, KINDS
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.cells import about, counted, partition
from analysis.numbers.guards import COEFFICIENT_FROM, SUPPRESS_UNDER, TOO_FEW
from analysis.results.change import outcomes
from analysis.results.describe import interval_record
from analysis.words import words as _

AT_THEIR_WORST = _(
    "People often come when they are at their worst; part of the change would have come without treatment."
)
BEFORE_DAYS = 42
AFTER_DAYS: Mapping[str, tuple[int, int]] = dict(
    sorted(
        ((family.key, family.effect_days) for family in ALL_FAMILIES if family.effect_days),
        key=lambda one: one[1],
    )
)


def before_after(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """The change of each scale from before to after each kind of treatment that has a window.

    Before: the last score within 42 days before the start. A score of the day itself does not count: the
    hour of a treatment is not recorded, so it may have been given after it. After: the first score within
    the family's window (``AFTER_DAYS``). Of a patient's several starts the first that has both. Only
    treatments given, begun on a day that is known. Mean of the differences with its t interval (n - 1 df),
    from 10 patients on, and beside it the interval that also holds for few skewed differences
    (``low_skewed, high_skewed``); improved, stable and worse by the published threshold for one patient.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments: the table ``treatments`` of the frames.

    Returns:
        Records on all patients, then by the stratum of the score before.
    """
    pairs = paired(table, treatments)
    given = set(treatments.loc[treatments["state"] == "given", "kind"].unique())
    kinds = [kind for kind in KINDS if kind in given and FAMILY_OF[kind] in AFTER_DAYS]
    found = dict(list(pairs.groupby(["kind", "scale"])))
    records = []
    for stratum in (None, *STRATA):
        for kind in kinds:
            for scale, info in scale_info.items():
                rows = found.get((kind, scale), pairs[:0])
                rows = rows if stratum is None else rows[rows["stratum"] == stratum]
                if stratum is None or len(rows):
                    records.append(_record(rows, kind, scale, info, stratum, suppress_under))
    return records


def as_shown(record: Record) -> Record:
    """The record as a page shows it: under 30 patients with the interval that allows for skew."""
    if not record["imprecise"]:
        return record
    return {**record, "low": record["low_skewed"], "high": record["high_skewed"]}


def paired(table: pd.DataFrame, treatments: pd.DataFrame) -> pd.DataFrame:
    """One row per patient, kind and scale with both scores.

    Returns:
        ``patient, kind, scale, stratum`` (of the score before), ``before, after``.
    """
    family = treatments["kind"].map(FAMILY_OF)
    given = (treatments["state"] == "given") & (treatments["precision"] == "day")
    dated = treatments[given & treatments["started_on"].notna() & family.isin(list(AFTER_DAYS))]
    starts = dated[["patient", "kind", "started_on"]].assign(
        first_day=[AFTER_DAYS[FAMILY_OF[kind] or ""][0] for kind in dated["kind"]],
        last_day=[AFTER_DAYS[FAMILY_OF[kind] or ""][1] for kind in dated["kind"]],
    )
    known = table[table["value"].notna()]
    each = starts.merge(known[["patient", "scale", "value", "completed_on", "stratum"]], on="patient")
    since = (each["completed_on"] - each["started_on"]).dt.days
    key = ["patient", "kind", "started_on", "scale"]
    before = each[(since >= -BEFORE_DAYS) & (since < 0)].drop_duplicates(key, keep="last")
    after = each[(since >= each["first_day"]) & (since <= each["last_day"])].drop_duplicates(key)
    both = before[[*key, "stratum", "value"]].rename(columns={"value": "before"})
    both = both.merge(after[[*key, "value"]].rename(columns={"value": "after"}), on=key)
    both = both.sort_values("started_on", kind="stable")
    return both.drop_duplicates(["patient", "kind", "scale"]).drop(columns="started_on")


def left_out_of_before_after(table: pd.DataFrame, treatments: pd.DataFrame) -> list[Record]:
    """Patients who were given the treatment but are in no record, by kind and reason.

    ``start not known to the day``: no start of that kind is known to the day; ``score of the day only``: no
    score in the 42 days before a start, but one on its day.
    """
    given = treatments[treatments["state"] == "given"]
    given = given[given["kind"].map(FAMILY_OF).isin(list(AFTER_DAYS))]
    dated = given[(given["precision"] == "day") & given["started_on"].notna()]
    known = table.loc[table["value"].notna(), ["patient", "completed_on"]].drop_duplicates()
    each = dated.merge(known, on="patient")
    since = (each["completed_on"] - each["started_on"]).dt.days
    usable = each[(since >= -BEFORE_DAYS) & (since < 0)]
    reasons = {
        "start not known to the day": (given, dated),
        "score of the day only": (each[since == 0], usable),
    }
    records = []
    for reason, (among, counted_in) in reasons.items():
        pairs = among[["kind", "patient"]].drop_duplicates()
        gone = pairs.merge(counted_in[["kind", "patient"]].drop_duplicates(), how="left", indicator=True)
        for kind, rows in gone[gone["_merge"] == "left_only"].groupby("kind"):
            what = {"analysis": "before_after", "scale": "all", "kind": kind}
            records.append({**what, "reason": reason, "patients": len(rows), "responses": 0})
    return records


def _record(
    rows: pd.DataFrame, kind: str, scale: str, info: ScaleInfo, stratum: str | None, suppress_under: int
) -> Record:
    head = counted(len(rows), suppress_under, responses_each=2)
    shown = rows[:0] if head["suppressed"] else rows
    before, after = shown["before"].to_numpy(np.float64), shown["after"].to_numpy(np.float64)
    interval = interval_record(after - before)
    threshold = of_one_person(info.thresholds)
    counts = outcomes(before, after, info, threshold.value if threshold else np.inf)
    parts = partition(counts, suppress_under)
    if threshold is None or not len(shown):
        parts = dict.fromkeys(parts)
    no_interval = TOO_FEW if len(shown) < COEFFICIENT_FROM else _("no variation")
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "kind": kind,
        "scale": scale,
        **about(head, parts),
        "before_mean": float(before.mean()) if len(shown) else None,
        "after_mean": float(after.mean()) if len(shown) else None,
        "mean_change": float((after - before).mean()) if len(shown) else None,
        **interval,
        "threshold": threshold.value if threshold else None,
        "source": threshold.source if threshold else None,
        **parts,
        "reason": head["reason"] or (no_interval if interval["low"] is None else None),
    }
