"""The wording of the answers: working wording and others never share a figure or model.

A wording's status is verbatim, working, loaded, unknown or absent; ``working`` words are not the instrument's
own, but for demonstration. In a simulated study they may stand beside others, because its answers are not
real.
"""

import dataclasses
from collections.abc import Mapping
from itertools import takewhile

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.words import words as _

WORKING = "working"
CHOICES = ("own", "other")
LEFT_OUT = _("working wording")
_DOUBTFUL = {
    WORKING: _("asked in working wording, not in the published text"),
    "unknown": _("the wording that was asked is not known"),
}


def is_working(scores: pd.DataFrame) -> pd.Series:
    """The rows of the table ``scores`` with working wording."""
    working: pd.Series = scores["wording_status"] == WORKING
    return working


def holds_both(frames: StudyFrames) -> bool:
    """Whether a reader has to choose: the study has answers to working wording and to another one."""
    working = is_working(frames.scores)
    return bool(working.any() and not working.all())


def set_aside(frames: StudyFrames) -> pd.Series:
    """The rows of ``scores`` that analyses leave out by default: those with working wording beside others.

    There are none in a simulated study, or in a study without another wording.
    """
    working = is_working(frames.scores)
    return working & (holds_both(frames) and not frames.simulated)


def of_wording(frames: StudyFrames, chosen: str | None) -> StudyFrames:
    """The frames with the answers to our ``own`` working wording, to ``other`` wordings, or the default.

    The default is all rows that are not set aside. Instruments with working wording lose their published
    bands, cut-offs and thresholds of change, because these were not published for those words; a simulated
    study keeps them.
    """
    working = is_working(frames.scores)
    keep = ~set_aside(frames) if chosen is None else working if chosen == "own" else ~working
    scores = frames.scores[keep].reset_index(drop=True)
    unpublished = set() if frames.simulated else set(scores.loc[is_working(scores), "instrument"].unique())
    plain = {
        key: dataclasses.replace(one, bands=(), cutoffs=(), thresholds=())
        for key, one in frames.scale_info.items()
        if one.instrument in unpublished
    }
    info = {**frames.scale_info, **plain}
    return dataclasses.replace(frames, scores=scores, scale_info=info)


def called(instrument: str, scale_info: Mapping[str, ScaleInfo]) -> str:
    """What people call an instrument: the words with which the labels of all its scales begin, in English.

    Of one with a single scale its label, without the scale's own name behind it. Its key where they share no
    word.
    """
    labels = {key: str.split(one.label) for key, one in scale_info.items() if one.instrument == instrument}
    alike = takewhile(lambda each: len(set(each)) == 1, zip(*labels.values(), strict=False))
    words = [each[0] for each in alike]
    if len(labels) == 1 and len(words) > 1 and words[-1] == next(iter(labels)).partition(".")[2]:
        words = words[:-1]
    return " ".join(words) or instrument


def warnings(frames: StudyFrames, part: StudyFrames, chosen: str | None) -> list[str]:
    """The notes on the words of ``part``, a part of the study ``frames``, a sentence each."""
    said: list[str] = []
    aside = frames.scores[set_aside(frames)]
    if chosen is None and len(aside):
        instruments = ", ".join(
            called(instrument, frames.scale_info) for instrument in sorted(aside["instrument"].unique())
        )
        said.append(
            _(
                "Answers to working wording (%(instruments)s) are left out: they never share a "
                "figure or model with answers to other words.",
                instruments=instruments,
            )
        )
    for status, meaning in _DOUBTFUL.items():
        asked = part.scores.loc[part.scores["wording_status"] == status, "instrument"]
        said += [
            _(
                "%(instrument)s: %(meaning)s; compare with care.",
                instrument=called(instrument, frames.scale_info),
                meaning=meaning,
            )
            for instrument in sorted(asked.unique())
        ]
    return said
