"""The items that a report of patient-reported outcomes must have, and those that this one fills by itself.

Items in our own words after CONSORT-PRO (Calvert et al., JAMA 2013;309:814) and the ISOQOL standards
(Brundage et al., Qual Life Res 2013;22:1161). Both were written for trials and are applied here by analogy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.data.statuses import NOT_IN_FOLLOW_UP

CONSORT_PRO, ISOQOL = "CONSORT-PRO", "ISOQOL"
BY_AUTHORS = "For the authors: no data can tell."
_SOURCES = {
    "web": "by link on the web",
    "kiosk": "on a tablet in the clinic",
    "staff_read": "read out by staff",
    "paper": "on paper",
    "import": "imported",
    "simulated": "simulated",
}
_ANSWERED_BY = {
    "patient": "the patient alone",
    "typed_by_other": "typed by somebody else",
    "chosen_by_other": "chosen by somebody else",
    "interpreter": "through an interpreter",
}


def checklist(frames: StudyFrames, content: Mapping[str, Any]) -> list[Record]:
    """The items in the order of an article, each ``filled`` with a ``text``, or left for the authors.

    Args:
        frames: the analysed frames, already filtered.
        content: the report's records so far.
    """
    scores = frames.scores
    asked = _distinct(scores[["instrument", "version", "wording", "locale"]])
    thresholds = [one for one in content["change"] if "stratum" not in one and one["threshold_kind"]]
    items = [
        ("Abstract", "P1b", CONSORT_PRO, "The outcome is named as patient-reported", None),
        ("Introduction", "P2b", CONSORT_PRO, "Hypothesis and domains, stated beforehand", _plan(frames)),
        ("Methods", "", ISOQOL, "Protocol, registration, ethics and consent", None),
        ("Methods", "P6a", CONSORT_PRO, "Questionnaires, version, wording and language", _instruments(asked)),
        ("Methods", "P6a", CONSORT_PRO, "How well they measure here", _reliability(content["reliability"])),
        ("Methods", "P6a", CONSORT_PRO, "Who answered, and how", _mode(frames)),
        ("Methods", "", ISOQOL, "When: the visits", _visits(content["attendance"])),
        ("Methods", "", ISOQOL, "Number of patients planned, and why", None),
        (
            "Methods",
            "",
            ISOQOL,
            "Scoring and rules for missing items",
            _if(asked, "See the methods."),
        ),
        ("Methods", "", ISOQOL, "How much change counts", _thresholds(thresholds)),
        ("Methods", "P12a", CONSORT_PRO, "How missing data are handled", _if(asked, _MISSING)),
        ("Methods", "", ISOQOL, "Multiple comparisons", _if(asked, _multiple(frames))),
        ("Results", "", ISOQOL, "Flow: enrolled, expected, answered", _flow(content)),
        (
            "Results",
            "14a",
            CONSORT_PRO,
            "When patients were enrolled",
            _recruitment(content["recruitment"]),
        ),
        ("Results", "15", CONSORT_PRO, "Patients at the start", _if(content["table_one"], "See Table 1.")),
        ("Results", "", ISOQOL, "Scores at the first visit, with n", _if(asked, "See the table of scores.")),
        ("Results", "", ISOQOL, "Every scale, not a selection", _if(asked, "Every scale that was scored.")),
        (
            "Results",
            "",
            ISOQOL,
            "Who did not come back",
            _if(asked, _NOT_BACK),
        ),
        (
            "Discussion",
            "P20/21",
            CONSORT_PRO,
            "Limitations of what was asked",
            _if(asked, _LIMITS),
        ),
        ("Discussion", "P20/21", CONSORT_PRO, "To whom it applies, and what it means in the clinic", None),
    ]
    return [
        {
            "section": section,
            "number": number or None,
            "guideline": guideline,
            "item": item,
            "filled": text is not None,
            "text": text or BY_AUTHORS,
        }
        for section, number, guideline, item, text in items
    ]


_MISSING = "Each scale's own rule for missing items; all available visits; nothing carried forward."
_NOT_BACK = "First scores of those without a later visit."
_MULTIPLE = "Benjamini–Hochberg within each analysis and stratum; the number of tests beside each p."
_PLANNED = "Holm over the primary, and over the secondary questions of the analysis plan. All others: "
_LIMITS = "Treatment was not assigned at random; patients who recover stop attending; see the warnings."


def _plan(frames: StudyFrames) -> str | None:
    """The questions of the analysis plan, and whether they were stated beforehand."""
    if not frames.analysis_plan:
        return None
    newest = frames.analysis_plan.versions[-1]
    primary = sum(one.primary for one in newest.questions)
    counts = f"{primary} primary, {len(newest.questions) - primary} secondary questions"
    when = f"fixed on {newest.fixed_at[:10]}{f', {newest.seen}' if newest.seen else ', before any answer'}"
    return f"Analysis plan, version {newest.version}: {counts}; {when} (SHA-256 {newest.sha256})."


def _if(there: object, text: str) -> str | None:
    return text if there else None


def _multiple(frames: StudyFrames) -> str:
    return f"{_PLANNED}{_MULTIPLE}" if frames.analysis_plan else _MULTIPLE


def _distinct(table: Any) -> list[tuple[str, ...]]:
    found = table.drop_duplicates().astype("str").fillna("unknown")
    return sorted(found.drop_duplicates().itertuples(index=False, name=None))


def _instruments(asked: Sequence[tuple[str, ...]]) -> str | None:
    texts = [f"{key} {version}, {wording} wording, {locale}" for key, version, wording, locale in asked]
    return "; ".join(texts) or None


def _reliability(records: Sequence[Record]) -> str | None:
    known = [one for one in records if "stratum" not in one and one["alpha"] is not None]
    texts = [f"{one['instrument']}.{one['scale']} alpha {one['alpha']:.2f} (n {one['n']})" for one in known]
    return "; ".join(texts) or None


def _mode(frames: StudyFrames) -> str | None:
    answered = frames.scores.drop_duplicates(["visit_id", "instrument"])
    ways = [_SOURCES.get(way, way) for way in sorted(answered["source"].dropna().unique())]
    people = [_ANSWERED_BY.get(who, who) for who in sorted(answered["answered_by"].dropna().unique())]
    by = f"answered by: {', '.join(people)}" if people else "who answered is not recorded"
    return f"{', '.join(ways)}; {by}" if ways else None


def _visits(records: Sequence[Record]) -> str | None:
    return ", ".join(dict.fromkeys(one["visit"] for one in records)) or None


def _thresholds(records: Sequence[Record]) -> str | None:
    used = [one for one in records if one["improved"] is not None]
    texts = [f"{one['scale']} {one['threshold']:g} ({one['source']})" for one in used]
    return "; ".join(texts) or None


def _recruitment(records: Sequence[Record]) -> str | None:
    of_all = [one for one in records if one["site"] is None and one["enrolled"]]
    return f"From {of_all[0]['since']} to {of_all[-1]['month']}." if of_all else None


def _flow(content: Mapping[str, Any]) -> str | None:
    texts = [
        f"{one['visit']}: {one['scored']} "
        + (f"of {one['expected']} expected, " if one["expected"] else "")
        + f"of {one['enrolled']} enrolled"
        for one in content["attendance"]
        if one["available_rate"] is not None
    ]
    gone = [
        f"{one['step']} {one['n']}"
        for one in content["flow"]
        if one["by"] == "all"
        and one["reason"] is None
        and one["step"] in NOT_IN_FOLLOW_UP
        and one["n"] is not None
    ]
    return "; ".join([*texts, *gone]) or None
