"""Which figures stand on which page of the dashboard, in the order of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.data.frame import StudyFrames
    from analysis.figures import Figure, View
    from analysis.figures.matrix import Matrix

PAIR = "face.total~phq9.total"
SCREENING_SCALES = ("phq9.total", "phq8.total", "phq2.total", "gad7.total", "cesd.total")


@dataclass(frozen=True)
class Scene:
    """What a page is drawn from: the part of the study, who looks, which scales and pair, on which day."""

    frames: StudyFrames
    view: View
    scales: Sequence[str]
    pair: str
    on: date

    def each(
        self, draw: Callable[[StudyFrames, str, View], Figure], scales: Sequence[str] | None = None
    ) -> list[Figure]:
        """A figure of its own for each of the scales."""
        chosen = self.scales if scales is None else scales
        return [draw(self.frames, scale, self.view) for scale in chosen]


@dataclass(frozen=True)
class Part:
    """Figures of one kind under one heading, below matrices that lead to them."""

    key: str
    title: str
    figures: Sequence[Figure]
    matrices: Sequence[Matrix] = ()


def overview(scene: Scene) -> Sequence[Part]:
    """Quality of life and mood by time and treatment, in as few figures as say it."""
    from analysis.figures import association_figure, time_figure, treatment_figure

    chosen = [one for one in ("face.total", "phq9.total") if one in scene.scales] or scene.scales[:2]
    together = association_figure(scene.frames, scene.view, scales=scene.scales)
    return (
        Part("time", "Time since onset", scene.each(time_figure, chosen)),
        Part("associations", "What goes together", [together]),
        Part("treatment", "Treatment", scene.each(treatment_figure, chosen)),
    )


def mood(scene: Scene) -> Sequence[Part]:
    """What goes with what, between patients and within them, and the scatter of one pair."""
    from analysis.figures import pair_figure, pair_within_figure
    from analysis.figures.matrix import matrices

    scale, other = _chosen(scene)
    drawings = (pair_figure, pair_within_figure) if other else ()
    return (
        Part("matrix", "What goes together", (), matrices(scene.frames, scene.view, scene.scales)),
        Part("pair", "One pair closely", [draw(scene.frames, scale, other, scene.view) for draw in drawings]),
    )


def time(scene: Scene) -> Sequence[Part]:
    """Every main scale against time since onset, once per patient and then from visit to visit; recovery."""
    from analysis.figures import course_figure, recovery_figure, time_figure

    return (
        Part("time", "Between patients: the first score", scene.each(time_figure)),
        Part("course", "From visit to visit", scene.each(course_figure)),
        Part("recovery", "Recovery", [recovery_figure(scene.frames, scene.on, scene.view)]),
    )


def treatment(scene: Scene) -> Sequence[Part]:
    """Who gets what, scores by what was received, and what came after, described and never ranked."""
    from analysis.figures import (
        adjusted_figure,
        before_after_figure,
        injection_figure,
        profile_figure,
        treatment_figure,
    )

    return (
        Part("profile", "Who gets what", [profile_figure(scene.frames, scene.view, scales=scene.scales)]),
        Part("treatment", "Scores by the treatment received", scene.each(treatment_figure)),
        Part("before-after", "Before and after", scene.each(before_after_figure)),
        Part("injections", "Round the injections of botulinum toxin", scene.each(injection_figure)),
        Part("adjusted", "Later scores, adjusted", scene.each(adjusted_figure)),
    )


def change(scene: Scene) -> Sequence[Part]:
    """Who changed by more than can be measurement error."""
    from analysis.figures import change_figure

    return (Part("change", "Change", [change_figure(scene.frames, scene.view, scales=scene.scales)]),)


def screening(scene: Scene) -> Sequence[Part]:
    """Bands and cut-offs of the questionnaires on mood."""
    from analysis.figures import screening_figure

    present = set(scene.frames.scores.loc[scene.frames.scores["value"].notna(), "scale"])
    asked = [scale for scale in SCREENING_SCALES if scale in present]
    return (Part("screening", "Screening", scene.each(screening_figure, asked)),)


def quality(scene: Scene) -> Sequence[Part]:
    """Whether the questionnaires measure well here."""
    from analysis.figures import quality_figure

    return (
        Part(
            "quality", "Measurement quality", [quality_figure(scene.frames, scene.view, scales=scene.scales)]
        ),
    )


def attendance(scene: Scene) -> Sequence[Part]:
    """Who comes, and who came no more."""
    from analysis.figures import attendance_figure, dropout_figure

    return (
        Part("attendance", "Attendance", [attendance_figure(scene.frames, scene.on, scene.view)]),
        Part("dropout", "Who came again", scene.each(dropout_figure)),
    )


def _chosen(scene: Scene) -> tuple[str, str]:
    """The pair asked for, else the main one, else the first; empty where there are not two scales."""
    for text in (scene.pair, PAIR, "~".join(scene.scales[:2])):
        named = text.split("~")
        if len(named) == len(set(named)) == 2 and set(named) <= set(scene.scales):
            return named[0], named[1]
    return "", ""


@dataclass(frozen=True)
class Page:
    """A page: its name in the navigation and what draws it."""

    title: str
    draw: Callable[[Scene], Sequence[Part]]


PAGES: Mapping[str, Page] = {
    "overview": Page("Overview", overview),
    "mood": Page("Quality of life and mood", mood),
    "time": Page("Time since onset", time),
    "treatment": Page("Treatment", treatment),
    "change": Page("Change", change),
    "screening": Page("Screening", screening),
    "quality": Page("Measurement quality", quality),
    "attendance": Page("Attendance", attendance),
}
