"""The patients and their numbers, above the figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.since_onset import LEFT_OUT_REASONS, STRATA
from analysis.figures.look import duration, sentence_start
from analysis.figures.view import View
from analysis.numbers.guards import is_small
from analysis.words import words as _

_STRATUM_TEXTS = {"acute": _("acute"), "chronic": _("chronic"), "unknown": _("neither, or not known")}
_DRAWN, _NO_ANSWER, _MISSING = (
    _("Drawn against time since onset"),
    _("No answer"),
    _("Too many items missing"),
)
_BY_OTHER = _("Answers chosen by someone else")
_REASONS = (_DRAWN, _NO_ANSWER, _MISSING, _BY_OTHER, *LEFT_OUT_REASONS)


@dataclass(frozen=True)
class Overview:
    """Counts as the reader may see them (see ``View.about``); ``time`` is missing under five patients.

    ``strata``: patients by the stratum of their first answer, in words. ``left_out``: for each scale how many
    patients are drawn against time and why the others are not; every column adds up to all patients.
    """

    patients: str
    answered: str
    visits: str
    questionnaires: str
    time: str | None
    quartiles: str | None
    strata: tuple[tuple[str, str], ...]
    left_out: pd.DataFrame


def overview(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> Overview:
    """Patients, answers and time since onset at each patient's first answer with a usable time."""
    table = frames.scored
    first = table.drop_duplicates("patient")
    counts = first["stratum"].value_counts()
    days = table[table["time_usable"]].drop_duplicates("patient")["days_since_onset"].to_numpy(np.float64)
    known = len(days) > 0 and not is_small(len(days), view.suppress_under)
    quartiles = [duration(day) for day in np.quantile(days, [0.25, 0.5, 0.75])] if known else None
    return Overview(
        patients=view.about(len(frames.patients)),
        answered=view.about(len(first)),
        visits=view.about(int(table["visit_id"].nunique())),
        questionnaires=view.about(len(table.drop_duplicates(["visit_id", "instrument"]))),
        time=quartiles[1] if quartiles else None,
        quartiles=_("%(quartiles)s to %(quartiles_2)s", quartiles=quartiles[0], quartiles_2=quartiles[2])
        if quartiles
        else None,
        strata=tuple(
            (_STRATUM_TEXTS[stratum], view.about(int(counts[stratum])))
            for stratum in STRATA
            if counts.get(stratum, 0)
        ),
        left_out=_left_out(frames, table, view, scales),
    )


def _left_out(frames: StudyFrames, table: pd.DataFrame, view: View, scales: Sequence[str]) -> pd.DataFrame:
    columns = {frames.scale_info[scale].label: _reasons(frames, table, scale) for scale in scales}
    rows = [
        {
            "Patients": sentence_start(_(reason)),
            **{label: view.about(counts[reason]) for label, counts in columns.items()},
        }
        for reason in _REASONS
        if any(counts[reason] for counts in columns.values())
    ]
    return pd.DataFrame(rows, columns=[_("Patients"), *columns])


def _reasons(frames: StudyFrames, table: pd.DataFrame, scale: str) -> dict[str, int]:
    """Patients by the reason why a scale is or is not drawn against time."""
    answers = table[table["scale"] == scale]
    known = answers[answers["value"].notna()]
    drawn = known.loc[known["time_usable"], "patient"].unique()
    without = known[~known["patient"].isin(drawn)].drop_duplicates("patient")
    unscored = answers[~answers["patient"].isin(known["patient"])]
    incomplete = unscored.loc[~unscored["by_other"], "patient"].nunique()
    return {
        _DRAWN: len(drawn),
        _NO_ANSWER: len(frames.patients) - answers["patient"].nunique(),
        _MISSING: incomplete,
        _BY_OTHER: unscored["patient"].nunique() - incomplete,
        **{reason: int((without["left_out"] == reason).sum()) for reason in LEFT_OUT_REASONS},
    }
