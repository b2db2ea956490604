"""The analysis plan of a study: the questions it named, in versions, and whether data had been seen by then.

Standard library only: the store, the forms and every analysis ask here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from analysis.data.kinds import ALL_FAMILIES
from analysis.words import words as _

Rank = Literal["primary", "secondary"]
PRIMARY: Rank = "primary"
SECONDARY: Rank = "secondary"
EXPLORATORY = "exploratory"

FIRST_VISIT = "first_visit"
AFTER_FIRST_VISIT = "after_first_visit"
EVERY_VISIT = "every_visit"
AFTER_START = "after_start"
TIMES = (FIRST_VISIT, AFTER_FIRST_VISIT, EVERY_VISIT, AFTER_START)
TIME_SINCE_ONSET = "time_since_onset"
EVERYBODY = "all"
PATIENTS = ("acute", "chronic", EVERYBODY)
COMPARED_FAMILIES = tuple(family.key for family in ALL_FAMILIES if family.effect_days)
_FAMILY_WORDS = {one.key: f"{one.words[0].lower()}{one.words[1:]}" for one in ALL_FAMILIES}
Asked = tuple[str, str, str, str]


@dataclass(frozen=True)
class PlannedQuestion:
    """One question: a scale (`outcome`), when it is looked at, what it is compared with, and of whom.

    The four pairs of `time` and `comparison` are the records of the report that can answer one:
    ``after_first_visit`` with ``first_visit`` (`course`); ``first_visit`` with ``time_since_onset`` or
    another scale (`correlations` between patients); ``every_visit`` with another scale (`within_between`);
    ``after_start`` with a family of treatments (`treatment_comparison`).
    """

    outcome: str
    time: str
    comparison: str
    patients: str
    primary: bool

    @property
    def rank(self) -> Rank:
        return PRIMARY if self.primary else SECONDARY

    @property
    def asked(self) -> Asked:
        """What it asks, whatever its rank."""
        return _asked(self.time, self.outcome, self.comparison, self.patients)

    def fault(self, scales: Iterable[str]) -> str | None:
        """Why this is no question of a study with these `scales`; None if it is one."""
        known = set(scales)
        if self.outcome not in known:
            return _("%(outcome)s is no score of this study", outcome=self.outcome)
        others = known - {self.outcome}
        allowed = {
            FIRST_VISIT: {TIME_SINCE_ONSET, *others},
            AFTER_FIRST_VISIT: {FIRST_VISIT},
            EVERY_VISIT: others,
            AFTER_START: set(COMPARED_FAMILIES),
        }
        if self.comparison not in allowed.get(self.time, ()):
            return _(
                "%(time)s is not compared with %(comparison)s", time=self.time, comparison=self.comparison
            )
        return (
            None
            if self.patients in PATIENTS
            else _("%(patients)s are no patients of a question", patients=self.patients)
        )

    def in_words(self, labels: Mapping[str, str]) -> str:
        """The question in words; `labels` are those of the scales."""
        outcome = labels.get(self.outcome, self.outcome)
        other = {**_FAMILY_WORDS, **labels}.get(self.comparison, self.comparison)
        said = {
            AFTER_FIRST_VISIT: _("%(outcome)s: change after the first visit", outcome=outcome),
            FIRST_VISIT: _(
                "%(outcome)s with %(other)s, at the first visit with both", outcome=outcome, other=other
            ),
            EVERY_VISIT: _(
                "%(outcome)s with %(other)s, visit by visit within patients", outcome=outcome, other=other
            ),
            AFTER_START: _(
                "%(outcome)s after the start of %(other)s, against patients alike who did not begin it",
                outcome=outcome,
                other=other,
            ),
        }[self.time]
        if self.comparison == TIME_SINCE_ONSET:
            said = _("%(outcome)s with the time since onset, at the first visit", outcome=outcome)
        return _(
            "%(said)s; %(who)s",
            said=said,
            who={"acute": _("acute patients"), "chronic": _("chronic patients")}.get(
                self.patients, _("all patients")
            ),
        )


@dataclass(frozen=True)
class PlanVersion:
    """A version of the plan as it was fixed, with what of the data there was and was seen by then.

    `responses` had been sent when it was fixed at `fixed_at` (ISO 8601), and somebody had first looked at
    data (a freeze, a report, an export, a dashboard) at `looked_at`.
    """

    version: int
    fixed_at: str
    questions: tuple[PlannedQuestion, ...]
    reason: str = ""
    responses: int = 0
    looked_at: str | None = None

    @cached_property
    def sha256(self) -> str:
        """The digest of everything it says."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def after_data(self) -> bool:
        """Whether data could have been seen when it was fixed."""
        return self.responses > 0 or self.looked_at is not None

    @property
    def seen(self) -> str:
        """What there was to see, in words; empty where there was nothing."""
        if not self.after_data:
            return ""
        noun = "questionnaire" if self.responses == 1 else "questionnaires"
        answered = _("after %(responses)s %(noun)s had been answered", responses=self.responses, noun=noun)
        return (
            _(
                "%(answered)s and data first looked at on %(looked_at)s",
                answered=answered,
                looked_at=self.looked_at[:10],
            )
            if self.looked_at
            else answered
        )

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> PlanVersion:
        """The version from its facts as JSON has them."""
        questions = tuple(PlannedQuestion(**one) for one in told["questions"])
        return cls(**{**told, "questions": questions})


@dataclass(frozen=True)
class AnalysisPlan:
    """All versions of a study's plan, the oldest first; without one nothing is planned."""

    versions: tuple[PlanVersion, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.versions)

    @property
    def questions(self) -> tuple[PlannedQuestion, ...]:
        """Those of the newest version, which alone holds."""
        return self.versions[-1].questions if self.versions else ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The scales that it asks about, each once."""
        return tuple(dict.fromkeys(one.outcome for one in self.questions))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of scales that it asks about, each once."""
        pairs = [
            (one.outcome, one.comparison)
            for one in self.questions
            if one.time in (FIRST_VISIT, EVERY_VISIT) and one.comparison != TIME_SINCE_ONSET
        ]
        return tuple(dict.fromkeys(pairs))

    def find(self, time: str, outcome: str, comparison: str, stratum: str | None) -> PlannedQuestion | None:
        """The question that asks this of the patients of a stratum (None: of all)."""
        return self._by_asked.get(_asked(time, outcome, comparison, stratum or EVERYBODY))

    def first_with(self, question: PlannedQuestion) -> PlanVersion:
        """The version from which on the plan has had this question, with the rank that it has."""
        since = self.versions[-1]
        for version in reversed(self.versions):
            if (question.asked, question.rank) not in {(one.asked, one.rank) for one in version.questions}:
                break
            since = version
        return since

    @cached_property
    def _by_asked(self) -> dict[Asked, PlannedQuestion]:
        return {one.asked: one for one in self.questions}


NO_ANALYSIS_PLAN = AnalysisPlan()


def _asked(time: str, outcome: str, comparison: str, patients: str) -> Asked:
    """Two scores at the first visit go with each other in either order."""
    if time == FIRST_VISIT:
        outcome, comparison = sorted((outcome, comparison))
    return time, outcome, comparison, patients


def told(plan: AnalysisPlan) -> list[dict[str, Any]]:
    """The versions as JSON has them."""
    return [asdict(one) for one in plan.versions]


def of_json(versions: Sequence[Mapping[str, Any]]) -> AnalysisPlan:
    """The plan of what `told` gave."""
    return AnalysisPlan(tuple(PlanVersion.of(one) for one in versions))
