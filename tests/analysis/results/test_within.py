"""Between and within patients against R, with time in every model; which visits and pairs count."""

import numpy as np
import pytest

from analysis.data.frame import scored
from analysis.results.within import within_between, within_own_trend
from tests.analysis.reference import expected, followed, same_model
from tests.analysis.studies import SCALES, Patient, registry, study

FACE_ON_PHQ9 = ("face.total", "phq9.total")
PAIRS = (FACE_ON_PHQ9, FACE_ON_PHQ9[::-1], ("saq.total", "phq9.total"), ("phq9.total", "saq.total"))
CASES = [("face_on_phq9", *FACE_ON_PHQ9), ("phq9_on_face", *FACE_ON_PHQ9[::-1])]
MONTHS = (1, 3, 6, 9, 12)


@pytest.fixture(scope="module")
def table():
    return scored(study(followed()))


@pytest.fixture(scope="module")
def records(table):
    return within_between(table, SCALES, pairs=PAIRS)


def terms(records, outcome="face.total", predictor="phq9.total", stratum=None):
    return {
        record.get("term"): record
        for record in records
        if (record["outcome"], record["predictor"], record.get("stratum")) == (outcome, predictor, stratum)
    }


@pytest.mark.parametrize("stratum", [None, "acute", "chronic"])
@pytest.mark.parametrize(("case", "outcome", "predictor"), CASES)
def test_models_as_r(records, case, outcome, predictor, stratum):
    reference = expected("followed")["within_between"][stratum or "all"][case]
    found = terms(records, outcome, predictor, stratum)
    counted = ("n", "patients", "patient_variance", "residual_variance")
    for name in counted:
        assert found["within"][name] == pytest.approx(reference["model"][name], rel=1e-5)
    same_model(found, {"terms": reference["model"]["terms"]})
    same_model(found, reference["robust"], suffix="_robust")


@pytest.mark.parametrize(("case", "outcome", "predictor"), CASES)
def test_less_own_lines_as_r(table, case, outcome, predictor):
    found = terms(within_own_trend(table, SCALES, pairs=PAIRS), outcome, predictor)[None]
    for name, value in expected("followed")["own_trend"]["all"][case].items():
        assert found[name] == pytest.approx(value, rel=1e-7), name


def test_no_line_of_their_own_is_taken_off_few_patients(table):
    of_acute = terms(within_own_trend(table, SCALES, pairs=PAIRS), stratum="acute")[None]
    assert of_acute["patients"] == expected("followed")["own_trend"]["acute"]["face_on_phq9"]["patients"]
    assert of_acute["estimate"] is None
    assert of_acute["reason"].startswith("fewer than 30 patients")


def recovering(rng, *, together: float):
    """Patients whose scores both get better over the months; ``together`` ties each visit's ups and downs."""
    patients = []
    for number in range(60):
        own, visits = rng.normal(0, 8), []
        for month in MONTHS:
            today = rng.normal(0, 4)
            face = 40 + own + 25 * np.log2(1 + month / 12) + rng.normal(0, 4) + together * today
            phq9 = 14 - 8 * np.log2(1 + month / 12) + rng.normal(0, 1) - today / 4
            visits.append((f"2024-{month:02}-10", {"phq9.total": phq9, "face.total": face}))
        patients.append(Patient(f"p{number}", visits, onset=f"2023-12-{1 + number % 28:02}"))
    return scored(study(patients))


def test_recovering_over_the_same_months_is_not_going_together():
    found = recovering(np.random.default_rng(3), together=0.0)
    for tested in (
        terms(within_between(found, SCALES))["within"],
        terms(within_own_trend(found, SCALES))[None],
    ):
        assert tested["low"] < 0 < tested["high"]


def test_what_goes_together_beside_the_recovery_is_found():
    found = recovering(np.random.default_rng(3), together=1.0)
    for tested in (
        terms(within_between(found, SCALES))["within"],
        terms(within_own_trend(found, SCALES))[None],
    ):
        assert tested["high"] < 0


def test_the_signs_of_between_and_within_may_differ():
    """Patients with the higher mean have the higher score, and yet each falls when the predictor rises."""
    patients = []
    for number in range(50):
        low = number % 25
        visits = [
            (f"2024-0{month}-01", {"phq9.total": low + step, "face.total": 20.0 + 2 * low - 3 * step + wave})
            for month, step, wave in ((1, 0, number % 3), (4, number % 2, number % 2), (8, 2, number % 4))
        ]
        patients.append(Patient(f"p{number}", visits))
    found = terms(within_between(scored(study(patients)), SCALES))
    assert found["between"]["low"] > 0 > found["within"]["high"]


def test_saq_at_the_floor_is_no_outcome_but_may_be_a_predictor(records):
    assert "no linear model" in terms(records, "saq.total", "phq9.total")["within"]["reason"]
    assert terms(records, "phq9.total", "saq.total")["within"]["estimate"] is not None


def test_only_quality_of_life_with_mood_is_asked_unless_pairs_are_named():
    found = within_between(scored(registry(2, 60)), SCALES)
    pairs = {(record["outcome"], record["predictor"]) for record in found}
    assert pairs == {("face.total", "phq9.total"), ("face.social_function", "phq9.total")}
    named = within_between(scored(registry(2, 60)), SCALES, pairs=[("fdi.social", "phq9.total")])
    assert named[0]["overlap"].startswith("FDI social asks about")


def test_p_values_are_adjusted_within_the_stratum(records):
    """Both terms together: SAQ is at its floor, so that three pairs of the four have numbers."""
    known = [one for one in records if one.get("stratum") is None and one["p_robust"] is not None]
    assert {one["family_size"] for one in known} == {len(known)}
    assert all(one["p_adjusted"] >= one["p_robust"] for one in known)


def test_a_predictor_that_never_changes_has_no_within():
    patients = [
        Patient(
            f"p{number}",
            [
                (
                    f"2024-{month:02}-01",
                    {"phq9.total": number % 9, "face.total": 40.0 + 5 * (number % 7) + more},
                )
                for month, more in ((2, 0), (5, 3 + number % 5), (8, number % 3), (11, number % 4))
            ],
        )
        for number in range(60)
    ]
    found = terms(within_between(scored(study(patients)), SCALES))
    assert found["between"]["estimate"] is not None
    assert (found["within"]["estimate"], found["within"]["reason"]) == (None, "no variation")
    own = terms(within_own_trend(scored(study(patients)), SCALES))[None]
    assert (own["estimate"], own["reason"]) == (None, "no variation")
