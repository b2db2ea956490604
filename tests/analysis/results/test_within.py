"""Between and within patients against R; which visits and pairs count."""

import pytest

from analysis.data.frame import scored
from analysis.results.within import within_between
from tests.analysis.reference import expected, followed, same_model
from tests.analysis.studies import SCALES, Patient, registry, study


@pytest.fixture(scope="module")
def records():
    return within_between(scored(study(followed())), SCALES)


def terms(records, outcome, predictor, stratum=None):
    return {
        record["term"]: record
        for record in records
        if (record["outcome"], record["predictor"], record.get("stratum")) == (outcome, predictor, stratum)
    }


@pytest.mark.parametrize("stratum", [None, "acute", "chronic"])
@pytest.mark.parametrize(
    ("case", "outcome", "predictor"),
    [("face_on_phq9", "face.total", "phq9.total"), ("phq9_on_face", "phq9.total", "face.total")],
)
def test_models_as_r(records, case, outcome, predictor, stratum):
    reference = expected("followed")["within_between"][stratum or "all"][case]
    found = terms(records, outcome, predictor, stratum)
    same_model(found, reference["model"])
    same_model(found, reference["robust"], suffix="_robust")


def test_the_signs_of_between_and_within_may_differ():
    """Patients with the higher mean have the higher score, and yet each falls when the predictor rises."""
    patients = []
    for number in range(50):
        low = number % 25
        visits = [
            (f"2024-0{month}-01", {"phq9.total": low + step, "face.total": 20.0 + 2 * low - 3 * step + wave})
            for month, step, wave in ((1, 0, number % 3), (4, 1, number % 2), (8, 2, number % 4))
        ]
        patients.append(Patient(f"p{number}", visits))
    found = terms(within_between(scored(study(patients)), SCALES), "face.total", "phq9.total")
    assert found["between"]["low"] > 0 > found["within"]["high"]


def test_saq_at_the_floor_is_no_outcome_but_may_be_a_predictor(records):
    assert "no linear model" in terms(records, "saq.total", "phq9.total")["within"]["reason"]
    assert terms(records, "phq9.total", "saq.total")["within"]["estimate"] is not None


def test_a_total_is_not_put_on_its_parts():
    """Scales of one questionnaire that share no item may be; what overlaps in content is named."""
    found = within_between(scored(registry(2, 60)), SCALES)
    pairs = {(record["outcome"], record["predictor"]): record["overlap"] for record in found}
    assert ("face.total", "face.social_function") not in pairs
    assert ("face.social_function", "face.total") not in pairs
    assert pairs["fdi.social", "phq9.total"].startswith("FDI social asks about")
    assert pairs["face.total", "phq9.total"] is None


def test_a_predictor_that_never_changes_has_no_within():
    patients = [
        Patient(
            f"p{number}",
            [
                ("2024-02-01", {"phq9.total": number % 9, "face.total": 40.0 + 5 * (number % 7)}),
                (
                    "2024-05-01",
                    {"phq9.total": number % 9, "face.total": 43.0 + 5 * (number % 7) + number % 5},
                ),
            ],
        )
        for number in range(40)
    ]
    found = terms(within_between(scored(study(patients)), SCALES), "face.total", "phq9.total")
    assert found["between"]["estimate"] is not None
    assert (found["within"]["estimate"], found["within"]["reason"]) == (None, "no variation")
