"""The numbers above the figures."""

import pytest

from analysis.data.frame import scored
from analysis.figures import View
from analysis.figures.overview import overview
from tests.analysis.studies import MAIN_SCALES, Patient, registry, study

CLINIC, ANALYST = View(may_open_patients=True), View()


@pytest.fixture(scope="module")
def frames():
    return registry(21, 160)


def test_counts_are_those_of_the_frames(frames):
    """Patients, those who answered, visits and questionnaires; strata add up to those who answered."""
    found = overview(frames, CLINIC, scales=MAIN_SCALES)
    table = scored(frames)
    assert found.patients == str(len(frames.patients))
    assert found.answered == str(table["patient"].nunique())
    assert found.visits == str(table["visit_id"].nunique())
    assert found.questionnaires.replace(",", "") == str(
        len(table.drop_duplicates(["visit_id", "instrument"]))
    )
    assert sum(int(count) for _, count in found.strata) == table["patient"].nunique()


def test_every_patient_is_drawn_or_left_out_for_one_reason(frames):
    """Each scale's column adds up to all patients."""
    left_out = overview(frames, CLINIC, scales=MAIN_SCALES).left_out
    assert left_out["Patients"].iloc[0] == "Drawn against time since onset"
    for scale in left_out.columns[1:]:
        assert sum(int(count) for count in left_out[scale]) == len(frames.patients)


def test_the_median_time_has_quartiles():
    """Of each patient's first answer with a usable time; not under five patients, whoever looks."""
    five = [Patient(f"{n}", [(f"2024-01-{10 + n}", {"face.total": 50.0})]) for n in range(5)]
    found = overview(study(five), CLINIC, scales=("face.total",))
    assert (found.time, found.quartiles) == ("11 days", "10 days to 12 days")
    few = overview(study(five[:4]), CLINIC, scales=("face.total",))
    assert (few.time, few.quartiles) == (None, None)


def test_analysts_get_no_exact_total(frames):
    """Rounded, so that what the figures show exactly leaves no small rest; no number from 1 to 4."""
    found = overview(frames, ANALYST, scales=MAIN_SCALES)
    cells = [found.patients, found.answered, found.visits, *(count for _, count in found.strata)]
    cells += [cell for scale in found.left_out.columns[1:] for cell in found.left_out[scale]]
    assert all(cell in ("0", "<5") or cell.startswith("about ") for cell in cells)
    assert all(int(cell.split()[1].replace(",", "")) % 5 == 0 for cell in cells if cell.startswith("about"))


def test_an_empty_study_has_an_overview():
    found = overview(study([]), CLINIC, scales=())
    assert (found.patients, found.answered, found.time) == ("0", "0", None)
    assert found.strata == ()
