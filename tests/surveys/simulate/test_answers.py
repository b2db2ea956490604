"""What simulated people answer: allowed values, in the right direction, with gaps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from surveys.instruments.definition import Instrument
from surveys.instruments.facts import asks_of
from surveys.instruments.library import Library
from surveys.instruments.scoring import check_answers, score
from surveys.simulate.answers import SimulatedAnswers, answer
from surveys.simulate.people import Person, draw

LIBRARY = Library.load()
TODAY = date(2026, 3, 1)


def people(count: int = 200) -> list[Person]:
    rng = np.random.default_rng(11)
    return [draw(rng, TODAY - timedelta(days=200), 18, TODAY) for _ in range(count)]


def answered(rng: np.random.Generator, instrument: Instrument, person: Person, on: date) -> SimulatedAnswers:
    return answer(rng, instrument, asks_of(instrument, LIBRARY), person, on)


@pytest.mark.parametrize("key", ["face", "saq", "phq9"])
def test_every_answer_is_a_choice(key: str) -> None:
    """Each item asked is answered or skipped, never both."""
    rng = np.random.default_rng(1)
    instrument = LIBRARY.get(key)
    gaps = 0
    for person in people():
        given = answered(rng, instrument, person, TODAY)
        check_answers(instrument, given.answers)
        asked = {item.key for item in instrument.asked()}
        assert given.answers.keys() | set(given.skipped) == asked
        assert not given.answers.keys() & set(given.skipped)
        gaps += bool(given.skipped)
    assert 0 < gaps < 60


def test_a_worse_face_scores_worse() -> None:
    """FaCE is higher, PHQ-9 lower, in those whose face works better."""
    rng = np.random.default_rng(2)
    total: dict[str, list[float]] = {"face": [], "phq9": []}
    impairment = []
    for person in people(400):
        scores = {
            key: {
                one.scale: one.value
                for one in score(LIBRARY.get(key), answered(rng, LIBRARY.get(key), person, TODAY).answers)
            }
            for key in total
        }
        if None not in (scores["face"]["total"], scores["phq9"]["total"]):
            impairment.append(person.impairment(TODAY))
            for key, values in total.items():
                values.append(scores[key]["total"] or 0.0)
    assert np.corrcoef(impairment, total["face"])[0, 1] < -0.7
    assert np.corrcoef(impairment, total["phq9"])[0, 1] > 0.2


def test_synkinesis_is_at_its_floor_in_fresh_palsies() -> None:
    """Before 90 days hardly anybody tells of movements that come along."""
    rng = np.random.default_rng(3)
    values = [
        score(
            LIBRARY.get("saq"),
            answered(rng, LIBRARY.get("saq"), person, person.onset_on + timedelta(days=30)).answers,
        )[0].value
        for person in people()
    ]
    assert np.nanmedian([value for value in values if value is not None]) < 25


def test_thoughts_of_death_are_rare() -> None:
    """A few per cent."""
    rng = np.random.default_rng(4)
    given = [answered(rng, LIBRARY.get("phq9"), person, TODAY).answers.get("q9", 0) for person in people(600)]
    assert 0.01 < np.mean([value > 0 for value in given]) < 0.15
