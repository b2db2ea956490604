"""Which scores count as before and after a treatment. The numbers are compared with R in test_outcomes."""

import dataclasses

import pytest

from analysis.data.frame import Threshold, scored
from analysis.results.before_after import before_after, left_out_of_before_after, paired
from tests.analysis.studies import SCALES, Patient, study

START = "2024-06-01"


def pairs(*visits, kind="botulinum_toxin", start=START, **facts):
    """(before, after) of one patient with visits (day, FaCE)."""
    scores = [(day, {"face.total": value}) for day, value in visits]
    frames = study([Patient("a", scores, treatments=[(kind, start)], **facts)])
    found = paired(scored(frames), frames.treatments)
    return list(zip(found["before"], found["after"], strict=True))


def test_the_last_before_and_the_first_after():
    visits = [("2024-05-01", 10.0), ("2024-05-30", 20.0), ("2024-06-15", 30.0), ("2024-07-01", 40.0)]
    assert pairs(*visits) == [(20, 30)]


@pytest.mark.parametrize(
    ("day", "counts"), [("2024-04-19", False), ("2024-04-20", True), ("2024-06-01", False)]
)
def test_before_is_within_42_days_and_not_the_day_itself(day, counts):
    """The hour of a treatment is not recorded: a score of that day may have been given after it."""
    assert bool(pairs((day, 20.0), ("2024-06-20", 30.0))) == counts


@pytest.mark.parametrize(
    ("kind", "day", "counts"),
    [
        ("botulinum_toxin", "2024-06-14", False),
        ("botulinum_toxin", "2024-06-15", True),
        ("botulinum_toxin", "2024-07-27", True),
        ("botulinum_toxin", "2024-07-28", False),
        ("mime_therapy", "2024-07-30", False),
        ("mime_therapy", "2024-07-31", True),
        ("nerve_transfer", "2025-03-27", False),
        ("nerve_transfer", "2025-03-28", True),
        ("nerve_transfer", "2025-11-24", False),
        ("oral_corticosteroid", "2024-07-01", False),
        ("acupuncture", "2024-08-01", False),
    ],
)
def test_each_family_has_its_window(kind, day, counts):
    """Toxin 14–56 days, therapy 60–240, surgery 300–540; none for medicine and others."""
    assert bool(pairs(("2024-05-30", 20.0), (day, 30.0), kind=kind)) == counts


def test_a_start_that_is_not_known_to_the_day_does_not_count():
    visits = [("2024-05-30", 20.0), ("2024-06-20", 30.0)]
    assert pairs(*visits, start=None) == []
    assert pairs(*visits, states=["planned"]) == []


def test_each_patient_counts_once():
    """Of two injections the first that has both scores."""
    days = [("2024-05-30", 20.0), ("2024-06-20", 30.0), ("2024-11-01", 40.0), ("2024-12-01", 50.0)]
    visits = [(day, {"face.total": value}) for day, value in days]
    starts = [("botulinum_toxin", day) for day in ("2024-01-10", "2024-11-10", START)]
    frames = study([Patient("a", visits, treatments=starts)])
    found = paired(scored(frames), frames.treatments)
    assert list(found["after"]) == [30]


def test_who_is_left_out_is_counted():
    """Injected on a day that nobody knows, or answered on that day alone; medicine has no window."""
    score = {"face.total": 40.0}
    frames = study(
        [
            Patient("a", [(START, score)], treatments=[("botulinum_toxin", START)]),
            Patient("b", [(START, score), ("2024-05-30", score)], treatments=[("botulinum_toxin", START)]),
            Patient("c", [(START, score)], treatments=[("botulinum_toxin", None)]),
            Patient("d", [(START, score)], treatments=[("antiviral", None)]),
        ]
    )
    found = left_out_of_before_after(scored(frames), frames.treatments)
    assert [(one["kind"], one["reason"], one["patients"]) for one in found] == [
        ("botulinum_toxin", "start not known to the day", 1),
        ("botulinum_toxin", "score of the day only", 1),
    ]


def many(number, change=20.0):
    """Patients whose FaCE changes by about that much after an injection."""
    visits = [
        [("2024-05-30", {"face.total": 40.0}), ("2024-06-20", {"face.total": 40.0 + change + n % 3})]
        for n in range(number)
    ]
    return [Patient(f"p{n}", each, treatments=[("botulinum_toxin", START)]) for n, each in enumerate(visits)]


def record(patients, **kwargs):
    """The record on all of them, by a threshold of 20."""
    frames = study(patients)
    face = dataclasses.replace(
        SCALES["face.total"], thresholds=(Threshold("mdc95", 20, "Published", "", ""),)
    )
    [found, *_] = before_after(scored(frames), frames.treatments, {"face.total": face}, **kwargs)
    return found


def test_no_number_of_few_and_no_interval_under_ten():
    """Four give nothing, nine a mean without interval, ten an imprecise one."""
    four, nine, ten = record(many(4)), record(many(9)), record(many(10))
    assert (four["n"], four["n_text"], four["mean_change"], four["improved"]) == (None, "<5", None, None)
    assert (nine["mean_change"], nine["low"], nine["reason"]) == (21, None, "fewer than 10 patients")
    assert ten["low"] < ten["mean_change"] < ten["high"]
    assert (ten["imprecise"], ten["reason"], ten["improved"]) == (True, None, 10)


def test_small_parts_are_hidden_with_what_would_give_them_away():
    """Three got worse among fifteen: neither they nor the next smallest part show; of twenty, rounded."""
    found = record([*many(12), *[dataclasses.replace(p, code=f"w{p.code}") for p in many(3, -25)]])
    assert (found["improved"], found["worse"], found["worse_text"]) == (None, None, "<5")
    assert (found["improved_share"], found["improved_text"]) == (None, "hidden")
    assert found["stable"] == 0
    more = record([*many(17), *[dataclasses.replace(p, code=f"w{p.code}") for p in many(3, -25)]])
    assert (more["n"], more["improved"], more["worse"], more["rounded"]) == (20, 15, 5, True)
    assert more["improved_share"] == 0.75


def test_without_a_threshold_nobody_is_counted():
    frames = study(many(12))
    face = dataclasses.replace(SCALES["face.total"], thresholds=())
    found = before_after(scored(frames), frames.treatments, {"face.total": face})
    assert found[0]["improved"] is None
    assert found[0]["threshold"] is None
    assert [one.get("stratum") for one in found] == [None, "chronic"]
