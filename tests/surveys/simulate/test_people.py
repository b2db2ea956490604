"""Who is simulated: possible people with possible dates, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median

import numpy as np
import pytest

from surveys.simulate.people import OPERATIONS, Person, draw
from surveys.simulate.study import new_patient
from surveys.store.patient.patients import refusals

TODAY = date(2026, 3, 1)


def people(seed: int = 1, count: int = 600) -> list[Person]:
    rng = np.random.default_rng(seed)
    return [draw(rng, TODAY - timedelta(days=int(rng.integers(1, 900))), 18, TODAY) for _ in range(count)]


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_could_be_enrolled(seed: int) -> None:
    """Nobody is too young, has a palsy yet to come, or a treatment before birth or in the future."""
    for number, person in enumerate(people(seed)):
        assert refusals(new_patient(f"S{number}", person), 18) == []
        starts = [treatment.started.on for treatment in person.treatments if treatment.started]
        assert all(person.onset_on <= start < TODAY for start in starts)
        assert len({(t.kind, t.started) for t in person.treatments}) == len(person.treatments)


def test_the_same_seed_gives_the_same_people() -> None:
    """And another seed others."""
    assert people(5, 20) == people(5, 20)
    assert people(5, 20) != people(6, 20)


def test_they_look_like_a_clinics_registry() -> None:
    """Bell's palsy leads, women are more, onset is skewed, some dates are known by month or year only."""
    found = people()
    causes = Counter(person.cause for person in found)
    assert causes.most_common(1)[0][0] == "bells_palsy"
    assert len(causes) >= 8
    assert 0.5 < sum(person.sex == "female" for person in found) / len(found) < 0.7
    days = sorted(person.days_since_onset(person.enrolled_on) for person in found)
    assert 0.35 < sum(day < 90 for day in days) / len(days) < 0.55
    assert sum(days) / len(days) > 2 * median(days)
    precisions = Counter(person.onset.precision for person in found if person.onset)
    assert precisions.keys() == {"day", "month", "year"}
    repeated = [Counter(t.kind for t in person.treatments)["botulinum_toxin"] for person in found]
    assert max(repeated) >= 4


def test_nobody_is_injected_or_operated_on_as_a_child() -> None:
    """However early the palsy began."""
    for person in people(300):
        for treatment in person.treatments:
            if treatment.kind in (*OPERATIONS, "botulinum_toxin") and treatment.started:
                assert treatment.started.on.year - person.birth_year >= 16


def test_time_and_treatment_do_what_they_should() -> None:
    """Recovery helps, synkinesis comes late, a working injection relieves."""
    found = people()
    for person in found:
        late = person.onset_on + timedelta(days=400)
        if person.recovers:
            assert person.impairment(late) < person.impairment(person.onset_on)
        assert person.synkinesis(person.onset_on + timedelta(days=60)) == -3.0
        for treatment in person.treatments:
            if treatment.kind == "botulinum_toxin" and treatment.started:
                assert person.relieved(treatment.started.on + timedelta(days=30))
