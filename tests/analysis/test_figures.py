"""Figures: what is drawn, for whom, and what is said."""

import json
import re

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.figures import View, association_figure, time_figure, treatment_figure
from analysis.look import INK, ORANGE, TEAL, VIOLET, ticks
from analysis.treatments import LEVELS
from tests.analysis.studies import SCALES, Patient, registry, study

CLINIC, ANALYST = View(may_open_patients=True), View()
FIGURES = {
    "time": lambda frames, view: time_figure(frames, "face.total", view),
    "association": association_figure,
    "treatment": lambda frames, view: treatment_figure(frames, "phq9.total", view),
}


@pytest.fixture(scope="module")
def frames():
    return registry(21, 160)


def traces(made, mode=None):
    """The traces as plain data, as the page gets them."""
    drawn = json.loads(made.figure.to_json())["data"]
    return [t for t in drawn if mode is None or t.get("mode") == mode]


def points(made):
    return sum(len(trace["x"]) for trace in traces(made, "markers"))


def words(made):
    return " ".join([made.title, made.summary, *made.notes, made.table.to_string()])


def texts(made):
    """Every string that plotly gets."""
    found, rest = [], [json.loads(made.figure.to_json())]
    while rest:
        value = rest.pop()
        if isinstance(value, dict | list):
            rest += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str):
            found.append(value)
    return found


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_figure_is_whole(frames, name, together, theme):
    """Title, one sentence with patients and visits, a table, notes, and a figure in its theme."""
    made = FIGURES[name](frames, View(may_open_patients=True, together=together, theme=theme))
    assert made.title
    assert re.match(r"In \d+ patients \(\d+ visits\), .* is associated with .*\.$", made.summary)
    assert len(made.table)
    assert made.notes
    drawn = json.loads(made.figure.to_json())
    assert drawn["data"]
    assert drawn["layout"]["template"]["layout"]["font"]["color"] == INK[theme]["text"]
    assert drawn["layout"]["template"]["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
    titles = [annotation["text"] for annotation in drawn["layout"]["annotations"]]
    expected = ["<b>All</b><br>mixes two populations"] if together else ["<b>Acute", "<b>Chronic"]
    assert all(part in title for part, title in zip(expected, titles, strict=True))


@pytest.mark.parametrize("name", FIGURES)
def test_the_page_gets_plain_lists_and_one_small_template(frames, name):
    """No base64 arrays, none of plotly's own template, and less than 100 kB."""
    text = FIGURES[name](frames, CLINIC).figure.to_json()
    assert "bdata" not in text
    assert set(json.loads(text)["layout"]["template"]) == {"layout"}
    assert len(text) < 100_000


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("view", [CLINIC, ANALYST, View(together=True)])
def test_the_words_stay_within_what_a_registry_can_say(frames, name, view):
    text = words(FIGURES[name](frames, view)).lower()
    for word in ("effect", "impact", "improve", "predict", "depressed", "due to", "works"):
        assert word not in text


def test_directions_are_said():
    some = registry(2, 30)
    assert "FaCE total, 0–100 — higher is better" in texts(time_figure(some, "face.total", CLINIC))
    assert "SAQ total, 20–100 — higher is worse" in texts(treatment_figure(some, "saq.total", CLINIC))


def test_one_dot_per_patient_on_a_log_axis(frames):
    """The first score with a usable time, in years; the marks are those clinicians know."""
    made = time_figure(frames, "face.total", CLINIC)
    assert f"In {points(made)} patients" in made.summary
    layout = json.loads(made.figure.to_json())["layout"]
    assert layout["xaxis"]["type"] == layout["xaxis2"]["type"] == "log"
    assert layout["xaxis"]["ticktext"] + layout["xaxis2"]["ticktext"] == [
        "1 week",
        "1 month",
        "3 months",
        "1 year",
        "5 years",
        "20 years",
    ]


def test_the_time_axis_spans_a_day_to_seventy_years():
    patients = [
        Patient(f"{n}", [("2024-01-01", {"face.total": 50.0})], onset=onset)
        for n, onset in enumerate(["2024-01-01", "1954-01-01"])
    ]
    layout = json.loads(time_figure(study(patients), "face.total", CLINIC).figure.to_json())["layout"]
    assert 10 ** layout["xaxis"]["range"][0] < 1 / 365.25
    assert 10 ** layout["xaxis2"]["range"][1] > 70


def small_study(codes=("<b>x</b>", "b&b", "c", "d")):
    """Four acute patients treated with toxin, twelve chronic ones without."""
    acute = [
        Patient(
            code,
            [("2024-02-01", {"face.total": 10.0 + n, "phq9.total": 5.0})],
            treatments=[("botulinum_toxin", "2024-01-15")],
        )
        for n, code in enumerate(codes)
    ]
    chronic = [
        Patient(f"late{n}", [("2025-02-01", {"face.total": 60.0 + n, "phq9.total": n % 5.0})])
        for n in range(12)
    ]
    return study(acute + chronic)


def test_those_who_may_open_patients_see_points_but_no_average_of_four():
    frames = small_study()
    time, treated = time_figure(frames, "face.total", CLINIC), treatment_figure(frames, "face.total", CLINIC)
    assert points(time) == points(treated) == 16
    assert len([t for t in traces(treated) if t["type"] == "box"]) == 1
    toxin = treated.table[treated.table["Treatment"] == "toxin"].iloc[0]
    assert (toxin["Patients"], toxin["Median"]) == ("4", "–")
    assert "late0" in " ".join(texts(time))


def test_others_see_no_cell_of_four():
    """No point, no number and no count of the four, and no patient's code at all."""
    frames = small_study()
    time, treated = (
        time_figure(frames, "face.total", ANALYST),
        treatment_figure(frames, "face.total", ANALYST),
    )
    assert points(time) == points(treated) == 12
    assert all(value >= 60 for trace in traces(time, "markers") for value in trace["y"])
    assert all(value >= 60 for trace in traces(treated, "markers") for value in trace["x"])
    for made in (time, treated):
        assert "late0" not in words(made) + " ".join(texts(made))
        assert "<5" in words(made)
    toxin = treated.table[treated.table["Treatment"] == "toxin"].iloc[0]
    assert (toxin["Patients"], toxin["Median"]) == ("<5", "–")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given_by(seed=st.integers(0, 10_000), patients=st.integers(0, 40), together=st.booleans())
def test_no_small_cell_for_analysts(seed, patients, together):
    """Every drawn level and panel, and every table row with numbers, has five patients or more."""
    frames, view = registry(seed, patients), View(together=together)
    treated, time = treatment_figure(frames, "face.total", view), time_figure(frames, "face.total", view)
    for trace in [*traces(treated, "markers"), *traces(time, "markers")]:
        assert len(trace["x"]) == 0 or len(trace["x"]) >= 5
    for made in (treated, time):
        for row in made.table.to_dict("records"):
            count = row["Patients"]
            assert count in ("<5", "hidden", "0") or int(count) >= 5
            assert row["Median"] == "–" or int(count) >= 5
    for row in association_figure(frames, view).table.to_dict("records"):
        assert row["Patients"] in ("<5", "0") or int(row["Patients"]) >= 5
        assert row["rho"] == "–" or int(row["Patients"]) >= 10


def test_text_is_drawn_as_text():
    """A code or label that looks like markup reaches plotly escaped."""
    frames = small_study()
    labelled = dict(SCALES)
    labelled["face.total"] = SCALES["face.total"].__class__(
        '<a href="javascript:x">F</a>', "<i>F</i>", 0, 100, "higher_better", "face"
    )
    frames = frames.__class__(**{**frames.__dict__, "scale_info": labelled})
    for make in FIGURES.values():
        for text in texts(make(frames, CLINIC)):
            panel_title = re.fullmatch(r"<b>\w+</b>(<br>([^<>]|&lt;)*)+", text)
            assert panel_title or not re.search("[<>]", text), text
    drawn = " ".join(texts(time_figure(frames, "face.total", CLINIC)))
    assert "&lt;b&gt;x&lt;/b&gt;" in drawn
    assert "b&amp;b" in drawn
    assert "&lt;a href" in drawn


def test_levels_keep_their_order_whatever_the_scores(frames):
    made = treatment_figure(frames, "phq9.total", CLINIC)
    labels = json.loads(made.figure.to_json())["layout"]["yaxis"]["ticktext"]
    assert labels == sorted(labels, key=LEVELS.index)
    assert list(dict.fromkeys(made.table["Treatment"])) == labels


def test_kruskal_stands_in_a_note(frames):
    notes = treatment_figure(frames, "phq9.total", CLINIC).notes
    assert sum("Kruskal–Wallis H" in note and "epsilon²" in note for note in notes) == 2


def test_associations_have_interval_and_number(frames):
    made = association_figure(frames, CLINIC)
    assert len(made.table) == 2 * 10
    assert all(text.startswith("n = ") for trace in traces(made, "text") for text in trace["text"])
    assert all("error_x" in trace for trace in traces(made, "markers"))
    shared = made.table[made.table["Pair"] == "FaCE total × FaCE social function"]["Note"]
    assert shared.str.contains("the total contains the items of its part").all()


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("view", [CLINIC, ANALYST, View(together=True)])
def test_an_empty_study_draws_empty_panels(name, view):
    made = FIGURES[name](study([]), view)
    assert points(made) == 0
    assert made.summary.startswith(("There is no", "No pair"))


def test_simulated_figures_say_so():
    made = time_figure(study([], simulated=True), "face.total", CLINIC)
    assert made.notes[-1].startswith("Simulated data")


def contrast(one, other):
    """WCAG 2 contrast ratio of two #rrggbb colours."""

    def luminance(colour):
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [TEAL, ORANGE, VIOLET])
@pytest.mark.parametrize("page", ["#ffffff", "#101418"])
def test_series_are_seen_on_both_pages(colour, page):
    assert contrast(colour, page) >= 3


@pytest.mark.parametrize(("theme", "page"), [("light", "#ffffff"), ("dark", "#101418")])
def test_text_is_readable_on_its_page(theme, page):
    assert contrast(INK[theme]["text"], page) >= 7
    assert contrast(INK[theme]["quiet"], page) >= 4.5


def test_marks_are_round():
    assert ticks(SCALES["phq9.total"]) == [0, 5, 10, 15, 20, 25]
    assert ticks(SCALES["face.total"]) == ticks(SCALES["fdi.social"]) == [0, 20, 40, 60, 80, 100]
    assert ticks(SCALES["saq.total"]) == [20, 40, 60, 80, 100]
