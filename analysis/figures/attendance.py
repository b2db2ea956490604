"""Which patients came to which visit, which stopped coming; and how many faces recovered."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.data.facts import CAUSES
from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import ATTENDANCE, RECOVERY
from analysis.figures.look import PAPER, TEXT, row_label
from analysis.figures.parts import EstimateRow, Segment, drawn_estimates, drawn_parts, with_room
from analysis.figures.view import Figure, Panel, View, simulated
from analysis.results.attendance import NO_PLAN, attendance, dropout
from analysis.results.recovery import ALL_CAUSES, recovery
from analysis.statements import outcomes, text
from analysis.statements.words import STRATUM_WORDS, number, people, percent
from analysis.words import counted, joined
from analysis.words import words as _

_NO_PLAN = _("An import does not say who was to come: the share of all enrolled is told instead.")
_DONE, _OPEN = ("var(--chart-1)", PAPER), ("var(--chart-grid)", TEXT)


def attendance_summary(records: Sequence[Record]) -> str:
    return _attended(_any(records))


def attendance_figure(frames: StudyFrames, on: date, view: View) -> Figure:
    """The share of expected visits that could be scored, in the order in which visits fall due."""
    few = 1 if view.may_open_patients else view.suppress_under
    records = _any(attendance(frames, on, suppress_under=few))
    drawn = [one for one in records if _rate(one) is not None]
    known = any(one["completion_rate"] is not None for one in drawn) or not drawn
    figure = drawn_parts([_visit_row(one) for one in drawn])
    enrolled = view.about(len(frames.patients))
    return Figure(
        key="attendance",
        title=_("Visits answered of those expected")
        if known
        else _("Visits answered of all patients enrolled"),
        summary=_attended(records),
        x_axis=_("Share of the visits expected by now") if known else _("Share of all patients enrolled"),
        y_axis=_("Visits, in the order in which they fall due"),
        panels=(
            Panel(
                "attendance-all", _("All patients"), _("%(people)s enrolled", people=people(enrolled)), figure
            ),
        )
        if drawn
        else (),
        table=pd.DataFrame([_visit_table_row(one) for one in records]),
        notes=(
            _(
                "Expected: begun, or its time is over and the patient had not left or died; who is "
                "lost is, too."
            ),
            *([_NO_PLAN] if any(one["reason"] == NO_PLAN for one in records) else []),
            _(
                "Answered: at least one scale could be scored. Of enrolled: the same, of all "
                "patients enrolled."
            ),
            _("Patients who recover often stop coming: later visits show those who did not."),
            *simulated(frames),
        ),
        computed=(ATTENDANCE,),
    )


def dropout_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The first score of patients who came again, and of those who did not."""
    info = frames.scale_info[scale]
    found = dropout(frames.scored, {scale: info}, suppress_under=view.suppress_under)
    records = [one for one in found if "stratum" not in one]
    rows = [
        EstimateRow(
            row_label(one["level"], one["n_text"]), one["median"], one["q1"], one["q3"], one["imprecise"]
        )
        for one in records
    ]
    known = all(one["median"] is not None for one in records) and bool(records)
    texts = [f"{number(one['median'], 1)} {one['level']}" for one in records]
    figure = drawn_estimates(rows, None, limits=with_room(info.low, info.high))
    return Figure(
        key=f"dropout-{scale}",
        title=_("First %(label)s of those who came again and who did not", label=info.label),
        summary=_(
            "The median first %(label)s is %(texts)s.", label=info.label, texts=joined(_(" and "), texts)
        )
        if known
        else _("Too few to compare."),
        x_axis=_("First %(label)s: median and quartiles", label=info.label),
        y_axis=_("Patients by whether they answered at a later visit"),
        panels=(Panel(f"dropout-{scale}-all", _("All patients"), "", figure),) if known else (),
        table=pd.DataFrame(
            [
                {
                    "Patients": one["level"],
                    "Number": one["n_text"],
                    "Median": number(one["median"], 1),
                    _("Lower quartile"): number(one["q1"], 1),
                    _("Upper quartile"): number(one["q3"], 1),
                }
                for one in records
            ]
        ),
        notes=(
            _("Who is not due yet counts as without a later visit."),
            _("Where the two differ, averages of later visits mislead."),
            *simulated(frames),
        ),
    )


def recovery_figure(frames: StudyFrames, on: date, view: View) -> Figure:
    """House–Brackmann I at 3, 6 and 12 months after onset, in patients enrolled acute, with the bounds."""
    found = recovery(frames, on, suppress_under=view.suppress_under)
    records = [one for one in found if one["cause"] == ALL_CAUSES]
    drawn = [one for one in records if one["share"] is not None]
    figure = drawn_estimates([_recovery_row(one) for one in drawn], "acute", limits=with_room(0, 100))
    return Figure(
        key="recovery",
        title=_("Recovery after an acute onset"),
        summary=text(outcomes.recovered(records))
        or _("Nobody enrolled acute was graded at 3, 6 or 12 months yet, or too few to show."),
        x_axis=_("Share with House–Brackmann I of those graded, per cent; higher is better"),
        y_axis=_("Months after onset, 30 days either way"),
        panels=(Panel("recovery-acute", _("Enrolled under 90 days after onset"), "", figure),)
        if drawn
        else (),
        table=pd.DataFrame([_recovery_table_row(one) for one in found]),
        notes=(
            _("Diamond: share of those graded, with Wilson's 95 % interval; open under 30 patients."),
            _("If none, or all, of those not graded had recovered, the share lies between the two bounds."),
            _("Both sides, more than one palsy and palsy from birth stand apart."),
            *simulated(frames),
        ),
        computed=(RECOVERY,),
    )


def _any(records: Sequence[Record]) -> list[Record]:
    """The visits that concern anybody."""
    return [one for one in records if one["n"] or one["suppressed"]]


def _visit_name(one: Record) -> str:
    return one["visit"] if one["occurrence"] == 1 else f"{one['visit']} ({one['occurrence']})"


def _visit_row(one: Record) -> tuple[str, list[Segment]]:
    rate = _rate(one) or 0.0
    answered = Segment(
        0, rate, _DONE[0], _("answered %(one)s", one=one["scored"]) if rate > 0.2 else "", _DONE[1]
    )
    missing = Segment(rate, 1 - rate, _OPEN[0], _("not") if rate < 0.9 else "", _OPEN[1])
    return row_label(_visit_name(one), str(one["n"])), [answered, missing]


def _rate(one: Record) -> float | None:
    """The share drawn: of those expected or, where that is not known, of all enrolled."""
    rate: float | None = one["available_rate"] if one["reason"] == NO_PLAN else one["completion_rate"]
    return rate


def _attended(records: Sequence[Record]) -> str:
    """The first and the last visit, and between them the one that was answered least."""
    told = [one for one in records if _rate(one) is not None]
    if not told:
        return _("No visit was expected yet, or too few to show.")
    expected = [one for one in told if one["completion_rate"] is not None]
    enrolled = [one for one in told if one["completion_rate"] is None]
    said = []
    for of, among in ((_("those expected"), expected), (_("all enrolled"), enrolled)):
        least = min(among, key=lambda one: _rate(one) or 0.0, default=None)
        named = [one for place, one in enumerate(among) if place in {0, len(among) - 1} or one is least]
        texts = [
            _(
                "%(one)s of %(one_2)s (%(percent)s) at %(visit_name)s",
                one=one["scored"],
                one_2=one["n"],
                percent=percent(_rate(one)),
                visit_name=_visit_name(one),
            )
            for one in named
        ]
        if texts:
            said.append(_("Answered of %(of)s: %(texts)s.", of=of, texts=joined(", ", texts)))
    return joined(" ", [*said, *([_NO_PLAN] if enrolled else [])])


def _visit_table_row(one: Record) -> dict[str, Any]:
    names = ("expected", "begun", "broken_off", "attended", "scored")
    return {
        "Visit": _visit_name(one),
        **{name.replace("_", " ").capitalize(): one[f"{name}_text"] for name in names},
        _("Of expected"): percent(one["completion_rate"]),
        _("Of enrolled"): percent(one["available_rate"]),
    }


def _recovery_row(one: Record) -> EstimateRow:
    share, low, high = (100 * one[name] for name in ("share", "low", "high"))
    return EstimateRow(
        row_label(counted("%(num)d month", "%(num)d months", one["months"]), str(one["graded"])),
        share,
        low,
        high,
        one["graded"] < 30,
    )


def _recovery_table_row(one: Record) -> dict[str, Any]:
    def text(name: str) -> str:
        return "–" if one[name] is None else str(one[name])

    limits = (
        "–"
        if one["share"] is None
        else _("%(percent)s to %(percent_2)s", percent=percent(one["low"]), percent_2=percent(one["high"]))
    )
    bounds = (
        "–"
        if one["lowest"] is None
        else _(
            "%(percent)s to %(percent_2)s", percent=percent(one["lowest"]), percent_2=percent(one["highest"])
        )
    )
    return {
        "Months": str(one["months"]),
        "Cause": CAUSES.get(one["cause"], STRATUM_WORDS[ALL_CAUSES]),
        "Enrolled": one["n_text"],
        "Graded": text("graded"),
        "House–Brackmann I": text("house_brackmann_1"),
        _("Of graded"): percent(one["share"]),
        "95 % interval": limits,
        "Bounds": bounds,
        "Asked": text("asked"),
        _("Says recovered"): text("says_recovered"),
    }
