"""Table 1: the patients at their first visit; all together, by treatment and by site."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.kinds import level_words
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR
from analysis.figures.computed import TABLE_ONE
from analysis.figures.look import duration, largest, row_label, sentence_start
from analysis.figures.parts import EstimateRow, drawn_estimates, with_room
from analysis.figures.view import Figure, Panel, View, simulated
from analysis.results.apart import ALL, SITE
from analysis.results.findings import Findings
from analysis.results.table_one import (
    AGE,
    CAUSE,
    GRADED_WITHIN_DAYS,
    MISSING,
    PATIENTS,
    SEX,
    SIDE,
    TIME,
    TREATMENT,
)
from analysis.statements.words import number, people, percent
from analysis.words import joined
from analysis.words import words as _

KEY = "table-one"
COLUMNS_AT_ONCE = 5  # groups; more fit no page
_LARGE = 0.2
_NAMES = {
    PATIENTS: _("Patients"),
    AGE: _("Age, years"),
    SEX: _("Sex"),
    SIDE: _("Side"),
    CAUSE: _("Cause"),
    TIME: _("Time since onset"),
    HOUSE_BRACKMANN: _("House–Brackmann"),
    TREATMENT: _("Treatment begun"),
}
_LEVELS = {SEX: SEXES, SIDE: SIDES, CAUSE: CAUSES}
_TITLES = {TREATMENT: _("by the treatment begun by then"), SITE: _("by site")}


def table_one_summaries(
    frames: StudyFrames, view: View, *, scales: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Key and summary of each of these figures, without drawing them."""
    info, of = _told(frames, view, scales)
    yield KEY, _said(of[ALL], _size_of(of[ALL]))
    for by, columns in _several(of):
        reference, __, compared = _columns(of[by], columns)
        yield f"{KEY}-{by}", _differences(info, compared, reference)


def table_one_figures(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> list[Figure]:
    """Table 1 of all patients, then by treatment and by site where there are several groups to show."""
    info, of = _told(frames, view, scales)
    notes = (
        _(
            "Numbers: median (quartiles). Levels: patients (share of all in the column, missing "
            "ones included)."
        ),
        _("On the day of the first visit; of patients without one yet, on the day of enrolment."),
        _("Time since onset: of one palsy on one side with a known onset; from birth it is missing."),
        _(
            "House–Brackmann: the grading nearest to that day, at most %(graded_within_days)s days from it.",
            graded_within_days=GRADED_WITHIN_DAYS,
        ),
        _("Treatment: begun by that day, several to a patient; what is not recorded counts as not begun."),
        *_hiding(view),
        *simulated(frames),
    )
    apart = (_apart(info, by, columns, of, notes) for by, columns in _several(of))
    return [_whole(info, of[ALL], notes), *apart]


def _told(
    frames: StudyFrames, view: View, scales: Sequence[str]
) -> tuple[dict[str, ScaleInfo], dict[str, list[Record]]]:
    """The scales, and the records of all patients, by treatment and by site."""
    info = {scale: frames.scale_info[scale] for scale in scales}
    few = 1 if view.may_open_patients else view.suppress_under
    place = {scale: at for at, scale in enumerate(scales, start=1)}
    every = Findings.of(frames, few).table_one
    records = [one for one in every if one["variable"] in place or one["variable"] not in frames.scale_info]
    records.sort(key=lambda one: place.get(one["variable"], 0))
    return info, {by: [one for one in records if one["by"] == by] for by in (ALL, TREATMENT, SITE)}


def _several(of: Mapping[str, Sequence[Record]]) -> Iterator[tuple[str, list[str]]]:
    """The groupings with several groups to show, and these."""
    for by in (TREATMENT, SITE):
        columns = _shown(of[by])
        if len(columns) > 1:
            yield by, columns


def _size_of(records: Sequence[Record]) -> str:
    return next((str(one["n_text"]) for one in records), "0")


def _columns(
    records: Sequence[Record], names: Sequence[str]
) -> tuple[str, dict[str, dict[tuple[str, str | None], Record]], dict[str, list[Record]]]:
    """The largest group, the rows of each shown, and what of each is compared with the largest."""
    reference = str(records[0]["reference"])
    shown = {name: _by_row([one for one in records if one["group"] == name]) for name in names}
    compared = {
        name: [one for one in _once(shown[name]) if one["smd"] is not None]
        for name in names
        if name != reference
    }
    return reference, shown, compared


def _hiding(view: View) -> tuple[str, ...]:
    if view.may_open_patients:
        return ()
    return (
        _(
            "Counts under %(suppress_under)s, and those that would tell them, are hidden.",
            suppress_under=view.suppress_under,
        ),
    )


def _whole(info: Mapping[str, ScaleInfo], records: Sequence[Record], notes: tuple[str, ...]) -> Figure:
    parts = [
        one
        for one in records
        if one["variable"] in (SEX, SIDE, CAUSE, TREATMENT) and one["n"] and one["level"] != MISSING
    ]
    rows = [
        EstimateRow(row_label(_row_name(info, one), one["n_text"]), 100 * one["share"], None, None, False)
        for one in parts
    ]
    figure = drawn_estimates(rows, None, limits=with_room(0, 100))
    size = _size_of(records)
    return Figure(
        key=KEY,
        title=_("Table 1: patients at their first visit"),
        summary=_said(records, size),
        x_axis=_("Share of all patients, per cent"),
        y_axis=_("What was known at the first visit"),
        panels=(Panel(f"{KEY}-all", _("All patients"), people(size), figure),) if rows else (),
        table=_table(info, {ALL: _by_row(records)}, None),
        notes=notes,
        computed=(TABLE_ONE,),
    )


def _said(records: Sequence[Record], size: str) -> str:
    """The size of the study, and its age, women and time since onset as far as they are told."""
    said = []
    for one in records:
        if one["variable"] == AGE and one["median"] is not None:
            said.append(_("median age %(number)s years", number=_number(one)))
        if (one["variable"], one["level"]) == (SEX, "female") and one["n"]:
            said.append(_("%(one)s women (%(percent)s)", one=one["n"], percent=percent(one["share"])))
        if one["variable"] == TIME and one["median"] is not None:
            said.append(
                _("median time since onset %(duration)s", duration=duration(one["median"] * DAYS_PER_YEAR))
            )
    return f"{people(size)}: {joined(', ', said)}." if said else f"{people(size)}."


def _apart(
    info: Mapping[str, ScaleInfo],
    by: str,
    names: Sequence[str],
    of: Mapping[str, Sequence[Record]],
    notes: tuple[str, ...],
) -> Figure:
    records = of[by]
    reference, shown, compared = _columns(records, names)
    left = len({one["group"] for one in records}) - len(names)
    key = f"{KEY}-{by}"
    return Figure(
        key=key,
        title=_("Table 1: patients at their first visit, %(titles)s", titles=_TITLES[by]),
        summary=_differences(info, compared, reference),
        x_axis=_("Standardised difference, without its sign: 0 is none"),
        y_axis=_("What was known at the first visit, against %(reference)s", reference=reference),
        panels=tuple(
            Panel(
                f"{key}-{at}",
                sentence_start(level_words(name)),
                people(_size(shown[name])),
                _drawn(info, rows),
            )
            for at, (name, rows) in enumerate(compared.items())
            if rows
        ),
        table=_table(info, {ALL: _by_row(of[ALL]), **shown}, reference),
        notes=(
            _(
                "Difference: in standard deviations, from %(reference)s, the largest group; dotted "
                "line at 0.2.",
                reference=reference,
            ),
            _("Each of the two groups needs ten patients with a known value; hidden levels count as one."),
            _("No test: the groups were not made by chance."),
            *([_("%(left)s smaller groups have no column.", left=left)] if left else []),
            *notes,
        ),
        computed=(TABLE_ONE,),
    )


def _shown(records: Sequence[Record]) -> list[str]:
    """The groups that have a column: the largest ones, in their order."""
    sizes = {one["group"]: one["n"] for one in records if one["variable"] == PATIENTS and one["n"]}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:COLUMNS_AT_ONCE]
    return [name for name in sizes if name in largest]


def _by_row(records: Sequence[Record]) -> dict[tuple[str, str | None], Record]:
    return {(one["variable"], one["level"]): one for one in records}


def _once(rows: Mapping[tuple[str, str | None], Record]) -> list[Record]:
    """A record of each variable: the levels of one share their difference, but treatments do not."""
    found: dict[tuple[str, str | None], Record] = {}
    for (variable, level), one in rows.items():
        if level != MISSING:
            found.setdefault((variable, level if variable == TREATMENT else None), one)
    return list(found.values())


def _differences(
    info: Mapping[str, ScaleInfo], compared: Mapping[str, Sequence[Record]], reference: str
) -> str:
    """The largest differences of all groups from the reference, and how many more there are."""
    reference = level_words(reference)
    if not any(compared.values()):
        return _("Too few patients to say how the groups differ from %(reference)s.", reference=reference)
    large = [
        (
            _(
                "%(compared_name)s of %(name)s (%(number)s)",
                compared_name=_compared_name(info, one),
                name=level_words(name),
                number=number(one["smd"]),
            ),
            one["smd"],
        )
        for name, records in compared.items()
        for one in records
        if one["smd"] >= _LARGE
    ]
    if not large:
        return _(
            "Nothing differs from %(reference)s, the largest group, by 0.2 standard deviations or more.",
            reference=reference,
        )
    return _(
        "Differences from %(reference)s, the largest group, of 0.2 standard deviations or "
        "more, the largest first: %(largest)s.",
        reference=reference,
        largest=largest(large),
    )


def _drawn(info: Mapping[str, ScaleInfo], records: Sequence[Record]) -> Any:
    rows = [
        EstimateRow(row_label(_compared_name(info, one), str(one["patients"])), one["smd"], None, None, False)
        for one in records
    ]
    reach = max(0.6, *(1.1 * one["smd"] for one in records))
    return drawn_estimates(rows, None, marks=[_LARGE], limits=with_room(0, reach))


def _table(
    info: Mapping[str, ScaleInfo],
    columns: Mapping[str, Mapping[tuple[str, str | None], Record]],
    reference: str | None,
) -> pd.DataFrame:
    """A row for each variable and level; beside each group but the reference its differences."""
    rows = list(dict.fromkeys(key for column in columns.values() for key in column))
    firsts = {name: {id(one) for one in _once(column)} for name, column in columns.items()}
    lines = []
    for key in rows:
        line = {"At the first visit": _row_name(info, next(c[key] for c in columns.values() if key in c))}
        for name, column in columns.items():
            one = column.get(key)
            line[sentence_start(level_words(name))] = _cell(one)
            if reference is not None and name not in (ALL, reference):
                known = one is not None and id(one) in firsts[name] and one["smd"] is not None
                line[_("Difference, %(name)s", name=level_words(name))] = (
                    number(one["smd"]) if one is not None and known else ""
                )
        lines.append(line)
    return pd.DataFrame(lines)


def _size(rows: Mapping[tuple[str, str | None], Record]) -> str:
    return str(rows[PATIENTS, None]["n_text"])


def _compared_name(info: Mapping[str, ScaleInfo], one: Record) -> str:
    return _row_name(info, one) if one["variable"] == TREATMENT else _variable_name(info, one["variable"])


def _row_name(info: Mapping[str, ScaleInfo], one: Record) -> str:
    name = _variable_name(info, one["variable"])
    if one["level"] is None:
        return name
    return f"{name}: {_LEVELS.get(one['variable'], {}).get(one['level']) or level_words(one['level'])}"


def _variable_name(info: Mapping[str, ScaleInfo], variable: str) -> str:
    return _NAMES.get(variable) or info[variable].label


def _cell(one: Record | None) -> str:
    if one is None:
        return ""
    if one["variable"] == PATIENTS or one["share"] is not None:
        whole = one["variable"] == PATIENTS or not one["n"]
        return str(one["n_text"]) if whole else f"{one['n_text']} ({percent(one['share'])})"
    if one["level"] is not None:
        return str(one["n_text"])
    if one["median"] is None:
        return "–"
    return _(
        "%(number)s (%(number_2)s to %(number_3)s)",
        number=_number(one),
        number_2=_number(one, "q1"),
        number_3=_number(one, "q3"),
    )


def _number(one: Record, name: str = "median") -> str:
    if one["variable"] == TIME:
        return duration(one[name] * DAYS_PER_YEAR)
    whole = one["variable"] in (AGE, HOUSE_BRACKMANN) and float(one[name]).is_integer()
    return number(one[name], 0 if whole else 1)
