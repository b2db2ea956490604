"""One pair of scores: what a reader of groups sees of few."""

import pytest

from analysis.figures import TOGETHER, View
from analysis.figures.pair import pair_figure, pair_within_figure
from tests.analysis.studies import Patient, study

DAYS = ("2024-02-01", "2024-03-01", "2024-03-20")


def patients(number, onset, code):
    """Each answers three times, with both scores."""
    return [
        Patient(
            f"{code}{n}",
            [
                (day, {"face.total": 40.0 + n + 3 * at, "phq9.total": float((n + 2 * at) % 15)})
                for at, day in enumerate(DAYS)
            ],
            onset=onset,
        )
        for n in range(number)
    ]


@pytest.mark.parametrize(("acute", "told"), [(3, "hidden"), (12, "24")])
def test_all_are_not_told_where_less_the_chronic_ones_they_are_few(acute, told):
    """Between patients and within them; those who may open patients see all."""
    frames = study([*patients(12, "2020-01-01", "c"), *patients(acute, "2024-01-15", "a")])
    for may_open_patients in (False, True):
        view = View(may_open_patients=may_open_patients, strata=TOGETHER)
        figures = [
            draw(frames, "face.total", "phq9.total", view) for draw in (pair_figure, pair_within_figure)
        ]
        seen = [list(one.table["Patients"]) for one in figures]
        assert seen == [[str(12 + acute) if may_open_patients else told]] * 2
        assert bool(figures[1].panels) is (may_open_patients or told != "hidden")
