"""Bands of a scale at each visit: what a reader of groups sees of few."""

import dataclasses

from analysis.figures import TOGETHER, View
from analysis.figures.screening import screening_figure
from tests.analysis.studies import SCALES, Patient, study

SCALE = "phq9.total"
BANDS = (("none", 0), ("mild", 5), ("severe", 10))
CLINIC = View(may_open_patients=True)


def patients(number, values, days, *, onset, code):
    """Each answers on each day, the first with the first value and so on, over and over."""
    return [
        Patient(f"{code}{n}", [(day, {SCALE: float(values[n % len(values)])}) for day in days], onset=onset)
        for n in range(number)
    ]


def shown(people, view):
    """How many of which band stand in the table, by visit, stratum and band."""
    info = {**SCALES, SCALE: dataclasses.replace(SCALES[SCALE], bands=BANDS)}
    table = screening_figure(study(people, scales=info), SCALE, view).table
    return {
        (row["Visit"], row["Patients are"], row["Band"]): str(row["Patients"]) for _, row in table.iterrows()
    }


def of_two_strata():
    """Twelve chronic patients at two visits, and six acute ones, of whom three came again."""
    twice = ("2024-02-01", "2024-03-01")
    return [
        *patients(12, (2, 12), twice, onset="2020-01-01", code="c"),
        *patients(3, (2,), twice, onset="2024-01-15", code="a"),
        *patients(3, (2,), twice[:1], onset="2024-01-15", code="b"),
    ]


def test_few_of_a_stratum_at_one_visit_are_not_what_all_less_the_others_leave():
    """Fifteen came again, and twelve chronic ones: whoever sees both knows the other three."""
    visits = {visit for visit, *_ in shown(of_two_strata(), View(strata=TOGETHER))}
    assert visits == {"visit 1"}
    of_clinic = shown(of_two_strata(), View(may_open_patients=True, strata=TOGETHER))
    assert {visit for visit, *_ in of_clinic} == {"visit 1", "visit 2"}


def test_few_of_a_stratum_at_one_visit_have_no_bands():
    acute = [{visit for visit, of, _ in shown(of_two_strata(), view) if of == "acute"} for view in VIEWS]
    assert acute == [{"visit 1"}, {"visit 1", "visit 2"}]


def test_a_band_of_few_goes_with_another_into_one_part():
    """Two severe of fifteen, and with them the smallest other band."""
    values = (2, 2, 2, 2, 2, 2, 2, 2, 6, 6, 6, 6, 6, 12, 12)
    people = patients(15, values, ("2024-02-01",), onset="2020-01-01", code="c")
    bands = [{band: n for (_, _, band), n in shown(people, view).items()} for view in VIEWS]
    assert bands[0]["none"] == "8"
    assert sorted(bands[0].values()) == ["7", "8"]
    assert (bands[1]["none"], bands[1]["mild"], bands[1]["severe"]) == ("8", "5", "2")


VIEWS = (View(), CLINIC)
