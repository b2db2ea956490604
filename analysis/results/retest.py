"""How far scores of stable patients agree from one questionnaire to the next: the study's own retest."""

from collections.abc import Mapping

import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.said import SAME
from analysis.data.since_onset import DAYS_PER_YEAR, period
from analysis.numbers.agreement import Agreement, agreement
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, is_small
from analysis.results.injections import phases
from analysis.words import words as _

TOLD_FROM = 50  # patients: with fewer, an error of measurement says little
APART_DAYS = (7, 28)
QUIET_PHASES = ("never", "worn_off")
_NUMBERS = ("icc", "icc_low", "icc_high", "sem", "sdc")


def retest(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    visits: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """ICC(2,1), the error of one measurement and the smallest detectable change, of stable patients.

    Stable: the palsy began over a year before, no toxin within 112 days, and no treatment begun between two
    successive scores that are 7 to 28 days apart; each patient's first such pair. A start that is not known
    to lie elsewhere counts as between. From the day on which the study first asked how the face is since the
    last questionnaire, the patient also has to say at the second score that it is the same: who says nothing
    is not known to be stable. From 50 patients on.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments, visits: the tables of the frames.

    Returns:
        A record per scale: ``instrument, scale, n, icc, icc_low, icc_high, sem, sdc``, in points, and
        ``said_same``, how many of the patients were asked and said that nothing had changed.
    """
    pairs = stable_pairs(table, treatments, visits)
    return [
        _record(pairs[pairs["scale"] == scale], scale, info, suppress_under)
        for scale, info in scale_info.items()
    ]


def stable_pairs(table: pd.DataFrame, treatments: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """One row per patient and scale with two scores of a stable time.

    Returns:
        ``patient, scale, first, second`` and ``said_same``.
    """
    known = table[table["value"].notna() & (table["days_since_onset"] > DAYS_PER_YEAR)]
    quiet = known[phases(treatments, known)["phase"].isin(QUIET_PHASES)]
    keys = [quiet["patient"].astype(str), quiet["scale"].astype(str)]
    shifted = quiet[["value", "completed_on"]].groupby(keys).shift(1)
    days = (quiet["completed_on"] - shifted["completed_on"]).dt.days
    both = pd.DataFrame(
        {
            "patient": keys[0],
            "scale": keys[1],
            "first": shifted["value"],
            "second": quiet["value"],
            "from_on": shifted["completed_on"],
            "to_on": quiet["completed_on"],
            "visit_id": quiet["visit_id"],
        }
    )[days.between(*APART_DAYS)]
    both = both[~_begun_between(both, treatments)]
    both["said_same"], asked = _said_same(both, table, visits)
    both = both[both["said_same"] | ~asked]
    return both.drop_duplicates(["patient", "scale"])[["patient", "scale", "first", "second", "said_same"]]


def _said_same(both: pd.DataFrame, table: pd.DataFrame, visits: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether patients said at the second score that nothing had changed, and whether they were asked."""
    said = visits.loc[visits["says_changed"].notna(), ["visit_id", "says_changed"]]
    first_asked = table.loc[table["visit_id"].isin(said["visit_id"]), "completed_on"].min()
    same = said.loc[said["says_changed"] == SAME, "visit_id"]
    return both["visit_id"].isin(same), both["to_on"] >= first_asked


def _begun_between(both: pd.DataFrame, treatments: pd.DataFrame) -> pd.Series:
    """Whether a treatment was, or may have been, begun after the first score and by the second."""
    given = treatments[treatments["state"] == "given"]
    earliest, __, latest = period(given["started_on"], given["precision"])
    starts = pd.DataFrame(
        {"patient": given["patient"].astype(str).to_numpy(), "earliest": earliest, "latest": latest}
    )
    each = both.rename_axis("row").reset_index().merge(starts, on="patient")
    between = (each["earliest"] <= each["to_on"]) & (each["latest"] > each["from_on"])
    rows = each.loc[between | each["earliest"].isna(), "row"]
    return pd.Series(both.index.isin(rows), index=both.index)


def _record(rows: pd.DataFrame, scale: str, info: ScaleInfo, suppress_under: int) -> Record:
    n = len(rows)
    small = is_small(n, suppress_under)
    same = int(rows["said_same"].sum())
    found = (
        _("fewer than %(told_from)s patients", told_from=TOLD_FROM)
        if n < TOLD_FROM
        else agreement(rows[["first", "second"]].to_numpy(float))
    )
    told = isinstance(found, Agreement)
    numbers = (found.icc, found.low, found.high, found.sem, found.sdc) if isinstance(found, Agreement) else ()
    return {
        "instrument": info.instrument,
        "scale": scale.split(".", 1)[1],
        "n": None if small else n,
        "n_text": count_text(n, suppress_under),
        "patients": None if small else n,
        "responses": None if small else 2 * n,
        "said_same": None if small or is_small(same, suppress_under) else same,
        **(dict(zip(_NUMBERS, numbers, strict=True)) if told else dict.fromkeys(_NUMBERS)),
        "suppressed": small,
        "reason": None if isinstance(found, Agreement) else found,
    }
