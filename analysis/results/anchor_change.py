"""How much change of a score patients themselves call a change: the study's own minimal important change."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.data.said import SAYS_CHANGED
from analysis.numbers.formulas import spearman
from analysis.numbers.guards import COEFFICIENT_FROM, SUPPRESS_UNDER, count_text, is_small
from analysis.numbers.important_change import important_change
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.resampled import DRAWS, SEED
from analysis.words import numeral
from analysis.words import words as _

TOLD_FROM = 50  # patients who changed: the field's published values rest on 3 to 23
TOGETHER_FROM = 0.3  # the correlation under which what patients say is about something else
ANSWERS = dict(zip(SAYS_CHANGED, (2, 1, 0, -1, -2), strict=True))
IMPROVEMENT, WORSENING = "improvement", "worsening"
_NUMBERS = ("mic_predicted", "mic", "low", "high")


def anchor_change(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The change of score at which patients say that their face is better, and at which they say worse.

    Of each patient the first visit that says how the face is since the last questionnaire, with the score
    there and the one before it. Improvement is of those who say better or much better against those who say
    the same, worsening of worse or much worse against the same (`analysis.numbers.important_change`, in
    points as scored). None under 50 who changed that way and 50 the same, or where answer and change of score
    correlate (Spearman, better counted up) below 0.3.

    Returns:
        Two records per scale (``change`` is improvement or worsening): ``n, improved, same, worse,
        correlation, mic_predicted, mic, low, high, boot_draws, boot_seed``. None where nobody was asked.
    """
    said = frames.visits.loc[frames.visits["says_changed"].notna(), ["visit_id", "says_changed"]]
    if said.empty:
        return []
    pairs = changes(frames.scored, said)
    return [
        record
        for scale, info in scale_info.items()
        for record in _records(pairs[pairs["scale"] == scale], scale, info, suppress_under)
    ]


def changes(table: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """One row per patient and scale: ``patient, scale, change, said`` at the first visit that tells both."""
    known = table.loc[table["value"].notna(), ["patient", "scale", "visit_id", "value"]]
    keys = [known["patient"].astype(str), known["scale"].astype(str)]
    before = known["value"].groupby(keys).shift(1)
    rows = known.assign(patient=keys[0], scale=keys[1], change=known["value"] - before)
    rows = rows[rows["change"].notna()].merge(said, on="visit_id")
    rows["said"] = rows["says_changed"].astype(str).map(ANSWERS)
    return rows.drop_duplicates(["patient", "scale"])[["patient", "scale", "change", "said"]]


def _records(rows: pd.DataFrame, scale: str, info: ScaleInfo, suppress_under: int) -> list[Record]:
    better = rows["change"].to_numpy(np.float64) * (1 if info.direction == "higher_better" else -1)
    said = rows["said"].to_numpy(np.float64)
    counts = {"improved": (said > 0).sum(), "same": (said == 0).sum(), "worse": (said < 0).sum()}
    small = any(is_small(int(count), suppress_under) for count in (*counts.values(), len(rows)))
    correlation = spearman(better, said).estimate if len(rows) >= COEFFICIENT_FROM else None
    shared = {
        "scale": scale,
        "n": None if small else len(rows),
        "n_text": count_text(len(rows), suppress_under),
        "patients": None if small else len(rows),
        "responses": None if small else 2 * len(rows),
        **{name: None if small else int(count) for name, count in counts.items()},
        "correlation": None if small else correlation,
        "suppressed": small,
    }
    found = []
    for change, way in ((IMPROVEMENT, 1), (WORSENING, -1)):
        chosen = said * way >= 0
        sign = way * (1 if info.direction == "higher_better" else -1)
        told = _told(better[chosen] * way, said[chosen] != 0, correlation, change)
        numbers = dict.fromkeys(_NUMBERS) if isinstance(told, str) else _signed(told, sign)
        found.append(
            {
                **shared,
                "change": change,
                **numbers,
                "boot_draws": DRAWS,
                "boot_seed": SEED,
                "reason": told if isinstance(told, str) else None,
            }
        )
    return found


def _told(
    change: np.ndarray, changed: np.ndarray, correlation: float | None, way: str
) -> tuple[float, float, float, float] | str:
    """The numbers in the direction that is asked about, or why there are none."""
    word = _("better") if way == IMPROVEMENT else _("worse")
    if changed.sum() < TOLD_FROM:
        return _(
            "fewer than %(told_from)s patients say that they are %(word)s", told_from=TOLD_FROM, word=word
        )
    if (~changed).sum() < TOLD_FROM:
        return _("fewer than %(told_from)s patients say that they are the same", told_from=TOLD_FROM)
    if correlation is None or correlation < TOGETHER_FROM:
        return _(
            "what patients say and the change of score correlate below %(together_from)s",
            together_from=numeral(TOGETHER_FROM),
        )
    try:
        one = important_change(change, changed.astype(np.float64))
    except NotEstimable as reason:
        return reason.reason
    return one.predicted, one.adjusted, one.low, one.high


def _signed(told: tuple[float, float, float, float], sign: int) -> Record:
    predicted, mic, low, high = (sign * number for number in told)
    return dict(zip(_NUMBERS, (predicted, mic, *sorted((low, high))), strict=True))
