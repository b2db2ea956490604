"""Later scores of patients who began a treatment and patients who did not, at the same first score.

Treatment was not assigned at random: the models adjust for earlier differences only as far as they are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo
from analysis.data.kinds import FAMILIES, FAMILY_OF
from analysis.data.record import Record
from analysis.data.since_onset import STRATA, middle_of_period
from analysis.numbers.formulas import Inference, Numbers, adjusted_p, t_tested
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    IMPRECISE_BELOW,
    SUPPRESS_UNDER,
    TOO_FEW,
    count_text,
    is_small,
    overfull,
)
from analysis.numbers.linear import hc3
from analysis.results.models import piled_up

POST_DAYS = (150, 730)
EXPOSED_DAYS: Mapping[str, int] = dict.fromkeys(FAMILIES, 30) | {"surgery": 180}
ALWAYS = ("pre", "exposed")
IF_ALLOWED = ("log10_onset_years", "age", "female", "days_to_post")


@dataclass(frozen=True)
class _Fit:
    """The coefficient of ``exposed`` and its model; ``exposed`` holds patients with every term."""

    exposed: Numbers
    terms: tuple[str, ...]
    reason: str | None = None
    estimate: float | None = None
    se: float | None = None
    df: int | None = None
    tested: Inference | None = None


_COLUMNS = ("patient", "scale", "value", "completed_on", "stratum", "log10_years", "age", "female")


def adjusted_change(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """The score 150 to 730 days after the first, with a family of treatments against without it.

    ``pre`` is the patient's first score, ``post`` the last within those days. Only patients without the
    family at ``pre`` count (an unknown start counts as had). Exposed patients began it later and at least 30
    days (surgery 180) before ``post``; patients who are not exposed had not begun it by ``post``; patients
    who began in between are left out (``too_recent``). The model is ordinary least squares ``post ~ pre +
    exposed`` with HC3 errors. Further terms are log10 years since onset, age, female and days to ``post``,
    each only if it varies and 15 patients with every term remain per coefficient, including the intercept.
    Each arm needs 10 patients, because HC3 errors are too small with fewer. Only complete cases of the terms
    count; no value is imputed. House–Brackmann is not a term, because it lies between treatment and quality
    of life. A scale that piles up has no model where it does. A difference is never called an effect, because
    the groups differed before.

    Returns:
        Records on all patients, then by stratum at ``pre``; p_holm within a scale and stratum.
    """
    given = begun_families(treatments)
    known = table.loc[table["value"].notna(), list(_COLUMNS)]
    pairs = {scale: _pairs(known[known["scale"] == scale]) for scale in scale_info}
    families = [family for family in FAMILIES if (given["family"] == family).any()]
    armed = {(s, f): _arms(pairs[s], given[given["family"] == f], f) for s in scale_info for f in families}
    records = []
    for stratum in (None, *STRATA):
        for scale, info in scale_info.items():
            among = [_record(armed[scale, f], f, scale, info, stratum, suppress_under) for f in families]
            shown = [record for record in among if stratum is None or record["n"] != 0]
            holm = adjusted_p([record["p"] for record in shown], "holm")
            size = sum(p is not None for p in holm)
            records += [
                {**record, "p_holm": p, "family_size": size} for record, p in zip(shown, holm, strict=True)
            ]
    return records


def begun_families(treatments: pd.DataFrame) -> pd.DataFrame:
    """Per patient and family the first start; missing if any start is not known."""
    given = treatments[treatments["state"] == "given"]
    start = middle_of_period(given["started_on"], given["precision"])
    rows = pd.DataFrame({"patient": given["patient"], "family": given["kind"].map(FAMILY_OF), "begun": start})
    rows = rows[rows["family"].notna()]
    first = rows.groupby(["patient", "family"], as_index=False)["begun"].min()
    unknown = rows.loc[rows["begun"].isna(), ["patient", "family"]].drop_duplicates().assign(unknown=True)
    first = first.merge(unknown, on=["patient", "family"], how="left")
    begun: pd.DataFrame = first.assign(unknown=first["unknown"].notna())
    return begun


def _pairs(known: pd.DataFrame) -> pd.DataFrame:
    """One row per patient with a first score and a later one within ``POST_DAYS``."""
    first = known.drop_duplicates("patient").set_index("patient")
    start = first["completed_on"].reindex(known["patient"]).to_numpy()
    days = (known["completed_on"] - start).dt.days
    last = known[days.between(*POST_DAYS)].drop_duplicates("patient", keep="last").set_index("patient")
    both = first.loc[last.index]
    return pd.DataFrame(
        {
            "pre": both["value"],
            "post": last["value"],
            "pre_on": both["completed_on"],
            "post_on": last["completed_on"],
            "stratum": both["stratum"],
            "log10_onset_years": both["log10_years"],
            "age": both["age"],
            "female": both["female"],
            "days_to_post": (last["completed_on"] - both["completed_on"]).dt.days.astype(float),
        }
    )


def _arms(pairs: pd.DataFrame, given: pd.DataFrame, family: str) -> pd.DataFrame:
    """The pairs with ``had`` (before) and ``exposed``, missing for those who had it or began it late."""
    begun = given.set_index("patient")["begun"].reindex(pairs.index)
    unknown = given.set_index("patient")["unknown"].reindex(pairs.index, fill_value=False)
    had = unknown.to_numpy(bool) | (begun <= pairs["pre_on"]).to_numpy(bool)
    exposed = ((pairs["post_on"] - begun).dt.days >= EXPOSED_DAYS[family]).to_numpy(bool)
    not_begun = (begun.isna() | (begun > pairs["post_on"])).to_numpy(bool)
    arm = np.where(exposed, 1.0, np.where(not_begun, 0.0, np.nan))
    return pairs.assign(had=had, exposed=np.where(had, np.nan, arm))


def _record(
    arms: pd.DataFrame, family: str, scale: str, info: ScaleInfo, stratum: str | None, suppress_under: int
) -> Record:
    rows = arms if stratum is None else arms[arms["stratum"] == stratum]
    placed = rows[rows["exposed"].notna()]
    found = _fit(placed, info)
    n, exposed = len(found.exposed), int(found.exposed.sum())
    small = is_small(exposed, suppress_under) or is_small(n - exposed, suppress_under)
    had = int(rows["had"].sum())
    too_recent = int(rows["exposed"].isna().sum()) - had
    tested = found.tested
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "family": family,
        "scale": scale,
        "terms": ", ".join(found.terms) if found.terms else None,
        "n": None if small else n,
        "patients": None if small else n,
        "responses": None if small else 2 * n,
        "n_exposed": None if small else exposed,
        "n_exposed_text": count_text(exposed, suppress_under),
        "n_not_exposed": None if small else n - exposed,
        "had_before": None if is_small(had, suppress_under) else had,
        "too_recent": None if is_small(too_recent, suppress_under) else too_recent,
        "estimate": found.estimate,
        "se": found.se,
        "df": found.df,
        "low": tested.low if tested else None,
        "high": tested.high if tested else None,
        "p": tested.p if tested else None,
        "imprecise": found.estimate is not None and min(exposed, n - exposed) < IMPRECISE_BELOW,
        "suppressed": small,
        "reason": found.reason,
    }


def _fit(placed: pd.DataFrame, info: ScaleInfo) -> _Fit:
    columns = {name: placed[name].to_numpy(np.float64) for name in ("post", *ALWAYS, *IF_ALLOWED)}
    terms: tuple[str, ...] = ALWAYS
    keep = ~np.isnan(np.column_stack([columns["post"], *(columns[term] for term in ALWAYS)])).any(axis=1)
    refused = _refused(columns, keep, terms, info)
    if refused:
        return _Fit(columns["exposed"][keep], (), reason=refused)
    for term in IF_ALLOWED:
        fewer = keep & ~np.isnan(columns[term])
        varies = fewer.any() and np.ptp(columns[term][fewer]) > 0
        if varies and not _refused(columns, fewer, (*terms, term), info):
            keep, terms = fewer, (*terms, term)
    design = np.column_stack([np.ones(keep.sum()), *(columns[term][keep] for term in terms)])
    found = hc3(columns["post"][keep], design)
    if isinstance(found, str):
        return _Fit(columns["exposed"][keep], terms, reason=found)
    at = 1 + terms.index("exposed")
    estimate, se = float(found.estimate[at]), float(found.se[at])
    tested = t_tested(estimate, se, found.df)
    return _Fit(columns["exposed"][keep], terms, None, estimate, se, found.df, tested)


def _refused(
    columns: Mapping[str, Numbers], keep: NDArray[np.bool_], terms: tuple[str, ...], info: ScaleInfo
) -> str | None:
    """Why no model of these terms is fitted to the patients of ``keep``."""
    patients, exposed = int(keep.sum()), int(columns["exposed"][keep].sum())
    for arm, count in (("began it", exposed), ("did not", patients - exposed)):
        if count == 0:
            return f"nobody {arm}"
        if count < COEFFICIENT_FROM:
            return f"{TOO_FEW} {arm}"
    at_low = piled_up(columns["pre"][keep], info) or piled_up(columns["post"][keep], info)
    return overfull(patients, 1 + len(terms)) or at_low
