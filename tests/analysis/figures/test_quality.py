"""How well scales measure: what a reader of groups sees of few."""

import dataclasses

import pytest

from analysis.figures import View
from analysis.figures.quality import quality_figure
from tests.analysis.studies import Patient, study

ANALYST, CLINIC = View(), View(may_open_patients=True)


def test_few_patients_with_many_empty_items_are_few():
    """Two of them left an item empty three times each."""
    days = ("2024-02-01", "2024-03-01", "2024-04-01")
    frames = study([Patient(f"p{n}", [(day, {"face.total": 40.0 + n}) for day in days]) for n in range(10)])
    of_two = frames.scores["patient"].isin(["p0", "p1"]).astype(int)
    frames = dataclasses.replace(frames, scores=frames.scores.assign(items_missing=of_two))
    said = " ".join(quality_figure(frames, ANALYST, scales=["face.total"]).notes)
    assert "Questionnaires with an item left empty: FaCE few." in said


def notes(view, *, with_missing=0, timed=20):
    """The notes on twenty patients, of whom some left an item empty, and some have no time."""
    frames = study([Patient(f"p{n}", [("2024-02-01", {"face.total": 40.0 + n})]) for n in range(20)])
    at = range(20)
    frames = dataclasses.replace(
        frames,
        scores=frames.scores.assign(items_missing=[int(n < with_missing) for n in at]),
        responses=frames.responses.assign(minutes=[4.0 if n < timed else None for n in at]),
    )
    return " ".join(quality_figure(frames, view, scales=["face.total"]).notes).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("missing", "view", "told"),
    [
        (2, ANALYST, "FaCE few."),
        (2, CLINIC, "FaCE 10 %."),
        (6, ANALYST, "FaCE 30 %."),
        (0, ANALYST, "FaCE 0 %."),
    ],
)
def test_few_with_an_empty_item_are_not_counted(missing, view, told):
    assert f"Questionnaires with an item left empty: {told}" in notes(view, with_missing=missing)


@pytest.mark.parametrize(("timed", "told"), [(4, False), (5, True)])
def test_the_minutes_of_few_are_not_told(timed, told):
    assert ("Minutes to answer, median: FaCE 4.0." in notes(ANALYST, timed=timed)) is told
