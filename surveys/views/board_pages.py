"""Which figures stand on which page of the dashboard, in the order of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.figures import Figure, View
    from analysis.frame import StudyFrames
    from analysis.matrix import Matrix

    Drawer = Callable[[StudyFrames, View, Sequence[str], str], Sequence["Part"]]

PAIR = "face.total~phq9.total"


@dataclass(frozen=True)
class Part:
    """Figures of one kind under one heading, below matrices that lead to them."""

    key: str
    title: str
    figures: Sequence[Figure]
    matrices: Sequence[Matrix] = ()


def overview(frames: StudyFrames, view: View, scales: Sequence[str], pair: str) -> Sequence[Part]:
    """Quality of life and mood by time and treatment, in as few figures as say it."""
    from analysis.figures import association_figure, time_figure, treatment_figure

    chosen = [scale for scale in ("face.total", "phq9.total") if scale in scales] or scales[:2]
    return (
        Part("time", "Time since onset", [time_figure(frames, scale, view) for scale in chosen]),
        Part("associations", "What goes together", [association_figure(frames, view, scales=scales)]),
        Part("treatment", "Treatment", [treatment_figure(frames, scale, view) for scale in chosen]),
    )


def mood(frames: StudyFrames, view: View, scales: Sequence[str], pair: str) -> Sequence[Part]:
    """What goes with what, between patients and within them, and the scatter of one pair."""
    from analysis.figures import pair_figure, pair_within_figure
    from analysis.matrix import matrices

    chosen = [one for one in (pair, PAIR) if _is_pair(one, scales)]
    scale, other = chosen[0].split("~") if chosen else scales[:2] if len(scales) > 1 else ("", "")
    drawn = [draw(frames, scale, other, view) for draw in (pair_figure, pair_within_figure)] if other else []
    found = matrices(frames, view, scales)
    return (Part("matrix", "What goes together", (), found), Part("pair", "One pair closely", drawn))


def _is_pair(text: str, scales: Sequence[str]) -> bool:
    named = text.split("~")
    return len(set(named)) == len(named) == 2 and set(named) <= set(scales)


def time(frames: StudyFrames, view: View, scales: Sequence[str], pair: str) -> Sequence[Part]:
    """Every main scale against time since onset, once per patient and then from visit to visit."""
    from analysis.figures import course_figure, time_figure

    return (
        Part("time", "Between patients: the first score", [time_figure(frames, one, view) for one in scales]),
        Part("course", "From visit to visit", [course_figure(frames, one, view) for one in scales]),
    )


def treatment(frames: StudyFrames, view: View, scales: Sequence[str], pair: str) -> Sequence[Part]:
    """Every main scale by the treatment received."""
    from analysis.figures import treatment_figure

    received = [treatment_figure(frames, one, view) for one in scales]
    return (Part("treatment", "Scores by the treatment received", received),)


@dataclass(frozen=True)
class Page:
    """A page: its name in the navigation and what draws it."""

    title: str
    draw: Drawer


PAGES: Mapping[str, Page] = {
    "overview": Page("Overview", overview),
    "mood": Page("Quality of life and mood", mood),
    "time": Page("Time since onset", time),
    "treatment": Page("Treatment", treatment),
}
