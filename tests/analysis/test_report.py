"""The report as the outside reads it."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.data.columns import FrameError
from analysis.data.frame import data_sha256
from analysis.report import report
from analysis.results.attendance import NO_PLAN
from analysis.results.filters import Filters
from tests.analysis.reports import AT, SOFTWARE, of_outcomes, of_registry
from tests.analysis.studies import Patient, of_scales, registry, study
from tests.support.examples import examples

STRATIFIED = (
    "descriptives",
    "correlations",
    "groups",
    "group_tests",
    "differences",
    "course",
    "within_between",
    "within_own_trend",
    "injection_cycle",
    "before_after",
    "treatment_comparison",
    "treatment_balance",
    "change",
    "screening",
    "reliability",
    "dropout",
)
UNEVEN = ("change", "screening", "treatment_balance")  # not every stratum has a record in a registry so small
ARRAYS = (
    "left_out",
    "table_one",
    "flow",
    *STRATIFIED,
    "attendance",
    "attendance_by_instrument",
    "recovery",
    "recovery_time",
    "retest",
)
PARTS = (
    "improved",
    "stable",
    "worse",
    "positive",
    "cannot_improve",
    "cannot_worsen",
    "n_exposed",
    "n_compared",
)
PARTS_OF_VISITS = ("expected", "begun", "broken_off", "attended", "scored", "graded", "house_brackmann_1")


def made(frames, **kwargs):
    return report(frames, generated_at=AT, software=SOFTWARE, **kwargs)


@pytest.fixture(scope="module")
def whole():
    return of_registry(11, 150)


@pytest.fixture(scope="module")
def treated():
    """A registry with treatments close enough to scores for before and after."""
    return of_outcomes()


def test_it_is_json_of_flat_records(whole):
    """Strict JSON, no NaN; every record is flat, and an unknown number has its reason beside it.

    But for ``item_total``, a number per item.
    """
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    for name in ARRAYS:
        for record in whole[name]:
            flat = {key: value for key, value in record.items() if key != "item_total"}
            assert all(isinstance(value, str | int | float | bool | None) for value in flat.values())
    for record in whole["correlations"]:
        assert (record["estimate"] is not None) or record["reason"]
    for record in whole["groups"] + whole["descriptives"]:
        assert (record["median"] is not None) or record["reason"]
    for record in whole["group_tests"]:
        assert (record["p"] is not None) or record["reason"]


@pytest.mark.parametrize("name", [name for name in STRATIFIED if name not in UNEVEN])
def test_all_patients_first_then_strata(whole, name):
    """Records on all carry no stratum and stand first; the strata follow in order."""
    strata = [record.get("stratum") for record in whole[name]]
    assert all("stratum" not in r for r, s in zip(whole[name], strata, strict=True) if s is None)
    order = [(None, "acute", "chronic", "unknown").index(stratum) for stratum in strata]
    assert order == sorted(order)
    assert {0, 1, 2} <= set(order)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("before_after", "mean_change"),
        ("differences", "low"),
        ("change", "improved"),
        ("screening", "share"),
        ("reliability", "alpha"),
        ("recovery", "share"),
        ("recovery_time", "estimate"),
    ],
)
def test_what_is_not_estimable_says_why(treated, name, number):
    """And some of them are estimable here."""
    assert any(record[number] is not None for record in treated[name])
    assert all(record["reason"] for record in treated[name] if record[number] is None)


def test_who_was_to_come_is_not_made_of_who_came(treated, whole):
    """The one came with an import, the other by links."""
    assert {(one["completion_rate"], one["reason"]) for one in treated["attendance"]} == {(None, NO_PLAN)}
    assert all(one["completion_rate"] is not None or one["reason"] for one in whole["attendance"])
    assert any(one["completion_rate"] for one in whole["attendance"])


def test_every_kind_of_record_is_explained(treated):
    """The page for statisticians names each."""
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    arrays = [name for name, value in treated.items() if isinstance(value, list) and name != "warnings"]
    assert [name for name in arrays if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", ARRAYS)
def test_every_record_says_what_it_rests_on(whole, name):
    assert all({"patients", "responses"} <= set(record) for record in whole[name])


@examples(2)
@given_by(seed=st.integers(0, 10_000), patients=st.integers(0, 50))
def test_no_number_of_few_patients(seed, patients):
    """Nowhere in the report is there a statistic, or a count, of one to four patients."""
    made_of_few = made(registry(seed, patients))
    for name in ARRAYS[1:]:
        for record in made_of_few[name]:
            assert not (record["n"] is not None and 0 < record["n"] < 5), record
            assert not (record["patients"] is not None and 0 < record["patients"] < 5), record
            for part in (*PARTS, *PARTS_OF_VISITS):
                assert not 0 < (record.get(part) or 0) < 5, (part, record)
            if record.get("suppressed"):
                assert record.get("mean") is None
                assert record.get("estimate") is None
                assert record.get("share") is None
                assert record.get("mean_change") is None


def test_left_out_is_counted_by_reason():
    visit = [("2024-06-01", {"face.total": 50.0, "phq9.total": None})]
    frames = study(
        [
            Patient("a", visit, onset=None),
            Patient("b", visit, side="both"),
            Patient("c", visit * 1, sex="other"),
            Patient("d", [*visit, ("2024-07-01", {"face.total": 60.0})], begin="from_birth"),
        ]
    )
    found = {
        (r["analysis"], r["scale"], r["reason"]): (r["patients"], r["responses"])
        for r in made(frames)["left_out"]
    }
    assert found == {
        ("scores", "phq9.total", "too many items missing"): (4, 4),
        ("time_since_onset", "face.total", "no onset known"): (1, 1),
        ("time_since_onset", "face.total", "both sides"): (1, 1),
        ("time_since_onset", "face.total", "from birth"): (1, 2),
        ("adjusted", "face.total", "sex other or unknown"): (1, 1),
        ("course", "face.total", "no onset known"): (1, 1),
        ("course", "face.total", "both sides"): (1, 1),
        ("course", "face.total", "from birth"): (1, 2),
        ("course", "face.total", "sex other or unknown"): (1, 1),
    }


def test_an_empty_study_has_a_report():
    empty = made(study([]))
    assert "There is no score yet: nothing can be estimated." in empty["warnings"]
    assert all(empty[name] == [] for name in ARRAYS)
    json.dumps(empty, allow_nan=False)


def test_planned_questionnaires_without_a_score_are_named():
    """Of what is planned or answered every scale is described; other questionnaires have no place here."""
    made_of_gaps = made(study([Patient("a", [("2024-06-01", {"phq9.total": None})])]))
    found = {(r["scale"], r["n"], r["missing"], r["reason"]) for r in made_of_gaps["descriptives"]}
    assert ("phq9.total", 0, 1, "no score") in found
    assert {scale for scale, *_ in found} == {"phq9.total"}


def test_simulated_data_are_said_to_be():
    assert "simulated" in made(study([], simulated=True))["warnings"][0]
    assert not any("simulated" in warning for warning in made(study([]))["warnings"])


@pytest.mark.parametrize(
    ("status", "warned"),
    [
        ("working", "FaCE: asked in working wording, not in the published text; compare with care."),
        pytest.param(
            "unknown",
            "FaCE: the wording that was asked is not known; compare with care.",
            marks=pytest.mark.long,
        ),
        ("verbatim", None),
        pytest.param("loaded", None, marks=pytest.mark.long),
    ],
)
def test_doubtful_wording_is_warned_of(status, warned):
    frames = study([Patient("a", [("2024-06-01", {"face.total": 50.0})])])
    asked = dataclasses.replace(frames, scores=frames.scores.assign(wording_status=status))
    found = [warning for warning in made(asked)["warnings"] if "word" in warning]
    assert found == ([warned] if warned else [])


def test_the_methods_follow_the_view():
    """Filters, instruments and the digest of the data, of all of them, stand in the paragraph."""
    frames = of_scales(registry(11, 150), "face.total", "phq9.total")
    view = made(frames, filters=Filters(sex="female"), suppress_under=10)
    for part in (
        "sex = female",
        "face version 1 (working-2 wording)",
        view["data_sha256"],
        "below 10 patients",
        "Python 3.",
        "scipy 1.",
    ):
        assert part in view["methods"]
    compared = any(one["estimate"] is not None for one in view["treatment_comparison"])
    assert ("compared as a sequence of target trials" in view["methods"]) is compared
    assert view["filters"] == {"sex": "female"}
    assert view["data_sha256"] == data_sha256(frames)


def test_floor_is_warned_of():
    patients = [Patient(f"{n}", [("2024-02-01", {"saq.total": 20.0 if n else 40.0})]) for n in range(5)]
    assert (
        "SAQ total: 80% of patients are at the floor at their first score."
        in made(study(patients))["warnings"]
    )


def test_the_words_stay_within_what_a_registry_can_say(whole):
    """No effect, impact, improvement or prediction, and nobody is called depressed."""
    text = json.dumps([whole["methods"], whole["warnings"]]).lower()
    for word in ("effect", "impact", "improve", "predict", "depressed", "due to"):
        assert word not in text


def test_the_digest_follows_the_data_and_not_their_order():
    frames = registry(4, 20)
    shuffled = dataclasses.replace(
        frames,
        scores=frames.scores.sample(frac=1, random_state=1).assign(visit_id=frames.scores["visit_id"] + 7),
    )
    assert data_sha256(shuffled) == data_sha256(frames)
    scores = frames.scores.assign(value=frames.scores["value"] + 1e-12)
    assert data_sha256(dataclasses.replace(frames, scores=scores)) != data_sha256(frames)


def test_wrong_frames_are_refused():
    frames = registry(4, 3)
    with pytest.raises(FrameError):
        made(dataclasses.replace(frames, scores=frames.scores.drop(columns="value")))


def test_working_and_other_wording_never_meet():
    """Of both the others are analysed; the rest is counted, warned of, and found by asking for it."""
    both = mixed()
    found = made(both)
    assert described(found) == {"phq9.total"}
    assert {(one["x"], one["y"]) for one in found["correlations"] if one["n"]} <= {
        ("time_since_onset", "phq9.total")
    }
    assert found["responses"] == 12
    [record] = [one for one in found["left_out"] if one["reason"] == "working wording"]
    assert record == {
        "analysis": "all",
        "scale": "face.total",
        "reason": "working wording",
        "patients": 12,
        "responses": 12,
    }
    assert any("Answers to working wording (FaCE) are left out" in one for one in found["warnings"])
    for wording, scale in (("own", "face.total"), ("other", "phq9.total")):
        alone = made(both, filters=Filters(wording=wording))
        assert described(alone) == {scale}
        assert "working wording" not in {record["reason"] for record in alone["left_out"]}
    men = made(both, filters=Filters(sex="male"))
    assert [one for one in men["left_out"] if one["reason"] == "working wording"] == []
    together = made(dataclasses.replace(both, simulated=True))
    assert described(together) == {"face.total", "phq9.total"}


def described(found):
    """The scales of which somebody has a score."""
    return {record["scale"] for record in found["descriptives"] if record["n"]}


def mixed():
    """Twelve patients with FaCE in working wording and PHQ-9 as published."""
    values = {"face.total": 50.0, "phq9.total": 10.0}
    frames = study([Patient(f"p{n}", [("2024-06-01", values)]) for n in range(12)])
    status = frames.scores["instrument"].map({"face": "working", "phq9": "verbatim"})
    return dataclasses.replace(frames, scores=frames.scores.assign(wording_status=status))


def test_the_methods_say_what_was_done_and_no_more():
    """Nobody yet: nothing is described. One patient without a treatment: none is compared."""
    how = {"generated_at": "2026-01-02T03:04:05Z", "software": "x"}
    nobody = report(study([]), **how)["methods"]
    for words in ("Spearman", "mixed models", "toxin", "Kruskal", "Questionnaires", "P-values"):
        assert words not in nobody
    one = Patient("p1", [("2025-02-01", {"face.total": 50.0})])
    few = report(study([one]), **how)["methods"]
    assert "Questionnaires: face" in few
    for words in ("Spearman", "mixed models", "toxin", "target trials", "P-values"):
        assert words not in few
