"""Scores after a family of treatments against scores of comparable patients who did not begin it.

Treatment was not assigned at random: weights balance what is known at the visit, and what stays out of
balance refuses the comparison or is named. The design is a sequence of target trials
(`analysis.results.trials`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.data.analysis_plan import AFTER_START, COMPARED_FAMILIES
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.formulas import t_tested
from analysis.numbers.guards import IMPRECISE_BELOW, SUPPRESS_UNDER, count_text, is_small
from analysis.numbers.imputed import DRAWS, SEED
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.weighted import e_value as e_value_of
from analysis.results.arms import Arms, made
from analysis.results.families import adjust, headline_scales
from analysis.results.models import piled_up
from analysis.results.sites import of_sites, site_space
from analysis.results.trials import COVARIATES, OUTSIDE, Known, counts, trials, visits
from analysis.words import words as _

FEWEST, FEWEST_EFFECTIVE = 20, 15  # patients in an arm, and as many as its weights are worth
UNBALANCED = 0.4  # a standardised difference past which a comparison misleads
MUST_BALANCE = ("earlier_mean", "last_change")  # a flare, or a fall since the last score, decides who begins
HISTORIES = ("known", "none")

_DESCRIBED = ("ess_exposed", "ess_compared", "smd_before", "balance_outside", "unbalanced")
_CHANGES = ("change_exposed", "change_compared")
_NUMBERS = ("estimate", "se", "df", "low", "high", "p", "e_value")


Place = tuple[str | None, str, str]  # stratum, scale, family


@dataclass(frozen=True)
class _Made:
    comparison: list[Record]
    balance: list[Record]
    arms: Mapping[Place, Arms]


def treatment_comparison(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The score after a family of treatments, against patients who had not begun it and were like them.

    An index visit is a scored visit of a patient who has not begun the family. Exposed: it is the last score
    before a start within 90 days; compared: no start within 90 days (one later does not end the follow-up).
    ``post`` is the first score in the family's window after the start; for the compared, after the index
    visit, with 90 days more at its end. Only visits at whose number (second, third …) both arms have someone.
    Overlap weights of a logistic model, then least squares on the same set, for every scale and family: score
    at the index visit, its number, log10 years since onset, age, female, other families begun before. Errors
    CR2 by patient. Age, sex and onset that some patients lack (``imputed``) are drawn by chained equations,
    ``draws`` times, and what the whole data sets give is pooled by Rubin's rules (`analysis.results.arms`).
    More than 20 % of visits that lack a covariate refuse the comparison.

    ``history`` is ``known`` where the patient has an earlier score, ``none`` at a first score: whether that
    one was low for the patient nobody can tell. Not estimable: fewer than 20 patients, or weights worth fewer
    than 15, in an arm; arms that differ by more than 0.4 standard deviations in the mean of earlier scores or
    in the last change; surgery of different causes. ``balance_outside`` is the largest other difference of
    what the model does not hold, ``unbalanced`` names what is past 0.4. ``change_exposed`` and
    ``change_compared`` are the weighted mean changes of both arms from the index visit on.
    ``…_within_sites``, of the scales of sentences where two sites have 10 patients, is the same with the site
    among the covariates.

    Returns:
        Records on all patients, then by the stratum of the index visit. Adjusted p as in `families`: of
        patients with an earlier score, all families of treatments and headline scales together.
    """
    return _made(frames, scale_info, suppress_under).comparison


def treatment_balance(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """How far the arms differ before and after weighting, in standard deviations, by covariate.

    Of the comparisons on patients with earlier scores. ``inside``: whether the model holds the covariate,
    whose difference the weights then make 0.
    """
    return _made(frames, scale_info, suppress_under).balance


def compared_arms(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], suppress_under: int
) -> Mapping[Place, Arms]:
    """The arms of every comparison of patients with earlier scores that could be estimated."""
    return _made(frames, scale_info, suppress_under).arms


def _made(frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], suppress_under: int) -> _Made:
    """All of it, made once for these frames: they rest on the same index visits and arms."""
    key = ("treatment_comparison", tuple(scale_info.items()), suppress_under)
    if key not in frames.computed:
        frames.computed[key] = _newly_made(frames, scale_info, suppress_under)
    found: _Made = frames.computed[key]
    return found


def _newly_made(frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], suppress_under: int) -> _Made:
    known = Known.of(frames)
    begun = set(known.begun["family"].unique())
    families = [family for family in COMPARED_FAMILIES if family in begun]
    told = headline_scales(scale_info) | set(frames.analysis_plan.outcomes)
    compared: dict[tuple[str | None, str, str, str], Record] = {}
    balances: dict[Place, list[Record]] = {}
    of_arms: dict[Place, Arms] = {}
    for scale, info in scale_info.items() if families else ():
        of_scale = visits(known, scale)
        for family in families:
            entered = trials(known, of_scale, family)
            for stratum, history in product((None, *STRATA), HISTORIES):
                rows = _of(entered, history, stratum)
                if stratum is not None and not len(rows):
                    continue
                place = {} if stratum is None else {"stratum": stratum}
                arms = made(rows)
                in_words = history == "known" and scale in told
                record = _record(rows, arms, family, scale, info, suppress_under, in_words)
                compared[stratum, history, scale, family] = {**place, "history": history, **record}
                if history == "known" and not isinstance(arms, str):
                    start = {**place, "family": family, "scale": scale}
                    found = _balance(arms, info, suppress_under)
                    balances[stratum, scale, family] = [{**start, **one} for one in found]
                    if record["reason"] is None:
                        of_arms[stratum, scale, family] = arms
    order = list(product((None, *STRATA), HISTORIES, scale_info, families))
    records = [compared[at] for at in order if at in compared]
    adjust(
        records,
        scale_info,
        scales=("scale",),
        shown=lambda one: one["history"] == "known",
        method=lambda one: one["history"],
        planned=lambda one: (
            frames.analysis_plan.find(AFTER_START, one["scale"], one["family"], one.get("stratum"))
            if one["history"] == "known"
            else None
        ),
    )
    places = list(product((None, *STRATA), scale_info, families))
    balance = [one for at in places for one in balances.get(at, ())]
    return _Made(records, balance, {at: of_arms[at] for at in places if at in of_arms})


def _of(rows: pd.DataFrame, history: str, stratum: str | None) -> pd.DataFrame:
    inside = (rows["number"] > 1) == (history == "known")
    return rows[inside if stratum is None else inside & (rows["stratum"] == stratum)]


def _record(
    rows: pd.DataFrame,
    arms: Arms | str,
    family: str,
    scale: str,
    info: ScaleInfo,
    suppress_under: int,
    in_words: bool,
) -> Record:
    """``in_words``: whether sentences are made of it, so that the site is looked at, too."""
    flow = counts(rows)
    later = int((rows["started_later"] & rows["post"].notna()).sum())
    if isinstance(arms, str):
        sizes, lacking, found = (0, 0, 0, 0), 0, {"reason": arms}
    else:
        exposed, patient, lacking = arms.exposed, arms.patient, arms.imputed
        sizes = (
            int(exposed.sum()),
            int((~exposed).sum()),
            len(np.unique(patient[exposed])),
            len(np.unique(patient[~exposed])),
        )
        found = _compared(arms, family, info, in_words)
    small = any(is_small(size, suppress_under) for size in sizes[2:])
    if small:
        found = {
            "reason": found["reason"]
            or _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        }
    patients = 0 if isinstance(arms, str) else len(np.unique(arms.patient))
    told = dict(zip(("n_exposed", "n_compared", "patients_exposed", "patients_compared"), sizes, strict=True))
    return {
        "family": family,
        "scale": scale,
        "terms": ", ".join(("exposed", "number", *COVARIATES)),
        **{name: None if small else size for name, size in told.items()},
        "n_exposed_text": count_text(sizes[2], suppress_under),
        "n": None if small else patients,
        "n_text": count_text(min(sizes[2:]), suppress_under) if small else str(patients),
        "patients": None if small else patients,
        "responses": None if small else 2 * (sizes[0] + sizes[1]),
        **{name: None if is_small(count, suppress_under) or small else count for name, count in flow.items()},
        "started_later": None if is_small(later, suppress_under) or small else later,
        "imputed": None if is_small(lacking, suppress_under) or small else lacking,
        **dict.fromkeys((*_NUMBERS, *_CHANGES, *_DESCRIBED, "draws", "seed")),
        **of_sites(),
        **found,
        "imprecise": "estimate" in found and min(sizes[2:]) < IMPRECISE_BELOW,
        "suppressed": small,
    }


def _few(arms: Arms, suppress_under: int) -> bool:
    return any(
        is_small(len(np.unique(arms.patient[of])), suppress_under) for of in (arms.exposed, ~arms.exposed)
    )


def _refused(arms: Arms, info: ScaleInfo) -> str | None:
    for arm, of in ((_("began it"), arms.exposed), (_("did not"), ~arms.exposed)):
        if len(np.unique(arms.patient[of])) < FEWEST:
            return _("fewer than %(fewest)s patients %(arm)s", fewest=FEWEST, arm=arm)
    return piled_up(arms.rows["pre"].to_numpy(np.float64), info) or piled_up(arms.post, info)


def _compared(arms: Arms, family: str, info: ScaleInfo, in_words: bool) -> Record:
    """The comparison's numbers, or the reason why there are none."""
    causes = arms.rows.loc[arms.exposed, "cause"].nunique()
    if family == "surgery" and causes > 1:
        return {"reason": _("surgery is not the same in different causes: choose one cause")}
    if reason := _refused(arms, info):
        return {"reason": reason}
    try:
        return _estimated(arms, in_words)
    except NotEstimable as refusal:
        return {"reason": refusal.reason}


def _estimated(arms: Arms, in_words: bool) -> Record:
    """Both arms described, and the numbers or the reason.

    Raises:
        NotEstimable: nobody in one arm resembles the other.
    """
    ess = {
        "ess_exposed": arms.ess(arms.exposed),
        "ess_compared": arms.ess(~arms.exposed),
    }
    outside = {name: arms.apart(name, balanced=True) for name in OUTSIDE}
    off = {name: value for name, value in outside.items() if value is not None and abs(value) > UNBALANCED}
    described = {
        **ess,
        "smd_before": arms.apart("pre", balanced=False),
        "balance_outside": max((abs(value) for value in outside.values() if value is not None), default=None),
        "unbalanced": ", ".join(off) or None,
    }
    if min(ess.values()) < FEWEST_EFFECTIVE:
        return {
            **described,
            "reason": _(
                "the weights of an arm are worth fewer than %(fewest_effective)s visits",
                fewest_effective=FEWEST_EFFECTIVE,
            ),
        }
    if worst := [name for name in MUST_BALANCE if name in off]:
        return {**described, "reason": _("the arms differed before: %(worst)s", worst=", ".join(worst))}
    try:
        found = arms.difference(arms.post)
    except NotEstimable as refusal:
        return {**described, "reason": refusal.reason}
    tested = t_tested(found.estimate, found.se, found.df)
    spread = float(arms.post.std(ddof=1))
    numbers = (found.estimate, found.se, found.df, tested.low, tested.high, tested.p)
    change = arms.post - arms.rows["pre"].to_numpy(np.float64)
    changes = {
        name: arms.average(change, of)
        for name, of in zip(_CHANGES, (arms.exposed, ~arms.exposed), strict=True)
    }
    return {
        **described,
        **dict(zip(_NUMBERS, (*numbers, e_value_of(found.estimate, spread)), strict=True)),
        **(_within_sites(arms) if in_words else {}),
        **changes,
        **({"draws": DRAWS, "seed": SEED} if arms.imputed else {}),
        "reason": None,
    }


def _within_sites(arms: Arms) -> Record:
    """The same with the site among the covariates, where two sites have enough patients."""
    columns = site_space(arms.rows["site"], arms.patient)
    if columns is None:
        return {}
    try:
        found = arms.within_sites(columns).difference(arms.post)
    except NotEstimable:
        return {}
    return of_sites(found.estimate, found.se, found.df)


def _balance(arms: Arms, info: ScaleInfo, suppress_under: int) -> list[Record]:
    if _few(arms, suppress_under) or _refused(arms, info):
        return []
    try:
        after = {name: arms.apart(name, balanced=True) for name in (*COVARIATES, *OUTSIDE)}
    except NotEstimable:
        return []
    return [
        {
            "covariate": name,
            "inside": name in COVARIATES,
            "before": arms.apart(name, balanced=False),
            "after": difference,
            "patients": len(np.unique(arms.patient)),
            "responses": 2 * len(arms.patient),
        }
        for name, difference in after.items()
    ]
