"""What holds for every figure: whole, in plain words, safe to draw, and without small cells."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.data.frame import ScaleInfo
from analysis.figures import (
    TOGETHER,
    View,
    association_figure,
    course_figure,
    main_scales,
    time_figure,
    treatment_figure,
)
from tests.analysis.drawings import drawn_texts, labels, plain, points, traces, words
from tests.analysis.studies import MAIN_SCALES, SCALES, Patient, registry, study
from tests.support.examples import examples

CLINIC, ANALYST = View(may_open_patients=True), View()
VIEWS = {
    "clinic": CLINIC,
    "analyst": ANALYST,
    "clinic together": View(may_open_patients=True, strata=TOGETHER),
    "analyst together": View(strata=TOGETHER),
    "analyst acute": View(strata=("acute",)),
}
IN_SUITE = ("clinic", "analyst", "analyst together")
LOOKED_AT = [
    pytest.param(view, id=name, marks=() if name in IN_SUITE else pytest.mark.long)
    for name, view in VIEWS.items()
]
FIGURES = {
    "time": lambda frames, view: time_figure(frames, "face.total", view),
    "course": lambda frames, view: course_figure(frames, "face.total", view),
    "association": lambda frames, view: association_figure(frames, view, scales=MAIN_SCALES),
    "treatment": lambda frames, view: treatment_figure(frames, "phq9.total", view),
}


@pytest.fixture(scope="module")
def frames():
    return registry(21, 160)


@pytest.fixture(scope="module")
def draw(frames):
    """Draws a figure for a view, once for all tests."""
    return cache(lambda name, view: FIGURES[name](frames, view))


@pytest.fixture(scope="module")
def marked_up():
    """A study whose codes and labels look like markup."""
    patients = [
        Patient(
            f"<b>{n}</b>&",
            [("2025-01-01", {"face.total": 10.0 + n, "phq9.total": n % 7.0, "saq.total": 30.0 + n})],
            onset="2024-12-01" if n % 2 else "2020-01-01",
            treatments=[("botulinum_toxin", "2024-01-15")] if n % 3 else [],
        )
        for n in range(40)
    ]
    odd = ScaleInfo('<a href="javascript:x">F</a>', "<i>F</i>", 0, 100, "higher_better", "face")
    return replace(study(patients), scale_info={**SCALES, "face.total": odd})


@pytest.mark.parametrize("view", LOOKED_AT)
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_whole(draw, name, view):
    """Title, a sentence with patients, axes, panels with their number of patients, a table and notes."""
    made = draw(name, view)
    assert made.title
    assert re.match(r"In \d+ (acute |chronic )?patients .*\.$", made.summary)
    assert made.x_axis
    assert made.y_axis
    assert len(made.table)
    assert made.notes
    assert len(made.panels) == len(view.strata)
    for panel in made.panels:
        assert re.search(r"\d+ patients, .*\d+ visits$", panel.note)
        assert plain(panel)["data"]
    assert len({panel.key for panel in made.panels}) == len(made.panels)


def test_panels_are_named_by_their_stratum(frames):
    """Acute and chronic side by side; together is said to mix; one stratum stands alone."""

    def titles(strata):
        return [panel.title for panel in time_figure(frames, "face.total", View(strata=strata)).panels]

    assert titles(("acute", "chronic")) == ["Acute, under 90 days", "Chronic, 90 days and over"]
    assert titles(TOGETHER) == ["All, mixes two populations"]
    assert titles(("chronic",)) == ["Chronic, 90 days and over"]


@pytest.mark.parametrize("name", FIGURES)
def test_the_page_gets_plain_lists_and_no_look_of_plotly(draw, name):
    """No base64 arrays, none of plotly's own template, and less than 60 kB a panel."""
    for panel in draw(name, CLINIC).panels:
        text = panel.figure.to_json()
        assert "bdata" not in text
        assert "layout" not in json.loads(text)["layout"]["template"]
        assert len(text) < 60_000


@pytest.mark.parametrize("view", LOOKED_AT)
@pytest.mark.parametrize("name", FIGURES)
def test_the_words_stay_within_what_a_registry_can_say(draw, name, view):
    text = words(draw(name, view)).lower()
    for word in ("effect", "impact", "improve", "predict", "depressed", "due to", "works"):
        assert word not in text


@pytest.mark.parametrize("scale", MAIN_SCALES)
def test_directions_are_said(frames, scale):
    """Beside every axis of a score stands which end is better."""
    better = "higher is better" if SCALES[scale].direction == "higher_better" else "higher is worse"
    assert time_figure(frames, scale, CLINIC).y_axis.endswith(better)
    assert treatment_figure(frames, scale, CLINIC).x_axis.endswith(better)


@pytest.mark.parametrize("view", LOOKED_AT)
@pytest.mark.parametrize("name", FIGURES)
def test_nothing_drawn_holds_a_tag(marked_up, name, view):
    """Plotly writes tags with inline styles, which the page's policy refuses; only line breaks are drawn.

    Codes and labels that look like markup are drawn as text. `<extra></extra>` is how a template says that
    nothing stands beside its box.
    """
    texts = [text.replace("<extra></extra>", "") for text in drawn_texts(FIGURES[name](marked_up, view))]
    for text in texts:
        assert not re.search("[<>]", text.replace("<br>", "")), text
    if view is CLINIC and name == "time":
        assert any("&lt;b&gt;1&lt;/b&gt;&amp;" in text for text in texts)
    if name == "association":
        assert any("&lt;a" in text for text in texts)


def small_study():
    """Four acute patients treated with toxin, twelve chronic ones without."""
    acute = [
        Patient(
            f"early{n}",
            [("2024-02-01", {"face.total": 10.0 + n, "phq9.total": 5.0})],
            treatments=[("botulinum_toxin", "2024-01-15")],
        )
        for n in range(4)
    ]
    chronic = [
        Patient(f"late{n}", [(f"2025-02-{n + 1:02d}", {"face.total": 60.0 + n, "phq9.total": n % 5.0})])
        for n in range(12)
    ]
    return study(acute + chronic)


def test_those_who_may_open_patients_see_points_but_no_average_of_four():
    """Counts, points and codes; no box, no curve, no median and no coefficient of the four."""
    frames = small_study()
    time, treated = time_figure(frames, "face.total", CLINIC), treatment_figure(frames, "face.total", CLINIC)
    assert points(time) == points(treated) == 16
    assert len(traces(treated, kind="box")) == 1
    assert len(traces(time, "lines")) == 3  # curves and band of the twelve
    toxin = treated.table[treated.table["Treatment"] == "toxin"].iloc[0]
    assert (toxin["Patients"], toxin["Median"]) == ("4", "–")
    assert "In <5 acute patients there is no coefficient" in time.summary  # as for every reader
    assert "late0" in " ".join(drawn_texts(time))


def test_others_see_no_cell_of_four():
    """No point, no number and no count of the four, and no patient's code at all."""
    frames = small_study()
    time = time_figure(frames, "face.total", ANALYST)
    treated = treatment_figure(frames, "face.total", ANALYST)
    assert points(time) == points(treated) == 12
    assert all(value >= 60 for trace in traces(time, "markers") for value in trace["y"])
    assert all(value >= 60 for trace in traces(treated, "markers") for value in trace["x"])
    for made in (time, treated):
        assert "late0" not in words(made) + " ".join(drawn_texts(made))
        assert "<5" in words(made)
    assert list(treated.table["Treatment"]) == ["none yet"]


def test_all_together_does_not_give_away_a_small_stratum():
    """All patients less the twelve chronic ones would be the four acute: they are left out there too."""
    frames, view = small_study(), View(strata=TOGETHER)
    assert points(time_figure(frames, "face.total", view)) == 12
    assert points(treatment_figure(frames, "face.total", view)) == 12
    rows = association_figure(frames, view, scales=MAIN_SCALES).table
    assert set(rows["Patients"]) == {"hidden"}
    assert set(rows["rho"]) == {"–"}


COUNT = re.compile(r"(\d[\d,]*)\s*(?:(?:acute|chronic) )?patients?\b|n\u00a0=\u00a0(\d+)|(\d+) visits")


def small_counts(text):
    """The numbers from 1 to 4 that are said to be patients."""
    found = [int("".join(groups).replace(",", "")) for groups in COUNT.findall(text)]
    allowed = ("fewer than", "under", "Under")
    return [n for n in found if 0 < n < 5] if not any(f"{word} 5" in text for word in allowed) else []


@examples(2)
@given_by(
    seed=st.integers(0, 10_000), patients=st.integers(0, 60), view=st.sampled_from([ANALYST, *VIEWS.values()])
)
def test_no_small_cell_for_analysts(seed, patients, view):
    """Not in a panel, a row, a table, a sentence or a note is there a count of one to four patients."""
    view = replace(view, may_open_patients=False)
    frames = registry(seed, patients)
    made = [
        *(time_figure(frames, scale, view) for scale in ("face.total", "saq.total")),
        course_figure(frames, "face.total", view),
        treatment_figure(frames, "face.total", view),
        association_figure(frames, view, scales=MAIN_SCALES),
    ]
    for figure in made:
        for trace in traces(figure, "markers") if figure.key != "associations" else []:
            assert len(trace["x"]) >= 5
        for count in figure.table["Patients"]:
            assert count in ("<5", "hidden", "0") or int(count) >= 5
        for row in figure.table.to_dict("records"):
            if "Median" in row:
                assert row["Median"] == "–" or int(row["Patients"]) >= 5
            elif "rho" in row:
                assert row["rho"] == "–" or int(row["Patients"]) >= 10
        said = [figure.summary, *figure.notes, *(panel.note for panel in figure.panels)]
        drawn = [text for panel in figure.panels for text in labels(panel)]
        assert [small for text in (*said, *drawn) for small in small_counts(text)] == []


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
@pytest.mark.parametrize("name", FIGURES)
def test_an_empty_study_has_no_panels(name, view):
    """There is nothing to draw, and the sentence says so."""
    made = FIGURES[name](study([]), view)
    assert made.panels == ()
    assert made.summary.startswith(("There is no", "No pair"))


def test_a_stratum_of_nobody_has_no_panel():
    """Empty axes say nothing."""
    late = [Patient(f"{n}", [("2025-02-01", {"face.total": 60.0 + n})]) for n in range(12)]
    for make in (FIGURES["time"], lambda frames, view: treatment_figure(frames, "face.total", view)):
        assert [panel.title for panel in make(study(late), CLINIC).panels] == ["Chronic, 90 days and over"]


def test_simulated_figures_say_so():
    made = time_figure(study([], simulated=True), "face.total", CLINIC)
    assert made.notes[-1].startswith("Simulated data")


def test_a_study_that_asks_other_questionnaires_has_figures_of_those():
    """The main scales where the study has them, else whatever it has."""
    other = [Patient("a", [("2024-02-01", {"fdi.social": 50.0, "phq9.total": None})])]
    assert main_scales(study(other)) == ("fdi.social",)
    assert main_scales(registry(3, 20)) == MAIN_SCALES
    assert main_scales(study([])) == ()
