"""Which figures stand on which page of the dashboard, in the order of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.figures import Figure, View
    from analysis.frame import StudyFrames

    Drawer = Callable[[StudyFrames, View, Sequence[str]], Sequence["Part"]]


@dataclass(frozen=True)
class Part:
    """Figures of one kind under one heading."""

    key: str
    title: str
    figures: Sequence[Figure]


def overview(frames: StudyFrames, view: View, scales: Sequence[str]) -> Sequence[Part]:
    """Quality of life and mood by time and treatment, in as few figures as say it."""
    from analysis.figures import association_figure, time_figure, treatment_figure

    chosen = [scale for scale in ("face.total", "phq9.total") if scale in scales] or scales[:2]
    return (
        Part("time", "Time since onset", [time_figure(frames, scale, view) for scale in chosen]),
        Part("associations", "What goes together", [association_figure(frames, view, scales=scales)]),
        Part("treatment", "Treatment", [treatment_figure(frames, scale, view) for scale in chosen]),
    )


def time(frames: StudyFrames, view: View, scales: Sequence[str]) -> Sequence[Part]:
    """Every main scale against time since onset."""
    from analysis.figures import time_figure

    return (Part("time", "Scores by time since onset", [time_figure(frames, one, view) for one in scales]),)


def treatment(frames: StudyFrames, view: View, scales: Sequence[str]) -> Sequence[Part]:
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
    "time": Page("Time since onset", time),
    "treatment": Page("Treatment", treatment),
}
