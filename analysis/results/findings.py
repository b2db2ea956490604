"""The records of a part of a study, each array computed once for the report, its pages and its sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from analysis.data.analysis_plan import (
    AFTER_FIRST_VISIT,
    AFTER_START,
    EVERY_VISIT,
    FIRST_VISIT,
    AnalysisPlan,
)
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.results.association import correlations
from analysis.results.attendance import attendance, dropout
from analysis.results.before_after import before_after
from analysis.results.change import change
from analysis.results.comparison import treatment_balance, treatment_comparison
from analysis.results.course import course, course_change
from analysis.results.course_ordinal import course_ordinal, course_ordinal_change
from analysis.results.families import Found, holm, settle
from analysis.results.flow import flow
from analysis.results.funnel import funnel
from analysis.results.groups import group_tests
from analysis.results.injections import injection_cycle
from analysis.results.models import Kept
from analysis.results.recovery import recovery
from analysis.results.recruitment import recruitment
from analysis.results.reliability import reliability
from analysis.results.responders import responders
from analysis.results.scales import main_scales
from analysis.results.screening import screening
from analysis.results.sensitivity import sensitivity
from analysis.results.table_one import table_one
from analysis.results.within import within_between, within_own_trend


@dataclass(frozen=True)
class Findings:
    """Records over all scales with a score: what is told of one scale is adjusted for the others, too.

    ``few``: cells of fewer patients are hidden.
    """

    frames: StudyFrames
    few: int

    @classmethod
    def of(cls, frames: StudyFrames, few: int) -> "Findings":
        """The findings on these frames, made once."""
        if ("findings", few) not in frames.computed:
            frames.computed["findings", few] = cls(frames, few)
        found: Findings = frames.computed["findings", few]
        return found

    @cached_property
    def scale_info(self) -> dict[str, ScaleInfo]:
        """The scales of the questionnaires that these patients are to answer, or did; others are left out."""
        planned = {key for battery in self.frames.visits["battery"] for key in battery}
        asked = planned | set(self.frames.scores["instrument"].unique())
        return {key: info for key, info in self.frames.scale_info.items() if info.instrument in asked}

    @cached_property
    def correlations(self) -> list[Record]:
        return self._settled(
            correlations(self.frames.scored, self.scale_info, suppress_under=self.few, plan=self.plan)
        )

    @cached_property
    def spearman(self) -> list[Record]:
        """The correlations by Spearman's method alone, which most pages need; it is a family of its own."""
        if "correlations" in self.__dict__:
            return [one for one in self.correlations if one["method"] == "spearman"]
        return self._settled(self._spearman)

    @cached_property
    def course(self) -> list[Record]:
        return self._settled(self._course)

    @cached_property
    def course_change(self) -> list[Record]:
        """Of the scales that pages show closely: each is a model of its own."""
        return [
            one
            for scale in main_scales(self.frames)
            for one in course_change(self.frames.scored, scale, self.frames.scale_info[scale], kept=self.kept)
        ]

    @cached_property
    def course_ordinal(self) -> list[Record]:
        return self._settled(self._course_ordinal)

    @cached_property
    def course_ordinal_change(self) -> list[Record]:
        return course_ordinal_change(
            self.frames.scored, self.scale_info, suppress_under=self.few, kept=self.kept
        )

    @cached_property
    def within_between(self) -> list[Record]:
        return self._settled(self._within_between)

    @cached_property
    def within_own_trend(self) -> list[Record]:
        return within_own_trend(
            self.frames.scored, self.scale_info, pairs=self._pairs, suppress_under=self.few
        )

    @cached_property
    def dropout(self) -> list[Record]:
        return dropout(self.frames.scored, self.scale_info, suppress_under=self.few)

    @cached_property
    def sensitivity(self) -> list[Record]:
        """Of the scales that pages show closely: each takes several models."""
        shown = {scale: self.frames.scale_info[scale] for scale in main_scales(self.frames)}
        return sensitivity(self.frames, shown, suppress_under=self.few, kept=self.kept)

    @cached_property
    def group_tests(self) -> list[Record]:
        return self._of_treatments(group_tests)

    @cached_property
    def funnel(self) -> list[Record]:
        """Of the scales that pages show closely."""
        shown = {scale: self.frames.scale_info[scale] for scale in main_scales(self.frames)}
        return funnel(self.frames.scored, shown, suppress_under=self.few)

    @cached_property
    def table_one(self) -> list[Record]:
        return table_one(self.frames, self.scale_info, suppress_under=self.few)

    @cached_property
    def before_after(self) -> list[Record]:
        return self._of_treatments(before_after)

    @cached_property
    def injection_cycle(self) -> list[Record]:
        return self._of_treatments(injection_cycle)

    @cached_property
    def change(self) -> list[Record]:
        return self._of_treatments(change)

    @cached_property
    def treatment_comparison(self) -> list[Record]:
        return self._settled(self._treatment_comparison)

    @cached_property
    def treatment_balance(self) -> list[Record]:
        return treatment_balance(self.frames, self.scale_info, suppress_under=self.few)

    @cached_property
    def responders(self) -> list[Record]:
        return responders(self.frames, self.scale_info, suppress_under=self.few)

    @cached_property
    def screening(self) -> list[Record]:
        return screening(self.frames.scored, self.scale_info, suppress_under=self.few)

    @cached_property
    def reliability(self) -> list[Record]:
        frames = self.frames
        return reliability(frames.scored, frames.responses, self.scale_info, suppress_under=self.few)

    def flow(self, on: date) -> list[Record]:
        """``on``: visits due by that day count as expected; so with the next three."""
        return self._by_day(flow, on)

    def recruitment(self, on: date) -> list[Record]:
        return self._by_day(recruitment, on)

    def attendance(self, on: date) -> list[Record]:
        return self._by_day(attendance, on)

    def recovery(self, on: date) -> list[Record]:
        return self._by_day(recovery, on)

    @cached_property
    def kept(self) -> Kept:
        """The models of the course, which three of the arrays and its figure rest on."""
        return {}

    @property
    def plan(self) -> AnalysisPlan:
        """The questions that the study named; what answers none of them is exploratory."""
        return self.frames.analysis_plan

    @cached_property
    def _family(self) -> Found:
        """The adjusted p-values of the planned questions, whose family spans the arrays that answer them."""
        arrays: Mapping[str, Callable[[], list[Record]]] = {
            AFTER_FIRST_VISIT: lambda: [*self._course, *self._course_ordinal],
            FIRST_VISIT: lambda: self._spearman,
            EVERY_VISIT: lambda: self._within_between,
            AFTER_START: lambda: self._treatment_comparison,
        }
        times = dict.fromkeys(one.time for one in self.plan.questions)
        return holm(one for time in times for one in arrays[time]())

    def _settled(self, records: list[Record]) -> list[Record]:
        if any(one["planned"] for one in records):
            settle(records, self._family)
        return records

    @cached_property
    def _course(self) -> list[Record]:
        return course(
            self.frames.scored, self.scale_info, suppress_under=self.few, kept=self.kept, plan=self.plan
        )

    @cached_property
    def _course_ordinal(self) -> list[Record]:
        return course_ordinal(
            self.frames.scored, self.scale_info, suppress_under=self.few, kept=self.kept, plan=self.plan
        )

    @cached_property
    def _spearman(self) -> list[Record]:
        return correlations(
            self.frames.scored,
            self.scale_info,
            methods=("spearman",),
            suppress_under=self.few,
            plan=self.plan,
        )

    @cached_property
    def _within_between(self) -> list[Record]:
        return within_between(
            self.frames.scored,
            self.scale_info,
            pairs=self._pairs,
            suppress_under=self.few,
            plan=self.plan,
        )

    @cached_property
    def _treatment_comparison(self) -> list[Record]:
        return treatment_comparison(self.frames, self.scale_info, suppress_under=self.few)

    @property
    def _pairs(self) -> Sequence[tuple[str, str]] | None:
        """The pairs of scales that the plan names; None, where it names none, for those of every study."""
        return self.plan.pairs or None

    def _by_day(self, analysis: Callable[..., list[Record]], on: date) -> list[Record]:
        key = (analysis.__name__, self.few, on)
        if key not in self.frames.computed:
            self.frames.computed[key] = analysis(self.frames, on, suppress_under=self.few)
        found: list[Record] = self.frames.computed[key]
        return found

    def _of_treatments(self, analysis: Callable[..., list[Record]]) -> list[Record]:
        table, treatments = self.frames.scored, self.frames.treatments
        return analysis(table, treatments, self.scale_info, suppress_under=self.few)
