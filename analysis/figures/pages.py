"""The figures on each page of a study, in the order of reading, for the dashboard and for paper.

A screen is a page, or a tab of one; paper has pages whole. Paper differs in three more ways. The matrix and
its chosen pair are for clicking, so paper has all pairs in one figure. A screen shows the main scales, for
a person waits for it; paper has every scale in a figure that holds many, and two scales where each needs a
figure of its own. Paper leaves out figures that would only say that no injection was recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.data.frame import StudyFrames
from analysis.data.matrix import Matrix
from analysis.data.pages import PAGE_OF, TITLES
from analysis.data.record import Record
from analysis.figures.association import association_figure
from analysis.figures.attendance import attendance_figure, dropout_figure, recovery_figure
from analysis.figures.before_after import before_after_figure
from analysis.figures.change import change_figure
from analysis.figures.comparison import comparison_figure
from analysis.figures.course import course_figure
from analysis.figures.flow import flow_figure
from analysis.figures.funnel import funnel_figure
from analysis.figures.injections import injection_figure
from analysis.figures.matrix import matrices
from analysis.figures.pair import pair_figure, pair_within_figure
from analysis.figures.profile import profile_figure
from analysis.figures.quality import quality_figure
from analysis.figures.recruitment import recruitment_figure
from analysis.figures.responders import responders_figure
from analysis.figures.screening import screening_figure
from analysis.figures.table_one import table_one_figures
from analysis.figures.time import time_figure
from analysis.figures.treatment import treatment_figure
from analysis.figures.view import Figure, View
from analysis.results.findings import Findings
from analysis.results.injections import any_injection
from analysis.results.scales import life_and_mood, mood_scales, scales_with_scores, screening_scales
from analysis.words import words as _


@dataclass(frozen=True)
class Scene:
    """The input of a page: the part of the study, the reader, the main scales and the day.

    `pair` is the pair chosen in the matrix, as `x~y`; `on_paper` says whether the page is printed.
    """

    frames: StudyFrames
    view: View
    scales: Sequence[str]
    on: date
    pair: str = ""
    on_paper: bool = False

    @property
    def closely(self) -> Sequence[str]:
        """The scales that get figures of their own, page after page."""
        return self.scales[:2] if self.on_paper else self.scales

    @property
    def at_once(self) -> Sequence[str]:
        """The scales of a figure that holds many."""
        return scales_with_scores(self.frames) if self.on_paper else self.scales

    @property
    def with_mood(self) -> Sequence[str]:
        """The main scales, and every other scale on mood."""
        return (*self.scales, *(one for one in mood_scales(self.frames) if one not in self.scales))

    def each(self, draw: Callable[[StudyFrames, str, View], Figure], scales: Sequence[str]) -> list[Figure]:
        """A figure of its own for each of the scales."""
        return [draw(self.frames, scale, self.view) for scale in scales]


@dataclass(frozen=True)
class Part:
    """Figures of one kind under one heading, below matrices that lead to them."""

    key: str
    title: str
    figures: Sequence[Figure]
    matrices: Sequence[Matrix] = ()


def overview(scene: Scene) -> Sequence[Part]:
    """Quality of life and mood by time and treatment, in a few figures."""
    chosen = life_and_mood(scene.frames.scale_info, scene.scales) or scene.scales[:2]
    return (
        Part("time", _("Time since onset"), scene.each(time_figure, chosen)),
        Part(
            "associations",
            _("What goes together, and treatment"),
            [_associations(scene), *scene.each(treatment_figure, chosen[:1])],
        ),
    )


def patients(scene: Scene) -> Sequence[Part]:
    """The patients of the study, and what was known of them."""
    found = table_one_figures(scene.frames, scene.view, scales=scene.scales)
    return (Part("table-one", _("At the first visit"), found),)


def flow(scene: Scene) -> Sequence[Part]:
    """What became of the patients, and when they came."""
    enrolled = recruitment_figure(scene.frames, scene.on, scene.view)
    return (
        Part("flow", _("Who was due, and who answered"), [flow_figure(scene.frames, scene.on, scene.view)]),
        Part("recruitment", _("When they were enrolled"), [enrolled]),
    )


def mood(scene: Scene) -> Sequence[Part]:
    """Associations between patients and within them, of all pairs."""
    if scene.on_paper:
        return (Part("associations", _("What goes together"), [_associations(scene)]),)
    return (Part("matrix", _("What goes together"), (), matrices(scene.frames, scene.view, scene.with_mood)),)


def pair(scene: Scene) -> Sequence[Part]:
    """The scatter of one pair; paper has all pairs in one figure instead."""
    scale, other = ("", "") if scene.on_paper else chosen_pair(scene)
    drawings = (pair_figure, pair_within_figure) if other else ()
    figures = [draw(scene.frames, scale, other, scene.view) for draw in drawings]
    return (Part("pair", _("One pair closely"), figures),)


def time(scene: Scene) -> Sequence[Part]:
    """Every main scale against time since onset, once per patient."""
    return (Part("time", _("Between patients: the first score"), scene.each(time_figure, scene.scales)),)


def course(scene: Scene) -> Sequence[Part]:
    """The main scales from visit to visit."""
    return (Part("course", _("From visit to visit"), scene.each(course_figure, scene.closely)),)


def recovery(scene: Scene) -> Sequence[Part]:
    """How many recover."""
    return (Part("recovery", _("Recovery"), [recovery_figure(scene.frames, scene.on, scene.view)]),)


def treatment(scene: Scene) -> Sequence[Part]:
    """Who gets which treatment."""
    profile = profile_figure(scene.frames, scene.view, scales=scene.scales)
    return (Part("profile", _("Who gets what"), [profile]),)


def received(scene: Scene) -> Sequence[Part]:
    """Scores by the treatment received, described and never ranked."""
    figures = scene.each(treatment_figure, scene.closely)
    return (Part("treatment", _("Scores by the treatment received"), figures),)


def before_after(scene: Scene) -> Sequence[Part]:
    """Scores before and after a treatment."""
    return (Part("before-after", _("Before and after"), scene.each(before_after_figure, scene.closely)),)


def injections(scene: Scene) -> Sequence[Part]:
    """Scores round the injections."""
    told = not scene.on_paper or any_injection(scene.frames.treatments)
    figures = scene.each(injection_figure, scene.closely if told else ())
    return (Part("injections", _("Round the injections of botulinum toxin"), figures),)


def compared(scene: Scene) -> Sequence[Part]:
    """Scores with and without a treatment, of patients who were alike before."""
    curves = [scale for scale in scene.closely if any(one["scale"] == scale for one in _responders(scene))]
    drawn = scene.each(responders_figure, curves)
    return (
        Part("comparison", _("With and without a treatment"), scene.each(comparison_figure, scene.closely)),
        *([Part("responders", _("Who gained how much"), drawn)] if drawn else []),
    )


def _responders(scene: Scene) -> Sequence[Record]:
    return Findings.of(scene.frames, scene.view.suppress_under).responders


def change(scene: Scene) -> Sequence[Part]:
    """The patients who changed by more than measurement error."""
    return (
        Part(
            "change", _("Change of scores"), [change_figure(scene.frames, scene.view, scales=scene.at_once)]
        ),
    )


def screening(scene: Scene) -> Sequence[Part]:
    """Bands and cut-offs of the questionnaires on mood."""
    return (Part("screening", _("Screening"), scene.each(screening_figure, screening_scales(scene.frames))),)


def quality(scene: Scene) -> Sequence[Part]:
    """Whether the questionnaires measure well here."""
    figure = quality_figure(scene.frames, scene.view, scales=scene.at_once)
    sites = [scale for scale in scene.closely if any(one["scale"] == scale for one in _funnel(scene))]
    drawn = scene.each(funnel_figure, sites)
    return (
        Part("quality", _("Measurement quality"), [figure]),
        *([Part("funnel", _("Sites"), drawn)] if drawn else []),
    )


def _funnel(scene: Scene) -> Sequence[Record]:
    return Findings.of(scene.frames, scene.view.suppress_under).funnel


def attendance(scene: Scene) -> Sequence[Part]:
    """The patients who come, and those who stopped coming."""
    return (
        Part("attendance", _("Attendance"), [attendance_figure(scene.frames, scene.on, scene.view)]),
        Part("dropout", _("Who came again"), scene.each(dropout_figure, scene.closely)),
    )


SCREENS: Mapping[str, Callable[[Scene], Sequence[Part]]] = {
    "overview": overview,
    "patients": patients,
    "flow": flow,
    "mood": mood,
    "pair": pair,
    "time": time,
    "course": course,
    "recovery": recovery,
    "treatment": treatment,
    "received": received,
    "before-after": before_after,
    "compared": compared,
    "injections": injections,
    "change": change,
    "screening": screening,
    "quality": quality,
    "attendance": attendance,
}
"""What draws each screen; its name is in `analysis.data.pages`."""


def _whole(page: str) -> Callable[[Scene], Sequence[Part]]:
    """What draws a page with all its tabs."""
    screens = [draw for screen, draw in SCREENS.items() if PAGE_OF[screen] == page]
    return lambda scene: tuple(part for draw in screens for part in draw(scene))


PAGES: Mapping[str, Callable[[Scene], Sequence[Part]]] = {page: _whole(page) for page in TITLES}
"""What draws each page whole."""

ON_PAPER = tuple(page for page in PAGES if page != "overview")
"""The pages of the printed report: its first page is an overview of its own."""


def _associations(scene: Scene) -> Figure:
    return association_figure(scene.frames, scene.view, scales=scene.scales)


def chosen_pair(scene: Scene) -> tuple[str, str]:
    """The requested pair, or quality of life with mood, or the first; empty without two scales."""
    named = tuple(scene.pair.split("~"))
    if len(set(named)) == 2 == len(named) and set(named) <= set(scene.with_mood):
        return named[0], named[1]
    return life_and_mood(scene.frames.scale_info, scene.scales) or _first_two(scene.scales)


def _first_two(scales: Sequence[str]) -> tuple[str, str]:
    return (scales[0], scales[1]) if len(scales) > 1 else ("", "")
