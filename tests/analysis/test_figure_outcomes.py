"""The figures of outcomes, screening, measurement and attendance: whole, in plain words, no small cells."""

import dataclasses
import re
from datetime import date

import pytest

from analysis import figures
from analysis.data.frame import scored
from analysis.figures import TOGETHER, View
from analysis.figures.parts import seen
from analysis.figures.svg import svg
from analysis.results.before_after import AT_THEIR_WORST
from analysis.results.profile import baseline_profile
from analysis.statements.words import signed
from tests.analysis.drawings import drawn_texts, parsed, plain, points, words
from tests.analysis.outcomes import outcomes
from tests.analysis.studies import study

ON = date(2024, 1, 1)
SCALES = ("face.total", "phq9.total", "saq.total")
CLINIC, ANALYST = View(may_open_patients=True), View()
VIEWS = {
    "clinic": CLINIC,
    "analyst": ANALYST,
    "analyst together": View(strata=TOGETHER),
    "analyst acute": View(strata=("acute",)),
}
FIGURES = {
    "profile": lambda frames, view: figures.profile_figure(frames, view, scales=SCALES),
    "before-after": lambda frames, view: figures.before_after_figure(frames, "phq9.total", view),
    "injections": lambda frames, view: figures.injection_figure(frames, "face.total", view),
    "comparison": lambda frames, view: figures.comparison_figure(frames, "face.total", view),
    "change": lambda frames, view: figures.change_figure(frames, view, scales=SCALES),
    "screening": lambda frames, view: figures.screening_figure(frames, "phq9.total", view),
    "quality": lambda frames, view: figures.quality_figure(frames, view, scales=SCALES),
    "attendance": lambda frames, view: figures.attendance_figure(frames, ON, view),
    "dropout": lambda frames, view: figures.dropout_figure(frames, "face.total", view),
    "recovery": lambda frames, view: figures.recovery_figure(frames, ON, view),
}


@pytest.fixture(scope="module")
def frames():
    return outcomes()


@pytest.fixture(scope="module")
def drawn(frames):
    """Every figure for every view."""
    return {(name, view): FIGURES[name](frames, looks) for name in FIGURES for view, looks in VIEWS.items()}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_whole(drawn, name, view):
    """Title, a sentence, axes, a table and notes; what is drawn is plain lists, small, without tags."""
    made = drawn[name, view]
    assert made.title
    assert re.match(r"[A-Z].*\.$", made.summary)
    assert made.x_axis
    assert made.y_axis
    assert len(made.table)
    assert made.notes
    assert made.computed or name == "dropout"
    assert len({panel.key for panel in made.panels}) == len(made.panels)
    for panel in made.panels:
        text = panel.figure.to_json()
        assert plain(panel)["data"]
        assert "bdata" not in text
        assert len(text) < 60_000
    for text in drawn_texts(made):
        assert not re.search("[<>]", re.sub("<br>|<extra></extra>", "", text)), text


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", FIGURES)
def test_the_words_stay_within_what_a_registry_can_say(drawn, name, view):
    text = words(drawn[name, view]).lower()
    for word in ("effect", "impact", "improve", "predict", "depressed", "due to", "works"):
        assert word not in text


@pytest.mark.parametrize("name", FIGURES)
def test_analysts_see_no_small_cell(drawn, name):
    """No count of one to four anywhere in the table, in all views of an analyst."""
    counts = {
        "Patients",
        "Better",
        "Stable",
        "Worse",
        "Cannot get better",
        "Cannot get worse",
        "Began it",
        "Did not",
    }
    counts |= {"Expected", "Attended", "Scored", "Enrolled", "Graded", "House–Brackmann I", "Number"}
    for view in ("analyst", "analyst together", "analyst acute"):
        table = drawn[name, view].table
        for column in counts & set(table.columns):
            for text in table[column]:
                assert not re.match(r"[1-4](,|$)", text), (view, column, text)


def test_analysts_see_no_patient(drawn, frames):
    """No code in any text, and no dots of fewer than five patients."""
    for name in FIGURES:
        assert not any(re.search(r"P\d\d\d", text) for text in drawn_texts(drawn[name, "analyst"]))
    assert points(drawn["before-after", "clinic"]) > points(drawn["before-after", "analyst"])
    assert any(re.search(r"P\d\d\d", text) for text in drawn_texts(drawn["before-after", "clinic"]))


@pytest.mark.parametrize("name", ["before-after", "change"])
@pytest.mark.parametrize("view", VIEWS)
def test_regression_to_the_mean_is_said(drawn, name, view):
    assert AT_THEIR_WORST in drawn[name, view].notes


def test_treatments_stand_in_their_order(drawn):
    """Never ranked by result."""
    for view in VIEWS:
        families = list(dict.fromkeys(drawn["comparison", view].table["Treatment"]))
        assert families == [one for one in ("therapy", "toxin", "surgery") if one in families] != []


@pytest.mark.parametrize("name", ["before-after", "injections"])
def test_a_before_and_after_tells_no_direction(drawn, name):
    """Numbers, and what patients who were alike did; never that it is better or worse afterwards."""
    for view in VIEWS:
        summary = drawn[name, view].summary
        assert not re.search("higher|lower|better|worse", summary)
        assert "does not tell what" in summary or summary.startswith("Nobody yet")
    assert "does not tell what" in drawn[name, "clinic"].summary


def test_the_answer_comes_first(drawn):
    """Sentences with numbers, patients and intervals."""
    summaries = {name: drawn[name, "clinic"].summary for name in FIGURES}
    assert "52 screened positive (54 %, 44 % to 63 %)" in summaries["screening"].replace("\u00a0", " ")
    assert summaries["change"].startswith("FaCE total, by 17.6 points or more: in 58 acute patients 15 (26")
    assert "House–Brackmann I of those graded: 37 of 79 (47" in summaries["recovery"]
    assert "patients" in summaries["comparison"]
    assert "has an omega of 0." in summaries["quality"]


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_to_draw_is_said(name):
    """An empty study: no panel, and a sentence that says why."""
    made = FIGURES[name](dataclasses.replace(study([]), scale_info=outcomes().scale_info), CLINIC)
    assert made.panels == ()
    assert made.summary.endswith(".")


@pytest.mark.parametrize("name", FIGURES)
def test_each_can_be_printed(drawn, name):
    """As SVG: well formed, within its frame, with the labels of its rows."""
    for panel in drawn[name, "analyst"].panels:
        root = parsed(svg(panel.figure, panel.title))
        assert root.get("aria-label") == panel.title
        width, height = (float(part) for part in root.get("viewBox").split()[2:])
        for element in root.iter():
            for side, limit in (("x", width), ("cx", width), ("x2", width), ("y", height), ("cy", height)):
                assert -1 <= float(element.get(side, 0)) <= limit + 1


def test_what_lets_few_be_subtracted_is_blanked():
    """On all patients a record goes where a stratum has too few, but not for those who may see them."""
    records = [
        {"kind": "a", "n": 20, "mean": 1.0, "suppressed": False, "reason": None},
        {"stratum": "unknown", "kind": "a", "n": None, "mean": None, "suppressed": True, "reason": "few"},
    ]
    [one] = seen(records, ["kind"], View(strata=TOGETHER))[None]
    assert (one["n"], one["mean"], one["n_text"], one["suppressed"]) == (None, None, "hidden", True)
    [one] = seen(records, ["kind"], View(may_open_patients=True, strata=TOGETHER))[None]
    assert one["n"] == 20


def test_differences_carry_their_sign():
    assert [signed(value) for value in (5.24, -3.0, 0.0, -0.01, None)] == ["+5.2", "−3.0", "0.0", "0.0", "–"]


def test_standardised_differences(frames):
    """Of means by the mean variance, of shares by p (1 - p); ten patients in each group."""
    records = baseline_profile(scored(frames), frames.treatments, frames.scale_info, scales=SCALES)
    found = {(one["family"], one["variable"]): one for one in records}
    women = found["toxin", "female"]
    p, q = women["begun"], women["not_begun"]
    assert women["difference"] == pytest.approx((p - q) / ((p * (1 - p) + q * (1 - q)) / 2) ** 0.5)
    assert all(one["difference"] is not None or one["reason"] for one in records)
    assert all(one["n_begun"] is None or one["n_begun"] >= 5 for one in records)


def test_a_cut_off_is_told_at_the_bad_end_of_its_scale(frames):
    """A scale of well-being screens positive at its cut-off and below."""
    info = frames.scale_info["phq9.total"]
    turned = dataclasses.replace(info, direction="higher_better")
    well = dataclasses.replace(frames, scale_info={**frames.scale_info, "phq9.total": turned})
    made = figures.screening_figure(well, "phq9.total", CLINIC)
    assert made.summary.startswith("PHQ-9 total of 10 or less at the first score:")
    assert "At or below 10: screened positive, Published." in made.notes
