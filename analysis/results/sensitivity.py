"""How the course would read if unanswered scores were other than those that were answered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.formulas import t_tested
from analysis.numbers.guards import SUPPRESS_UNDER, is_small
from analysis.numbers.tipping import DRAWS, SEED, Rows, tipping
from analysis.results.attendance import plan_known, told
from analysis.results.course import FOLLOW_UP, ONSET, asked, complete, followed_up, shown
from analysis.results.lacking import may_be_drawn, of_everybody
from analysis.results.models import INTERCEPT, RANDOM_SLOPE, Answer, Kept
from analysis.words import words as _

TIPPING_POINT, PATTERN, IMPUTED = "tipping_point", "pattern", "imputed_covariates"
OFTEN = 4  # visits answered, from which on patients are one pattern
COMMON = 0.1  # of the patients: so many others have a visit that an import does not plan
_NUMBERS = ("estimate", "low", "high")
_FACTS = ["patient", "first_on", "first_log10_years", "first_stratum", "age", "female"]


def sensitivity(
    frames: StudyFrames,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
    kept: Kept | None = None,
) -> list[Record]:
    """The course's term of the years since the first visit, and what unanswered scores could make of it.

    ``tipping_point``: ``estimate`` is the smallest shift of the unanswered scores, in standard deviations of
    all first scores, at which the term's interval meets 0 (0 where it does already, None where no shift can);
    ``low`` and ``high`` are the term's interval with unanswered scores drawn at random (``draws``, ``seed``;
    see `analysis.numbers.tipping`). ``pattern``: the term among patients who answered ``answered`` visits
    (``2``, ``3``, ``4 or more``). ``imputed_covariates``, where some lack age, sex or onset: the term with
    theirs drawn (``imputed`` patients; see `analysis.results.lacking`). ``share_unanswered``: of the scores
    that were due.

    Unanswered: a planned visit with the questionnaire that is over, or was begun, and has no score; a row of
    an import without an answer, for the questionnaires that a tenth of the patients answered at that visit.
    In an import without a plan: the visits that a tenth of the patients have and this one lacks after the
    last answer, at the others' median time.

    Returns:
        Records of these scales on all patients, then by the stratum of the patients' first visit.
    """
    table = frames.scored
    part, everybody = complete(table), table[may_be_drawn(table)]
    due = _due(frames)
    found: list[Record] = []
    for stratum in (None, *STRATA):
        inside, all_of = (
            one if stratum is None else one[one["first_stratum"] == stratum] for one in (part, everybody)
        )
        for scale, info in scale_info.items():
            rows = inside[inside["scale"] == scale]
            if rows.empty:
                continue
            start = {**({} if stratum is None else {"stratum": stratum}), "scale": scale}
            missing = _unanswered(due[due["instrument"] == info.instrument], rows)
            found += [{**start, **one} for one in _records(rows, missing, info, suppress_under, kept)]
            whole = of_everybody(all_of[all_of["scale"] == scale], shown(asked(rows, info, kept)))
            if whole is not None:
                found.append({**start, **_hidden(whole, all_of[all_of["scale"] == scale], suppress_under)})
    return found


def _records(
    rows: pd.DataFrame, missing: pd.DataFrame, info: ScaleInfo, suppress_under: int, kept: Kept | None
) -> Iterator[Record]:
    """The tipping point, then the patterns."""
    patients = int(rows["patient"].nunique())
    share = len(missing) / (len(missing) + len(rows))
    counts: Record = {"patients": patients, "responses": len(rows), "suppressed": False}
    if is_small(patients, suppress_under):
        counts, share = {"patients": None, "responses": None, "suppressed": True}, np.nan
    told_share = None if np.isnan(share) else share
    answer = shown(asked(rows, info, kept))
    head = {"kind": TIPPING_POINT, "answered": None, "imputed": None, "draws": DRAWS, "seed": SEED}
    yield {**head, **_tipped(rows, missing, answer), "share_unanswered": told_share, **counts}
    visits = rows.groupby("patient", observed=True)["value"].transform("size").clip(upper=OFTEN)
    for number in (2, 3, OFTEN):
        of_pattern = rows[visits == number]
        patients = int(of_pattern["patient"].nunique())
        if is_small(patients, suppress_under) or not patients:
            continue
        lacking = int(missing["patient"].isin(of_pattern["patient"]).sum())
        yield {
            "kind": PATTERN,
            "answered": str(number) if number < OFTEN else _("%(often)s or more", often=OFTEN),
            "imputed": None,
            "draws": None,
            "seed": None,
            **_term(shown(asked(of_pattern, info, kept))),
            "share_unanswered": lacking / (lacking + len(of_pattern)),
            "patients": patients,
            "responses": len(of_pattern),
            "suppressed": False,
        }


def _hidden(whole: Record, rows: pd.DataFrame, suppress_under: int) -> Record:
    """The record of everybody, with its counts, without those of a few."""
    patients = int(rows["patient"].nunique())
    small = is_small(patients, suppress_under)
    few = is_small(whole["imputed"], suppress_under)
    numbers = dict.fromkeys(_NUMBERS) if small else {}
    return {
        "kind": IMPUTED,
        "answered": None,
        **whole,
        **numbers,
        "imputed": None if small or few else whole["imputed"],
        "share_unanswered": None,
        "patients": None if small else patients,
        "responses": None if small else len(rows),
        "suppressed": small,
    }


def _tipped(rows: pd.DataFrame, missing: pd.DataFrame, answer: Answer) -> Record:
    if answer.mixed is None or FOLLOW_UP not in answer.fitted:
        return {**dict.fromkeys(_NUMBERS), "reason": answer.reason or _("not estimable")}
    if missing.empty:
        return {**dict.fromkeys(_NUMBERS), "reason": _("nothing is unanswered")}
    both = pd.concat([rows[[*_FACTS, "completed_on", "value"]], missing], ignore_index=True)
    columns = {
        INTERCEPT: np.ones(len(both)),
        ONSET: both["first_log10_years"].to_numpy(np.float64),
        FOLLOW_UP: followed_up(both).to_numpy(np.float64),
        "age": both["age"].to_numpy(np.float64),
        "female": both["female"].to_numpy(np.float64),
    }
    names = list(answer.fitted)
    x = np.column_stack([columns[name] for name in names])
    random = (INTERCEPT, FOLLOW_UP) if answer.model == RANDOM_SLOPE else (INTERCEPT,)
    z = np.column_stack([columns[name] for name in random])
    laid = Rows(both["value"].to_numpy(np.float64), x, z, pd.factorize(both["patient"])[0])
    model = answer.mixed
    found = tipping(
        laid, names.index(FOLLOW_UP), model.random_covariance, model.sigma, answer.fitted[FOLLOW_UP][2]
    )
    spread = float(rows.drop_duplicates("patient")["value"].std())
    shift = None if found.shift is None or not spread else float(found.shift / spread)
    reason = None if shift is not None else _("no shift of the unanswered scores makes the interval meet 0")
    return {"estimate": shift, "low": found.low, "high": found.high, "reason": reason}


def _term(answer: Answer) -> Record:
    if FOLLOW_UP not in answer.fitted:
        return {**dict.fromkeys(_NUMBERS), "reason": answer.reason or _("no variation")}
    tested = t_tested(*answer.fitted[FOLLOW_UP])
    numbers = (answer.fitted[FOLLOW_UP][0], tested.low, tested.high)
    return {**dict(zip(_NUMBERS, numbers, strict=True)), "reason": None}


def _due(frames: StudyFrames) -> pd.DataFrame:
    """The visits that were due by the last answer in the data: patient, visit_id, instrument, due_on."""
    last = frames.scores["completed_on"].max()
    visits = (
        told(frames, last) if len(frames.scores) else frames.visits.assign(expected=False, imported=False)
    )
    visits = visits.assign(battery=_batteries(frames, visits))
    planned = visits[visits["expected"]].explode("battery").rename(columns={"battery": "instrument"})
    columns = ["patient", "visit_id", "instrument", "due_on"]
    enrolled = len(frames.patients)
    open_ended = [
        name for name, rows in visits.groupby("visit", observed=True) if not plan_known(rows, enrolled)
    ]
    laid = [planned.loc[planned["instrument"].notna(), columns], *_of_imports(frames, visits, open_ended)]
    return pd.concat(laid, ignore_index=True)


def _asked_at(frames: StudyFrames) -> dict[Any, list[str]]:
    """By the name of a visit: the questionnaires that many patients answered there."""
    answered = frames.scores.drop_duplicates(["visit_id", "instrument"])
    counts = answered.groupby(["visit", "instrument"], observed=True).size()
    common = counts[counts >= COMMON * len(frames.patients)].reset_index()
    asked: dict[Any, list[str]] = common.groupby("visit", observed=True)["instrument"].agg(list).to_dict()
    return asked


def _batteries(frames: StudyFrames, visits: pd.DataFrame) -> pd.Series:
    """What each visit asks; a row of an import without an answer asks what many others answered there."""
    asked_at = _asked_at(frames)
    asked_there = [
        battery if len(battery) else asked_at.get(visit, ())
        for visit, battery in zip(visits["visit"], visits["battery"], strict=True)
    ]
    return pd.Series(asked_there, index=visits.index, dtype=object)


def _of_imports(frames: StudyFrames, visits: pd.DataFrame, names: Sequence[Any]) -> Iterator[pd.DataFrame]:
    """The visits of an import that many others have and a patient lacks after her last answer."""
    answered = frames.scores.drop_duplicates(["visit_id", "instrument"])
    first = answered.groupby("patient", observed=True)["completed_on"].min()
    ended = answered.groupby("patient", observed=True)["completed_on"].max()
    asked_at = _asked_at(frames)
    for name in names:
        here = answered[answered["visit"] == name]
        for instrument in asked_at.get(name, ()):
            rows = here[here["instrument"] == instrument]
            after = (rows["completed_on"] - first.reindex(rows["patient"]).to_numpy()).median()
            lacking = first.index.difference(pd.Index(rows["patient"].unique()))
            at = first.reindex(lacking) + after
            at = at[at > ended.reindex(lacking)]
            yield pd.DataFrame(
                {"patient": at.index, "visit_id": -1, "instrument": instrument, "due_on": at.to_numpy()}
            )


def _unanswered(due: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The visits of ``due`` without a score of these rows, with the facts of their patients."""
    facts = rows[_FACTS].drop_duplicates("patient")
    open_ones = due[~due["visit_id"].isin(rows["visit_id"])].drop(columns=["visit_id", "instrument"])
    missing = open_ones.merge(facts, on="patient", how="inner").rename(columns={"due_on": "completed_on"})
    return missing[missing["completed_on"] > missing["first_on"]].assign(value=np.nan)
