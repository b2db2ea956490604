"""Who gets which treatment: differences beforehand between patients who began one and those who did not."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.kinds import level_words
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR
from analysis.figures.computed import PROFILE
from analysis.figures.look import duration, largest, row_label, sentence_start
from analysis.figures.parts import EstimateRow, drawn_estimates
from analysis.figures.view import Figure, Panel, View, simulated
from analysis.results.profile import AGE, BELLS, FEMALE, TIME, baseline_profile
from analysis.statements.words import number, percent, signed
from analysis.words import joined
from analysis.words import words as _

KEY = "profile"
_LARGE = 0.2
_NAMES = {TIME: _("Time since onset"), AGE: _("Age"), FEMALE: _("Women"), BELLS: _("Bell's palsy")}
_COLUMNS = [
    _("Treatment"),
    _("At the first visit"),
    _("Began it"),
    _("Did not"),
    _("Of those who began it"),
    _("Of the others"),
    _("Standardised difference"),
    _("Note"),
]


def profile_summary(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> str:
    return _summary(frames.scale_info, _by_family(frames, view, scales))


def profile_figure(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> Figure:
    """For each family the standardised first-visit differences of patients who began it and who did not."""
    info = frames.scale_info
    by_family = _by_family(frames, view, scales)
    few = [name for name, of_family in by_family.items() if all(one["n"] is None for one in of_family)]
    return Figure(
        key=KEY,
        title=_("Who gets what: patients at their first visit"),
        summary=_summary(info, by_family),
        x_axis=_("Standardised difference: right of 0 more in those who began the treatment, left of 0 less"),
        y_axis=_("What was known at the first visit"),
        panels=tuple(
            Panel(
                f"{KEY}-{family}",
                sentence_start(level_words(family)),
                _note(of_family),
                _drawn(info, of_family),
            )
            for family, of_family in by_family.items()
            if any(one["difference"] is not None for one in of_family)
        ),
        table=pd.DataFrame(
            [
                _table_row(info, one)
                for family, of_family in by_family.items()
                if family not in few
                for one in of_family
            ],
            columns=_COLUMNS,
        ),
        notes=(
            _("Of patients without the treatment at their first visit: who began it later, and who has not."),
            _("Standardised difference: in standard deviations; dotted lines at 0.2."),
            _("Ten patients in each group are needed; open dots under 30."),
            *(
                [
                    _(
                        "Begun by fewer than %(suppress_under)s patients: %(few)s.",
                        suppress_under=view.suppress_under,
                        few=joined(", ", (level_words(one) for one in few)),
                    )
                ]
                if few
                else []
            ),
            _("Treatment was not assigned at random: these differences are part of any later one."),
            *simulated(frames),
        ),
        computed=(PROFILE,),
    )


def _by_family(frames: StudyFrames, view: View, scales: Sequence[str]) -> dict[str, list[Record]]:
    records = baseline_profile(
        frames.scored, frames.treatments, frames.scale_info, scales=scales, suppress_under=view.suppress_under
    )
    found: dict[str, list[Record]] = {}
    for one in records:
        found.setdefault(one["family"], []).append(one)
    return found


def _name(info: Mapping[str, ScaleInfo], variable: str) -> str:
    return _NAMES.get(variable) or info[variable].label


def _note(records: Sequence[Record]) -> str:
    sizes = [(one["n_begun"], one["n_not_begun"]) for one in records if one["n"] is not None]
    begun, others = max(sizes)
    return _("up to %(begun)s began it, %(others)s did not", begun=begun, others=others)


def _drawn(info: Mapping[str, ScaleInfo], records: Sequence[Record]) -> Any:
    known = [one for one in records if one["difference"] is not None]
    rows = [_row(info, one) for one in known]
    reach = max(0.6, *(1.1 * abs(one["difference"]) for one in known))
    return drawn_estimates(rows, None, marks=[-_LARGE, 0, _LARGE], limits=(-reach, reach))


def _row(info: Mapping[str, ScaleInfo], one: Record) -> EstimateRow:
    label = row_label(_name(info, one["variable"]), str(one["n"]))
    return EstimateRow(label, one["difference"], None, None, one["imprecise"])


def _summary(info: Mapping[str, ScaleInfo], by_family: Mapping[str, Sequence[Record]]) -> str:
    known = [
        (family, one)
        for family, records in by_family.items()
        for one in records
        if one["difference"] is not None
    ]
    if not known:
        return _("Too few began a treatment after their first visit to say how they differed.")
    large = [
        (
            _(
                "%(name)s with %(family)s (%(signed)s)",
                name=_name(info, one["variable"]),
                family=level_words(family),
                signed=signed(one["difference"], 2),
            ),
            one["difference"],
        )
        for family, one in known
        if abs(one["difference"]) >= _LARGE
    ]
    if not large:
        return _("Nothing differed, before the treatment, by 0.2 standard deviations or more.")
    return _(
        "Differences before the treatment of 0.2 standard deviations or more, the largest "
        "first: %(largest)s.",
        largest=largest(large),
    )


def _table_row(info: Mapping[str, ScaleInfo], one: Record) -> dict[str, Any]:
    return {
        "Treatment": level_words(one["family"]),
        "At the first visit": _name(info, one["variable"]),
        "Began it": one["n_begun_text"] if one["n"] is None else str(one["n_begun"]),
        "Did not": "–" if one["n"] is None else str(one["n_not_begun"]),
        "Of those who began it": _value(one["variable"], one["begun"]),
        "Of the others": _value(one["variable"], one["not_begun"]),
        "Standardised difference": signed(one["difference"], 2),
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }


def _value(variable: str, value: float | None) -> str:
    """A mean in readers' units: shares in per cent, time since onset as the geometric mean."""
    if value is None:
        return "–"
    if variable in (FEMALE, BELLS):
        return percent(value)
    return duration(10**value * DAYS_PER_YEAR) if variable == TIME else number(value, 1)
