"""How scores go with each other and with time since onset, as a dot plot of coefficients."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import SPEARMAN
from analysis.figures.look import AXIS, MARK_HEIGHT, Rows, colour, go, p_text, row_label
from analysis.figures.view import RHO_NOTE, Figure, View, mixed, panel, simulated
from analysis.numbers.guards import HIDDEN
from analysis.results.association import TIME
from analysis.results.findings import Findings
from analysis.results.scales import life_and_mood
from analysis.statements import text, together
from analysis.statements.words import RANK_WORDS, STRATUM_WORDS, interval, number
from analysis.words import counted, joined, numeral
from analysis.words import words as _

KEY = "associations"

COLUMNS = [
    _("Pair"),
    _("Patients are"),
    _("Patients"),
    "rho",
    _("95 % interval"),
    "p",
    _("p adjusted"),
    _("Note"),
]
_TIME_TEXT = _("time since onset")

Pair = tuple[str, str]


def association_figure(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> Figure:
    """Every pair of the scales, and each with time since onset: Spearman's rho, 95 % interval and n.

    Between patients, one visit each: the first at which both are present.
    """
    few = 0 if view.may_open_patients else view.suppress_under
    info = frames.scale_info
    records = _of_scales(Findings.of(frames, few).spearman, scales)
    found = {(record.get("stratum"), *_score_first(record)): record for record in records}
    pairs = list(dict.fromkeys(_score_first(record) for record in records))
    parts = {stratum: [_as_seen(found, stratum, pair, view) for pair in pairs] for stratum in view.strata}
    shown = [record for part in parts.values() for record in part]
    return Figure(
        key=KEY,
        title=_("Scores with each other and with time since onset"),
        summary=_summary(frames, view, scales),
        x_axis=_("Spearman's rho: right of 0 both tend to be high, left of 0 one high and the other low"),
        y_axis=_("Pairs of scores; the line is the 95 % interval"),
        panels=tuple(
            panel(KEY, stratum, _most(part), _drawn(info, part, stratum))
            for stratum, part in parts.items()
            if any(record["estimate"] is not None for record in part)
        ),
        table=pd.DataFrame([_table_row(info, record) for record in shown], columns=COLUMNS),
        notes=(
            _("Directions differ: FaCE and FDI are better when higher, SAQ and PHQ-9 are worse."),
            _("Between patients: one visit each, the first at which both are present."),
            f"{RHO_NOTE} Intervals: Bonett–Wright.",
            _("No coefficient under 10 patients; from 10 to 29 it is imprecise (open dots) and has no p."),
            _("Adjusted p: %(family_text)s.", family_text=_family_text(shown)),
            *(
                []
                if view.together
                else [_("Patients neither surely acute nor surely chronic are not shown.")]
            ),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(SPEARMAN,),
    )


def _of_scales(records: Sequence[Record], scales: Sequence[str]) -> list[Record]:
    """The records of these scales with time and with each other, in the order of the scales."""
    place = {TIME: -1, **{scale: at for at, scale in enumerate(scales)}}
    inside = [one for one in records if one["x"] in place and one["y"] in place]
    return sorted(inside, key=lambda one: sorted((place[one["x"]], place[one["y"]])))


def _score_first(record: Record) -> Pair:
    x, y = record["x"], record["y"]
    return (y, x) if x == TIME else (x, y)


def _as_seen(found: Mapping[Any, Record], stratum: str | None, pair: Pair, view: View) -> Record:
    """The record, without numbers if all patients less acute and chronic ones would leave a few."""
    record = found[stratum, *pair]
    small = any(of[0] and of[1:] == pair and one["suppressed"] for of, one in found.items())
    if view.may_open_patients or not view.together or not small:
        return record
    empty = dict.fromkeys(("n", "patients", "estimate", "low", "high", "p", "p_adjusted"))
    return {**record, **empty, "n_text": "hidden", "reason": HIDDEN}


def _most(records: Sequence[Record]) -> str:
    """The largest number of patients in a panel, because pairs differ."""
    counts = [record["n"] for record in records if record["n"] is not None]
    return _("up to %(max)s", max=max(counts))


def _drawn(info: Mapping[str, ScaleInfo], records: Sequence[Record], stratum: str | None) -> Any:
    labels = [row_label(_pair_text(info, record), record["n_text"]) for record in records]
    rows = Rows(labels, strip_height=MARK_HEIGHT)
    figure = rows.chart(-1.1, 1.1)
    figure.update_xaxes(
        tickvals=[-1, -0.5, 0, 0.5, 1],
        ticktext=[numeral(mark) for mark in (-1, -0.5, 0, 0.5, 1)],
        zeroline=True,
        zerolinewidth=1,
        zerolinecolor=AXIS,
    )
    made = [(at, one) for at, one in zip(rows.at, records, strict=True) if one["estimate"] is not None]
    estimates = [one["estimate"] for __, one in made]
    limits = [(one["estimate"],) * 2 if one["low"] is None else (one["low"], one["high"]) for __, one in made]
    ink = colour("line", stratum)
    dots = go.Scatter(
        x=estimates,
        y=[at for at, __ in made],
        mode="markers",
        marker={
            "color": ink,
            "size": 10,
            "symbol": ["circle-open" if one["imprecise"] else "circle" for __, one in made],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (__, high) in zip(estimates, limits, strict=True)],
            "arrayminus": [value - low for value, (low, __) in zip(estimates, limits, strict=True)],
            "color": ink,
            "thickness": 2,
            "width": 0,
        },
        text=[f"{number(one['estimate'])} ({interval(one['low'], one['high'])})" for __, one in made],
        hoverinfo="text",
    )
    figure.add_trace(dots)
    return figure


def _name(info: Mapping[str, ScaleInfo], key: str) -> str:
    return _TIME_TEXT if key == TIME else info[key].label


def _pair_text(info: Mapping[str, ScaleInfo], record: Record) -> str:
    return joined(" × ", (_name(info, key) for key in _score_first(record)))


def _table_row(info: Mapping[str, ScaleInfo], record: Record) -> dict[str, str]:
    notes = (record["reason"], "imprecise" if record["imprecise"] else None, record["overlap"])
    return {
        "Pair": _pair_text(info, record),
        "Patients are": record.get("stratum", "all"),
        "Patients": record["n_text"],
        "rho": number(record["estimate"]),
        "95 % interval": interval(record["low"], record["high"]),
        "p": p_text(None if record["imprecise"] else record["p"]),
        "p adjusted": p_text(None if record["imprecise"] else record["p_adjusted"]),
        "Note": joined("; ", (text for text in notes if text)),
    }


def _family_text(records: Sequence[Record]) -> str:
    families = dict.fromkeys(
        counted(
            "%(question)s questions Holm over %(num)d test",
            "%(question)s questions Holm over %(num)d tests",
            record["family_size"],
            question=RANK_WORDS[record["question"]],
        )
        if record["planned"]
        else counted(
            "%(stratum)s Benjamini–Hochberg over %(num)d test",
            "%(stratum)s Benjamini–Hochberg over %(num)d tests",
            record["family_size"],
            stratum=STRATUM_WORDS[record.get("stratum", "all")],
        )
        for record in records
    )
    return joined(", ", families) or "none"


def _summary(frames: StudyFrames, view: View, scales: Sequence[str]) -> str:
    """Quality of life with mood, or a score with time where the study asks for one of them alone."""
    found = Findings.of(frames, view.suppress_under)
    pair = life_and_mood(frames.scale_info, scales)
    told = together.between(found, *pair) if pair else []
    for scale in scales:
        told = told or together.since_onset(found, scale)
    return text(told, view.strata) or together.NO_PAIR
