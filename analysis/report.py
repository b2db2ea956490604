"""The whole analysis of one study as plain data, with the methods paragraph.

Every array holds flat records with unrounded numbers; a number that cannot be estimated is None, with
``reason`` beside it. `left_out` counts every patient who is left out, and why.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.checklist import checklist
from analysis.data import consent, wordings
from analysis.data.frame import ScaleInfo, StudyFrames, check
from analysis.data.record import Record
from analysis.data.since_onset import LEFT_OUT_REASONS
from analysis.methods import extent, methods
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results import planned
from analysis.results.anchor_change import anchor_change
from analysis.results.attendance import attendance_by_instrument
from analysis.results.before_after import AT_THEIR_WORST, left_out_of_before_after
from analysis.results.course import COURSE_REASONS, left_out_of_course
from analysis.results.describe import descriptives
from analysis.results.differences import differences
from analysis.results.filters import Filters, apply
from analysis.results.findings import Findings
from analysis.results.groups import groups
from analysis.results.recovery_time import recovery_time
from analysis.results.retest import retest
from analysis.told import coded, statements

UNEVEN_UNDER = 0.01
UNCONFIRMED = "joined by themselves, and nobody has looked yet"
# The arrays whose records answer a planned question, or else are exploratory.
_ANALYSES = (
    "descriptives",
    "correlations",
    "course",
    "course_change",
    "course_ordinal",
    "course_ordinal_change",
    "sensitivity",
    "within_between",
    "within_own_trend",
    "injection_cycle",
    "groups",
    "group_tests",
    "differences",
    "before_after",
    "treatment_comparison",
    "treatment_balance",
    "responders",
    "change",
    "screening",
    "reliability",
    "dropout",
    "funnel",
    "recovery",
    "recovery_time",
    "retest",
    "anchor_change",
)
_AS_IT_IS = frozenset((str, bool, int, type(None)))
FLAG_SHARE = 0.15  # at floor or ceiling (Terwee et al., J Clin Epidemiol 2007;60:34)


def report(
    frames: StudyFrames,
    *,
    generated_at: str,
    software: str,
    filters: Filters | None = None,
    suppress_under: int = SUPPRESS_UNDER,
    chain_heads: Sequence[str] = (),
    signatures: Sequence[Mapping[str, Any]] = (),
    amendments: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The report as one JSON-ready object.

    Args:
        generated_at: the instant, ISO 8601; visits due by that day count as expected.
        software: name and version of what made it.
        filters: the part of the study; ``data_sha256`` is that of the whole study.
        suppress_under: cells of fewer patients are hidden.
        chain_heads: how the audit trail ended when the data were read, as ``CHAIN:NUMBER:HASH``.
        signatures: who signed the freeze that the frames come of.
        amendments: of the plan, each with its ``version``, ``protocol`` and ``holds_from`` (ISO 8601).

    Raises:
        FrameError: the frames break their contract.
    """
    check(frames)
    filters = filters or Filters()
    digest = frames.sha256
    part = apply(frames, filters)
    table = part.scored
    few = suppress_under
    found = Findings.of(part, few)
    info = found.scale_info
    on = datetime.fromisoformat(generated_at).date()
    described = descriptives(table, info, suppress_under=few)
    content: dict[str, Any] = {
        "study": frames.study,
        "title": frames.title,
        "simulated": frames.simulated,
        "generated_at": generated_at,
        "software": software,
        "data_sha256": digest,
        "chain_heads": list(chain_heads),
        "signatures": [dict(one) for one in signatures],
        "amendments": [dict(one) for one in amendments],
        "filters": filters.chosen,
        "suppress_under": few,
        "patients": len(part.patients),
        "visits": int(table["visit_id"].nunique()),
        "responses": len(table.drop_duplicates(["visit_id", "instrument"])),
        "methods": "",
        "warnings": [
            *_warnings(frames, part, filters, table, described),
            *map(_amended, amendments),
            *planned.warnings(frames.analysis_plan),
            *_uneven(found.course, frames.scale_info),
        ],
        "left_out": [
            *_set_apart(frames.unconfirmed, UNCONFIRMED, frames, filters),
            *_set_apart(frames.without_consent or (), consent.REASON, frames, filters),
            *_set_aside(frames, part, filters),
            *left_out(table),
            *left_out_of_before_after(table, part.treatments),
        ],
        "analysis_plan": planned.analysis_plan(frames.analysis_plan, frames.scale_info),
        "table_one": found.table_one,
        "flow": found.flow(on),
        "recruitment": found.recruitment(on),
        "descriptives": described,
        "correlations": found.correlations,
        "course": found.course,
        "course_change": found.course_change,
        "course_ordinal": found.course_ordinal,
        "course_ordinal_change": found.course_ordinal_change,
        "sensitivity": found.sensitivity,
        "within_between": found.within_between,
        "within_own_trend": found.within_own_trend,
        "injection_cycle": found.injection_cycle,
        "groups": groups(table, part.treatments, info, suppress_under=few),
        "group_tests": found.group_tests,
        "differences": differences(table, part.treatments, info, suppress_under=few),
        "before_after": found.before_after,
        "treatment_comparison": found.treatment_comparison,
        "treatment_balance": found.treatment_balance,
        "responders": found.responders,
        "change": found.change,
        "screening": found.screening,
        "reliability": found.reliability,
        "attendance": found.attendance(on),
        "attendance_by_instrument": attendance_by_instrument(part, on, suppress_under=few),
        "dropout": found.dropout,
        "funnel": found.funnel,
        "recovery": found.recovery(on),
        "recovery_time": recovery_time(part, on, suppress_under=few),
        "anchor_change": anchor_change(part, info, suppress_under=few),
        "retest": retest(table, part.treatments, part.visits, info, suppress_under=few),
    }
    content["statements"] = [coded(one, digest, filters.chosen) for one in statements(part, on, few)]
    for name in _ANALYSES:
        planned.mark(content[name])
    how = methods(part, filters, software=software, digest=digest, suppress_under=few, content=content)
    content["methods"] = f"{extent(part, few)} {how}"
    content["checklist"] = checklist(part, content)
    plain: dict[str, Any] = _plain(content)
    return plain


def as_json(content: Mapping[str, Any]) -> str:
    """The text of a report, indented by 1; NaN and infinity are errors, never written."""
    return _indented(content, 0)


def _indented(value: Any, depth: int) -> str:
    """As json.dumps with an indent, whose own way is slow: a flat record is written at once."""
    inner = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inner, list) or not inner:
        return _encoder(depth).encode(value)
    ends, between = ("{}" if isinstance(value, dict) else "[]"), f",\n{' ' * (depth + 1)}"
    if not any(isinstance(one, dict | list) for one in inner):
        within = _encoder(depth + 1).encode(value)[1:-1]
    elif isinstance(value, dict):
        within = between.join(
            f"{_encoder(0).encode(key)}: {_indented(one, depth + 1)}" for key, one in value.items()
        )
    else:
        within = between.join(_indented(one, depth + 1) for one in inner)
    return f"{ends[0]}{between[1:]}{within}\n{' ' * depth}{ends[1]}"


@cache
def _encoder(depth: int) -> json.JSONEncoder:
    return json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(f",\n{' ' * depth}", ": "))


def left_out(table: pd.DataFrame) -> list[Record]:
    """The patients and responses that each analysis leaves out, by scale and reason.

    ``scores``: answered, but with too many missing items, or on mood and answered by another person.
    ``time_since_onset``: scored, but without a usable time. ``adjusted``: scored, but without age or sex to
    adjust for. ``course``: scored, but without a usable time at the first visit, age or sex (the first reason
    that fits).
    """
    known = table["value"].notna()
    conditions = [
        ("scores", "too many items missing", ~known & ~table["by_other"]),
        ("scores", "answers chosen by someone else", table["by_other"]),
    ]
    conditions += [
        ("time_since_onset", reason, known & (table["left_out"] == reason)) for reason in LEFT_OUT_REASONS
    ]
    conditions += [
        ("adjusted", "birth year not known", known & table["age"].isna()),
        ("adjusted", "sex other or unknown", known & table["female"].isna()),
    ]
    of_course = left_out_of_course(table)
    conditions += [("course", reason, known & (of_course == reason)) for reason in COURSE_REASONS]
    records = []
    for analysis, reason, condition in conditions:
        for scale, rows in table[condition].groupby("scale"):
            counts = {"patients": rows["patient"].nunique(), "responses": len(rows)}
            records.append({"analysis": analysis, "scale": scale, "reason": reason, **counts})
    return records


def _set_apart(
    counts: Sequence[tuple[str, int, int]], reason: str, frames: StudyFrames, filters: Filters
) -> list[Record]:
    """What every analysis leaves out of people for one reason; a part of the study tells none."""
    if filters.chosen:
        return []
    return [
        {"analysis": "all", "scale": scale, "reason": reason, "patients": patients, "responses": responses}
        for scale, patients, responses in counts
        if scale in frames.scale_info
    ]


def _set_aside(frames: StudyFrames, part: StudyFrames, filters: Filters) -> list[Record]:
    """The responses of these patients that every analysis leaves out because of their wording."""
    if filters.wording is not None:
        return []
    aside = frames.scores[wordings.set_aside(frames)]
    aside = aside[aside["patient"].isin(part.patients["patient"])]
    return [
        {
            "analysis": "all",
            "scale": scale,
            "reason": wordings.LEFT_OUT,
            "patients": int(rows["patient"].nunique()),
            "responses": len(rows),
        }
        for scale, rows in aside.groupby("scale")
    ]


def _amended(one: Mapping[str, Any]) -> str:
    return (
        f"The plan was amended (version {one['version']}, protocol {one['protocol']}) for visits due from "
        f"{one['holds_from']} on: what was asked before and after may differ."
    )


def _warnings(
    frames: StudyFrames, part: StudyFrames, filters: Filters, table: pd.DataFrame, described: list[Record]
) -> list[str]:
    warnings = []
    if frames.simulated:
        warnings.append("These data are simulated: no patient stands behind any number.")
    warnings += consent.said(frames.without_consent)
    warnings += wordings.warnings(frames, part, filters.wording)
    known = table[table["value"].notna()]
    if known.empty:
        return [*warnings, "There is no score yet: nothing can be estimated."]
    if {"acute", "chronic"} <= set(known["stratum"].unique()):
        warnings.append("Records on all patients mix two populations, acute and chronic.")
    warnings.append("Treatment was not assigned at random and patients who recover stop attending.")
    warnings.append(AT_THEIR_WORST)
    for record in described:
        if record["visit"] == "first" and "stratum" not in record and record["n"]:
            label = frames.scale_info[record["scale"]].label
            warnings += [
                f"{label}: {record[end]:.0%} of patients are at the {end} at their first score."
                for end in ("floor", "ceiling")
                if record[end] > FLAG_SHARE
            ]
    return warnings


def _uneven(followed: list[Record], scale_info: Mapping[str, ScaleInfo]) -> list[str]:
    """The scales whose straight term of time in the course misleads."""
    found: dict[str, dict[str, None]] = {}
    for record in followed:
        if (record["uneven_p"] or 1) < UNEVEN_UNDER:
            found.setdefault(scale_info[record["scale"]].label, {})[record.get("stratum", "all")] = None
    if not found:
        return []
    where = "; ".join(f"{label} ({', '.join(strata)})" for label, strata in found.items())
    told = "Change is not even over the time since the first visit: the course's term for it misleads"
    return [f"{told} (its figure does not) in {where}."]


def _plain(value: Any) -> Any:
    """Plain Python at every level; NaN becomes None."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return _plain(value.item()) if isinstance(value, np.generic) else value
