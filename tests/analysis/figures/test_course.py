"""Scores from visit to visit: the lines, the mean course and the sentence."""

import dataclasses
import re
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.data.frame import scored
from analysis.figures import TOGETHER, View, course_figure
from analysis.results.course import course
from analysis.results.models import RANDOM_SLOPE
from tests.analysis.drawings import plain, traces
from tests.analysis.reference import followed
from tests.analysis.studies import SCALES, Patient, study

CLINIC = View(may_open_patients=True)


@pytest.fixture(scope="module")
def frames():
    return study(followed())


@pytest.fixture(scope="module")
def figure(frames):
    return course_figure(frames, "face.total", CLINIC)


def test_a_line_per_patient_and_a_dot_per_score(frames, figure):
    """Gaps part the patients; nobody is joined with another."""
    table = scored(frames)
    rows = table[(table["scale"] == "face.total") & table["value"].notna()]
    for panel, stratum in zip(figure.panels, ("acute", "chronic"), strict=True):
        part = rows[rows["first_stratum"] == stratum]
        assert panel.note == f"{part['patient'].nunique()} patients, {len(part)} visits"
        lines, dots, *_ = plain(panel)["data"]
        assert len(dots["x"]) == len(dots["text"]) == len(part)
        assert lines["x"].count(None) == lines["y"].count(None) == part["patient"].nunique() - 1
        pieces = " ".join("|" if x is None else "." for x in lines["x"]).split("|")
        sizes = part.groupby("patient", sort=False).size().tolist()
        assert [piece.count(".") for piece in pieces] == sizes


def test_the_mean_starts_at_the_median_and_holds_the_model(frames, figure):
    """At the end of the thick line lies what the report's coefficients say."""
    by_term = {
        record["term"]: record["estimate"]
        for record in course(scored(frames), SCALES)
        if (record["scale"], record["model"], record.get("stratum")) == ("face.total", RANDOM_SLOPE, "acute")
    }
    rows = scored(frames).query("scale == 'face.total' and first_stratum == 'acute' and value.notna()")
    first = rows.drop_duplicates("patient")
    thick = plain(figure.panels[0])["data"][-1]
    start = first["first_log10_years"].median()
    assert thick["x"][0] == pytest.approx(10**start, rel=1e-3)
    at = {"intercept": 1, "log10_onset_years": start, "log2_followup_years": 0}
    at |= {name: first[name].mean() for name in ("age", "female")}
    assert thick["y"][0] == pytest.approx(sum(by_term[name] * value for name, value in at.items()), rel=1e-3)
    at["log2_followup_years"] = np.log2(1 + thick["x"][-1] - thick["x"][0])
    assert thick["y"][-1] == pytest.approx(sum(by_term[name] * value for name, value in at.items()), rel=1e-3)


def test_the_sentence_tells_the_first_year(figure):
    """One coefficient is the change in the first year: log2(1 + 1) = 1."""
    table = figure.table[figure.table["Patients are"] == "acute"].set_index("Term")
    change = table.loc["Years since the first visit + 1 doubled (as in the first year)", "Points"]
    acute = figure.summary.split(";")[0]
    assert acute.startswith(
        "In 81 acute patients a later visit is associated with a higher (better) FaCE total"
    )
    assert f"(+{float(change):.1f} points one year after the first visit, " in acute


def test_an_interval_over_zero_is_no_clear_change():
    patients = [
        Patient(
            f"p{n}",
            [
                (day, {"face.total": 20.0 + 7 * (n % 11) + 2 * ((n * k) % 5)})
                for k, day in enumerate(["2025-02-01", "2025-06-01", "2025-09-15"], start=2)
            ],
            birth_year=1950 + n % 37,
            sex="female" if n % 3 else "male",
            onset=f"20{10 + n % 13}-05-01",
        )
        for n in range(90)
    ]
    said = course_figure(study(patients), "face.total", CLINIC).summary
    assert said.startswith(
        "In 90 chronic patients there is no clear change of FaCE total after the first visit ("
    )
    assert "half a year after the first visit" in said


def test_the_sentence_looks_no_further_than_the_line():
    """One patient followed for a year does not let the model speak of a year."""
    patients = [
        dataclasses.replace(
            one, visits=[*one.visits[:1], (_after(one.visits[0][0], 130), {"face.total": 60.0})]
        )
        for one in followed()
    ]
    patients[0].visits.append((_after(patients[0].visits[0][0], 800), {"face.total": 60.0}))
    said = course_figure(study(patients), "face.total", View(strata=TOGETHER)).summary
    assert "three months after the first visit" in said


def test_a_course_that_rises_and_stays_bends():
    """A recovery from 30 to about 80 within two months: no line above what anybody has."""
    random = np.random.default_rng(4)
    patients = []
    for number in range(110):
        level = random.normal(0, 6)
        visits = [
            (
                _after("2024-01-10", day),
                {"face.total": round(80 - 50 * 0.5 ** (day / 20) + level + random.normal(0, 3), 3)},
            )
            for day in (
                0,
                int(random.integers(20, 40)),
                int(random.integers(70, 120)),
                int(random.integers(200, 400)),
            )
        ]
        patients.append(
            Patient(
                f"p{number}", visits, birth_year=1940 + number % 50, sex="male" if number % 2 else "female"
            )
        )
    made = course_figure(study(patients), "face.total", View(may_open_patients=True, strata=("acute",)))
    thick = plain(made.panels[0])["data"][-1]
    assert thick["y"][0] == pytest.approx(30, abs=4)
    assert thick["y"][-1] == pytest.approx(80, abs=4)
    change = float(re.search(r"\(\+([\d.]+) points [a-z ]+ after the first visit", made.summary)[1])
    assert change == pytest.approx(50, abs=5)


def _after(day, days):
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def test_where_scores_pile_up_there_are_lines_and_a_share_but_no_mean_line(frames):
    """The SAQ piles up at 20: points and lines, no mean; the sentence tells the share there and a mean."""
    made = course_figure(frames, "saq.total", CLINIC)
    assert len(traces(made, "lines")) == 2
    assert len(traces(made, "markers")) == 2
    assert "(expected at 20, the lowest score: " in made.summary
    assert any(note.startswith("Where scores pile up at an end of the scale") for note in made.notes)
    assert all("no linear model" in note for note in made.table["Note"])


def test_who_is_left_out_is_counted():
    patients = [
        *followed()[:20],
        *(dataclasses.replace(one, code=f"x{one.code}", sex="other") for one in followed()[:7]),
    ]

    def note(view):
        return next(
            note for note in course_figure(study(patients), "face.total", view).notes if "without" in note
        )

    assert note(CLINIC).endswith("age or sex: 7 patients.")
    assert note(View()).endswith("age or sex: about 5 patients.")


def test_the_axis_follows_patients_past_ninety_days(frames, figure):
    """Acute patients are followed past the border; all together there is one panel."""
    acute, chronic = (plain(panel)["layout"]["xaxis"] for panel in figure.panels)
    assert acute["ticktext"][:4] == ["1 wk", "1 mo", "3 mo", "1 y"]
    assert chronic["ticktext"] == ["3 mo", "1 y", "5 y", "20 y"]
    [both] = course_figure(frames, "face.total", View(strata=TOGETHER)).panels
    assert plain(both)["layout"]["xaxis"]["ticktext"] == ["1 wk", "1 mo", "3 mo", "1 y", "5 y", "20 y"]
