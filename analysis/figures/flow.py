"""The flow of patients: who was due, who answered, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.data.statuses import REASONS, STATUSES
from analysis.figures.computed import FLOW
from analysis.figures.look import PAPER, TEXT, row_label
from analysis.figures.parts import Segment, drawn_parts
from analysis.figures.view import Figure, Panel, View, simulated
from analysis.results.apart import ALL, SITE
from analysis.results.flow import ANSWERED, DUE, ENROLLED, NOT_ANSWERED, flow
from analysis.statements.words import people, percent
from analysis.words import joined
from analysis.words import words as _

KEY = "flow"
SITES_AT_ONCE = 5  # more columns fit no page
_STEPS = {
    ENROLLED: _("Enrolled"),
    DUE: _("A visit was due"),
    ANSWERED: _("Answered"),
    NOT_ANSWERED: _("Did not answer"),
    "active": _("Takes part"),
    "paused": _("Paused"),
    "left": _("Left"),
    "lost": _("Lost to follow-up"),
    "died": _("Died"),
}
_INKS = {ANSWERED: ("var(--chart-1)", PAPER), NOT_ANSWERED: ("var(--chart-2)", PAPER)}
_REST = ("var(--chart-grid)", TEXT)

_Key = tuple[str, str | None, int | None, str | None]


def flow_summary(records: Sequence[Record]) -> str:
    return _said(_whole(records))


def flow_figure(frames: StudyFrames, on: date, view: View) -> Figure:
    """Enrolled, due, answered, and what patients are now; then each visit, with the reasons recorded."""
    few = 1 if view.may_open_patients else view.suppress_under
    records = flow(frames, on, suppress_under=few)
    whole = _whole(records)
    rows = [
        (row_label(_visit_name(visit, occurrence), str(enrolled)), _segments(parts, enrolled))
        for (visit, occurrence), parts in _by_visit(whole).items()
        if (enrolled := whole[ENROLLED, None, None, None]["n"])
    ]
    columns = {"All": whole, **_sites(records)}
    return Figure(
        key=KEY,
        title=_("Flow of patients"),
        summary=_said(whole),
        x_axis=_("Share of all patients enrolled; what is left was not due"),
        y_axis=_("Any visit, then each visit in the order in which they fall due"),
        panels=(Panel(f"{KEY}-all", _("All patients"), people(_text(whole)), drawn_parts(rows)),)
        if rows
        else (),
        table=pd.DataFrame([_line(key, columns) for key in whole]),
        notes=(
            _(
                "Due: begun, or its time is over and the patient had not left or died; who is lost "
                "is due, too."
            ),
            _("Answered: at least one questionnaire was sent; in the first rows, at any visit."),
            _("Reasons are those that staff recorded: at a visit, or when a patient left or was lost."),
            *([] if view.may_open_patients else [_hiding(view)]),
            *simulated(frames),
        ),
        computed=(FLOW,),
    )


def _hiding(view: View) -> str:
    return _(
        "Counts under %(suppress_under)s, and those that would tell them, are hidden; a "
        "reason is told from as many patients on.",
        suppress_under=view.suppress_under,
    )


def _whole(records: Sequence[Record]) -> dict[_Key, Record]:
    return _by_key([one for one in records if one["by"] == ALL])


def _by_key(records: Sequence[Record]) -> dict[_Key, Record]:
    return {(one["step"], one["visit"], one["occurrence"], one["reason"]): one for one in records}


def _by_visit(whole: Mapping[_Key, Record]) -> dict[tuple[str | None, int | None], dict[str, int | None]]:
    """How many answered and did not, of any visit and of each."""
    found: dict[tuple[str | None, int | None], dict[str, int | None]] = {}
    for (step, visit, occurrence, reason), one in whole.items():
        if step in _INKS and reason is None:
            found.setdefault((visit, occurrence), {})[step] = one["n"]
    return found


def _segments(parts: Mapping[str, int | None], enrolled: int) -> list[Segment]:
    found: list[Segment] = []
    start = 0.0
    for step, (ink, ink_of_text) in _INKS.items():
        count = parts.get(step)
        if count is None:
            return [Segment(0, 1, _REST[0], _("parts not shown: few patients"), _REST[1])]
        if count:
            share = count / enrolled
            name = _within(_STEPS[step])
            text = f"{name} {count}" if share >= 0.3 else str(count) if share >= 0.06 else ""
            found.append(Segment(start, share, ink, text, ink_of_text))
            start += share
    if start < 1:
        found.append(Segment(start, 1 - start, _REST[0], "", _REST[1]))
    return found


def _sites(records: Sequence[Record]) -> dict[str, dict[_Key, Record]]:
    """The columns of the largest sites, where there are several."""
    sizes = {
        one["group"]: one["n"] for one in records if (one["by"], one["step"]) == (SITE, ENROLLED) and one["n"]
    }
    largest = sorted(sizes, key=lambda name: -sizes[name])[:SITES_AT_ONCE]
    if len(largest) < 2:
        return {}
    return {
        name: _by_key([one for one in records if (one["by"], one["group"]) == (SITE, name)])
        for name in sizes
        if name in largest
    }


def _line(key: _Key, columns: Mapping[str, Mapping[_Key, Record]]) -> dict[str, str]:
    step, visit, occurrence, reason = key
    name = _STEPS[step] if reason is None else f"{_STEPS[step]}: {_reason(step, reason)}"
    line = {"Step": name, "Visit": "" if visit is None else _visit_name(visit, occurrence)}
    for column, rows in columns.items():
        one = rows.get(key)
        line[column] = "" if one is None else str(one["n_text"])
    return line


def _reason(step: str, reason: str) -> str:
    """The words of a code; why a visit was missed stands there in words."""
    words = REASONS.get(reason, reason) if step in STATUSES else reason
    return _within(words) if words is not reason else words


def _within(words: str) -> str:
    """The words within a line, in the reader's language."""
    said = str(words)
    return f"{said[:1].lower()}{said[1:]}"


def _visit_name(visit: str | None, occurrence: int | None) -> str:
    if visit is None:
        return _("Any visit")
    return f"{visit}, {occurrence}" if occurrence and occurrence > 1 else visit


def _text(whole: Mapping[_Key, Record]) -> str:
    enrolled = whole.get((ENROLLED, None, None, None))
    return str(enrolled["n_text"]) if enrolled else "0"


def _said(whole: Mapping[_Key, Record]) -> str:
    """Enrolled, due and answered with their numbers, then who does not take part as before."""
    said = [_("%(people)s enrolled", people=people(_text(whole)))]
    due, answered = (whole.get((step, None, None, None), {}).get("n") for step in (DUE, ANSWERED))
    if due:
        said.append(_("%(due)s with a visit due", due=due))
    if due and answered:
        said.append(
            _(
                "%(answered)s answered (%(percent)s of these)",
                answered=answered,
                percent=percent(answered / due),
            )
        )
    gone = [
        f"{_STEPS[name]}: {one['n_text']}"
        for name in STATUSES[1:]
        if (one := whole.get((name, None, None, None))) and one["n"] != 0
    ]
    return f"{joined(', ', said)}. {joined('; ', gone) or 'All take part'}."
