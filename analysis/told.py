"""Every sentence that is told of a study, in the order of reading, each with its code."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.results.findings import Findings
from analysis.results.scales import main_scales, scales_with_scores, screening_scales
from analysis.statements import outcomes, time, together, treatments
from analysis.statements.code import Code
from analysis.statements.rule import NOT_TESTED
from analysis.statements.statement import Statement
from analysis.words import ENGLISH, read_by


def statements(part: StudyFrames, on: date, few: int) -> list[Statement]:
    """The sentences on a part of a study: pages in order, acute before chronic before all together.

    Args:
        on: visits due by that day count as expected.
        few: cells of fewer patients are hidden.
    """
    with read_by(lambda: ENGLISH):  # codes are those of the English sentences
        return list(_statements(part, on, few))


def records_of_screen(found: Findings, screen: str, on: date) -> dict[str, list[Record]]:
    """The records behind the figures of a screen, by the name that they have in the report."""
    of: dict[str, Callable[[], dict[str, list[Record]]]] = {
        "overview": lambda: {"correlations": found.spearman, "group_tests": found.group_tests},
        "patients": lambda: {"table_one": found.table_one},
        "flow": lambda: {"flow": found.flow(on)},
        "mood": lambda: {"correlations": found.correlations, "within_between": found.within_between},
        "pair": lambda: {"correlations": found.correlations, "within_between": found.within_between},
        "time": lambda: {"correlations": found.spearman},
        "course": lambda: {
            "course": found.course,
            "course_ordinal": found.course_ordinal,
            "sensitivity": found.sensitivity,
        },
        "recovery": lambda: {"recovery": found.recovery(on)},
        "treatment": dict,
        "received": lambda: {"group_tests": found.group_tests},
        "before-after": lambda: {"before_after": found.before_after},
        "injections": lambda: {"injection_cycle": found.injection_cycle},
        "compared": lambda: {
            "treatment_comparison": found.treatment_comparison,
            "responders": found.responders,
        },
        "change": lambda: {"change": found.change},
        "screening": lambda: {"screening": found.screening},
        "quality": lambda: {"reliability": found.reliability},
        "attendance": lambda: {"attendance": found.attendance(on)},
    }
    return of[screen]()


def coded(told: Statement, data_sha256: str, filters: Mapping[str, str]) -> Record:
    """The sentence as a flat record of the report."""
    return {**dataclasses.asdict(told), "code": str(Code.of(told, data_sha256, filters))}


def _statements(part: StudyFrames, on: date, few: int) -> Iterator[Statement]:
    from analysis.figures.attendance import attendance_summary
    from analysis.figures.flow import flow_summary
    from analysis.figures.profile import profile_summary
    from analysis.figures.recruitment import recruitment_summary
    from analysis.figures.table_one import table_one_summaries
    from analysis.figures.view import View

    found, view = Findings.of(part, few), View(suppress_under=few)
    scales, every = main_scales(part), scales_with_scores(part)
    if not scales:
        return
    for key, summary in table_one_summaries(part, view, scales=scales):
        yield _described("patients", "table_one", key, summary)
    yield _described("patients", "flow", "flow", flow_summary(found.flow(on)))
    yield _described("patients", "recruitment", "recruitment", recruitment_summary(found.recruitment(on)))
    for pair in together.pairs(found):
        yield from together.between(found, *pair)
        yield from together.within(found, *pair)
    for scale in scales:
        yield from together.since_onset(found, scale)
        yield from time.course(found, scale)
    yield from outcomes.recovered(found.recovery(on))
    yield _described("treatment", "profile", "profile", profile_summary(part, view, scales=scales))
    for scale in scales:
        yield from treatments.by_treatment(found, scale)
        yield from treatments.before_and_after(found, scale)
        yield from treatments.round_injections(found, scale)
        yield from treatments.compared(found, scale)
        yield from treatments.responded(found, scale)
    for scale in every:
        yield from outcomes.changed(found, scale)
    for scale in screening_scales(part):
        yield from outcomes.screened(found, scale)
    for scale in every:
        yield from outcomes.consistent(found, scale)
    for scale in scales:
        yield from outcomes.sites(found, scale)
    yield _described("attendance", "attendance", "attendance", attendance_summary(found.attendance(on)))
    for scale in scales:
        yield from time.stayed_away(found, scale)


def _described(section: str, record: str, kind: str, summary: str) -> Statement:
    return Statement(section, summary, record, kind=kind, why=NOT_TESTED)
