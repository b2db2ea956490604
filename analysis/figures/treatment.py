"""Scores by the treatment received: boxes, points and n, described and never ranked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.kinds import NONE_YET, level_words
from analysis.data.record import Record
from analysis.data.treatments import LEVELS
from analysis.figures.computed import KRUSKAL
from analysis.figures.look import Rows, axis_title, colour, go, p_text, row_label, sentence_start, ticks
from analysis.figures.marks import CELLS_NOTE, MANY, dots, jittered, strip
from analysis.figures.parts import with_room
from analysis.figures.view import Figure, View, described, mixed, panel, simulated
from analysis.numbers.formulas import Kruskal
from analysis.numbers.guards import IMPRECISE_BELOW, is_small
from analysis.results.differences import of_block
from analysis.results.findings import Findings
from analysis.results.groups import Block, blocks, by_level, compared, first_scores
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import STRATUM_WORDS, number, people, signed, span
from analysis.words import words as _

_GOLDEN = 0.6180339887
ALPHA = 0.05
SHIFT = _("Against %(none_yet)s (95 %% interval)", none_yet=NONE_YET)


@dataclass(frozen=True)
class _Row:
    """One row of a panel: its name, and a row of the block per patient."""

    name: str
    rows: pd.DataFrame


def treatment_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale by the treatments received by the first visit with that score: boxes, points and n.

    Families in fixed order, combined where a patient had several; never ranked by result. Levels under five
    patients share the last row, as points without a box, for those who may open patients only.
    """
    info = frames.scale_info[scale]
    key = f"treatment-{scale}"
    first = first_scores(frames.scored, {scale: info})
    seen = view.seen(first)
    counts = view.counts(first)
    found = {
        stratum: next(
            blocks(
                by_level(seen, frames.treatments, ["treatment"]), {scale: info}, stratum, view.suppress_under
            ),
            None,
        )
        for stratum in counts
    }
    present = {stratum: block for stratum, block in found.items() if block}
    tests = {stratum: compared(block) for stratum, block in present.items()}
    return Figure(
        key=key,
        title=_("%(label)s by treatment received", label=info.label),
        summary=text(told.by_treatment(Findings.of(frames, view.suppress_under), scale), view.strata)
        or _("There is no %(label)s to show.", label=info.label),
        x_axis=axis_title(info),
        y_axis=_("Treatment received by the first visit with this score"),
        panels=tuple(
            panel(key, s, counts[s], _drawn(rows, s, info, view))
            for s, block in present.items()
            if (rows := _rows(block, view))
        ),
        table=_table(list(present.values()), view),
        notes=(
            *(_kruskal_note(test, s, len(present[s].rows)) for s, test in tests.items()),
            *_unplaced_note(first, view),
            *_undated_note(list(present.values()), view),
            *_hidden_note(list(present.values()), view),
            *([CELLS_NOTE] if any(len(block.rows) > MANY for block in present.values()) else []),
            _("The last column is the Hodges–Lehmann shift, from 10 patients in both groups on."),
            _("Epsilon²: 0 is no difference between treatments, 1 complete separation."),
            _("Treatment was not assigned at random: groups differed before it."),
            _("Treatments begun after that visit do not count. Levels stand in a fixed order."),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(KRUSKAL,),
    )


def _drawn(rows: Sequence[_Row], stratum: str | None, info: ScaleInfo, view: View) -> Any:
    placed = Rows([row_label(row.name, str(len(row.rows))) for row in rows])
    ends = with_room(info.low, info.high)
    figure = placed.chart(*ends)
    many = sum(len(row.rows) for row in rows) > MANY
    figure.update_xaxes(tickvals=ticks(info))
    for at, row in zip(placed.at, rows, strict=True):
        values = row.rows["value"].to_numpy(np.float64)
        one_level = row.rows["level"].nunique() == 1
        if one_level and not is_small(len(values), view.suppress_under):
            figure.add_trace(_box(values, at, stratum))
        if many:
            figure.add_trace(strip(values, at, ends, stratum, view))
            continue
        names: Sequence[str] = ()
        if view.may_open_patients:
            names = [
                f"{code} ({level_words(level)})"
                for code, level in zip(row.rows["patient"], row.rows["level"], strict=True)
            ]
        around = jittered(len(values), at, 16)
        figure.add_trace(dots(values, around, stratum, "%{x}", names=names, size=6))
    return figure


def _rows(block: Block, view: View) -> list[_Row]:
    """The levels with enough patients in their order; then, for readers who may, the other patients."""
    shown = _shown(block, view)
    rows = [_Row(level_words(level), block.of(level)) for level in shown]
    others = [level for level in block.levels if level not in shown]
    if not others or not view.may_open_patients:
        return rows
    folded = block.rows[block.rows["level"].isin(others)]
    name = level_words(others[0]) if len(others) == 1 else _folded_name(len(others), view)
    return [*rows, _Row(name, folded)]


def _shown(block: Block, view: View) -> list[str]:
    """The levels that have a row of their own."""
    hides = view.hides([len(block.of(level)) for level in block.levels])
    return [
        level
        for level, hide in zip(block.levels, hides, strict=True)
        if not (hide or is_small(len(block.of(level)), view.suppress_under))
    ]


def _folded_name(levels: int, view: View) -> str:
    return _(
        "fewer than %(suppress_under)s patients each (%(levels)s combinations)",
        suppress_under=view.suppress_under,
        levels=levels,
    )


def _box(values: NDArray[np.float64], at: float, stratum: str | None) -> Any:
    """Median, quartiles (type 7) and whiskers to the last value within 1.5 quartile distances."""
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    reach = 1.5 * (q3 - q1)
    inside = values[(values >= q1 - reach) & (values <= q3 + reach)]
    return go.Box(
        y=[at],
        q1=[q1],
        median=[median],
        q3=[q3],
        lowerfence=[float(inside.min())],
        upperfence=[float(inside.max())],
        orientation="h",
        width=20,
        line={"color": colour("line", stratum), "width": 2},
        fillcolor=colour("box", stratum),
        hoverinfo="skip",
    )


def _kruskal_note(test: Kruskal, stratum: str | None, patients: int) -> str:
    name = _("All") if stratum is None else sentence_start(STRATUM_WORDS[stratum])
    if test.statistic is None:
        return _("%(name)s: no Kruskal–Wallis test, %(reason)s.", name=name, reason=test.reason)
    imprecise = patients < IMPRECISE_BELOW
    p = _("imprecise, so without p") if imprecise else f"p {p_text(test.p)}"
    return _(
        "%(name)s: Kruskal–Wallis over all combinations, H %(number)s on %(df)s degrees of "
        "freedom, %(p)s. Epsilon² %(number_2)s; chance alone would give about %(number_3)s.",
        name=name,
        number=number(test.statistic, 1),
        df=test.df,
        p=p,
        number_2=number(test.epsilon_squared),
        number_3=number(test.df / (patients - 1)),
    )


def _table(present: Sequence[Block], view: View) -> pd.DataFrame:
    """Every level for readers who may open patients; for others the shown levels and one row for the rest."""
    columns = [
        _("Treatment"),
        _("Patients are"),
        _("Patients"),
        _("Median"),
        _("Lower quartile"),
        _("Upper quartile"),
        SHIFT,
    ]
    rows = []
    for block in present:
        shown = _shown(block, view)
        shifts = {one["a"]: one for one in of_block(block)}
        listed = [level for level in LEVELS if level in block.levels]
        for level in listed if view.may_open_patients else shown:
            values = block.of(level)["value"].to_numpy(np.float64)
            cell = described(values, False, view)
            rows.append(
                {
                    "Treatment": level_words(level),
                    "Patients are": STRATUM_WORDS[block.stratum or "all"],
                    **cell,
                    SHIFT: _shift(shifts.get(level)),
                }
            )
        rest = block.rows[~block.rows["level"].isin(shown)]
        if len(rest) and not view.may_open_patients:
            cell = {**described(np.array([]), False, view), "Patients": view.count(len(rest))}
            rest_of = {"Treatment": _("not shown"), "Patients are": STRATUM_WORDS[block.stratum or "all"]}
            rows.append({**rest_of, **cell, SHIFT: _shift(None)})
    return pd.DataFrame(rows, columns=columns)


def _shift(one: Record | None) -> str:
    """The Hodges–Lehmann shift with its interval; a dash where there is none, as for none yet itself."""
    if one is None or one["hodges_lehmann"] is None:
        return "–"
    limits = span(one["hodges_lehmann_low"], one["hodges_lehmann_high"])
    return f"{signed(one['hodges_lehmann'])} ({limits})"


def _hidden_note(present: Sequence[Block], view: View) -> tuple[str, ...]:
    least = view.suppress_under
    if all(len(_shown(block, view)) == len(block.levels) for block in present):
        return ()
    if view.may_open_patients:
        return (
            _(
                "Under %(least)s patients there are points, but no box; the table names each combination.",
                least=least,
            ),
        )
    return (
        _(
            "Not shown: combinations under %(least)s patients, and what would let them be subtracted.",
            least=least,
        ),
    )


def _undated_note(present: Sequence[Block], view: View) -> tuple[str, ...]:
    undated = sum(int(block.rows["undated"].sum()) for block in present)
    if not undated:
        return ()
    return (
        _(
            "Start of treatment not known, counted as received: %(people)s.",
            people=people(view.about(undated)),
        ),
    )


def _unplaced_note(first: pd.DataFrame, view: View) -> tuple[str, ...]:
    unplaced = 0 if view.together else int((first["stratum"] == "unknown").sum())
    if not unplaced:
        return ()
    return (
        _(
            "Not shown, neither surely acute nor surely chronic: %(people)s.",
            people=people(view.about(unplaced)),
        ),
    )
