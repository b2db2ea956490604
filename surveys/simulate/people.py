"""Simulated patients: cause, onset, treatments, and course. Numbers by seed, without a database.

Shares and time courses are chosen to look like a clinic's registry, not estimated from one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, SupportsInt

from surveys.store.patient.patients import NewTreatment, PartialDate

if TYPE_CHECKING:
    import numpy as np

ACUTE_SHARE = 0.45
ACUTE_DAYS = 90
DAYS_PER_YEAR = 365.25

CAUSES_ACUTE = {
    "bells_palsy": 0.72,
    "ramsay_hunt": 0.10,
    "iatrogenic_postoperative": 0.06,
    "lyme": 0.04,
    "trauma": 0.04,
    "otitis_or_other_infection": 0.02,
    "unknown": 0.02,
}
CAUSES_CHRONIC = {
    "bells_palsy": 0.52,
    "ramsay_hunt": 0.12,
    "vestibular_schwannoma": 0.12,
    "iatrogenic_postoperative": 0.06,
    "trauma": 0.06,
    "congenital_or_syndromic": 0.04,
    "parotid_or_other_malignancy": 0.03,
    "other_tumour": 0.02,
    "other": 0.02,
    "unknown": 0.01,
}
VIRAL = ("bells_palsy", "ramsay_hunt")
AFTER_OPERATION = ("vestibular_schwannoma", "parotid_or_other_malignancy", "other_tumour")
TOXIN: Mapping[str, Any] = {"product": "Botulinum toxin A (simulated)", "dose": 20.0, "unit": "U"}
OPERATIONS = (
    "selective_neurectomy",
    "gracilis_free_muscle_transfer",
    "nerve_transfer",
    "static_sling",
    "eyelid_weight",
)
GROWN_UP = 16  # years; younger people have no injection or operation


@dataclass(frozen=True)
class Person:
    """The true state of one simulated patient. `severity` and `mood` are standard scores."""

    enrolled_on: date
    birth_year: int
    sex: str
    side: str
    cause: str
    begin: str
    onset_on: date
    onset: PartialDate | None
    treatments: tuple[NewTreatment, ...]
    severity: float
    mood: float
    recovers: bool

    @property
    def acute(self) -> bool:
        """Whether the palsy was new at enrolment."""
        return (self.enrolled_on - self.onset_on).days < ACUTE_DAYS

    def days_since_onset(self, on: date) -> int:
        """Calendar days, at least 1."""
        return max((on - self.onset_on).days, 1)

    def impairment(self, on: date) -> float:
        """How badly the face works on that day: about 2 is worst, -2 is as before the palsy."""
        years = self.days_since_onset(on) / DAYS_PER_YEAR
        start = 1.3 + 0.4 * self.severity
        if self.recovers:
            end, pace = -1.7, 0.13
        else:
            end, pace = 0.45 + 0.6 * self.severity, 0.45
        relief = 0.35 if self.relieved(on) else 0.0
        return end + (start - end) * math.exp(-years / pace) - 0.12 * math.log10(1 + years) - relief

    def synkinesis(self, on: date) -> float:
        """Synkinesis: none in the first months, later by the severity of the nerve's damage."""
        days = self.days_since_onset(on)
        if days < ACUTE_DAYS:
            return -3.0
        if self.recovers:
            return -1.9 + 0.3 * self.severity
        grown = 1 - math.exp(-(days - ACUTE_DAYS) / 240)
        return -1.6 + (1.9 + 0.7 * self.severity) * grown - (0.6 if self.relieved(on) else 0.0)

    def low_mood(self, on: date) -> float:
        """Depressive symptoms: the person's own level, higher with a bad face and in women."""
        return -1.45 + 0.8 * self.mood + 0.5 * self.impairment(on) + (0.25 if self.sex == "female" else 0.0)

    def house_brackmann(self, on: date) -> int:
        """The clinician's grade, 1 to 6."""
        return min(max(round(3.2 + 1.15 * self.impairment(on)), 1), 6)

    def relieved(self, on: date) -> bool:
        """Whether an injection of botulinum toxin works on that day."""
        return any(
            treatment.kind == "botulinum_toxin"
            and treatment.started is not None
            and 7 <= (on - treatment.started.on).days <= 112
            for treatment in self.treatments
        )


def draw(rng: np.random.Generator, enrolled_on: date, lowest_age: int, today: date) -> Person:
    """One person enrolled on `enrolled_on`, with all treatments up to `today`."""
    acute = rng.random() < ACUTE_SHARE
    cause = _one_of(rng, CAUSES_ACUTE if acute else CAUSES_CHRONIC)
    if acute:
        days = int(min(max(rng.lognormal(math.log(16), 0.8), 1), ACUTE_DAYS - 1))
    else:
        days = int(min(max(rng.lognormal(math.log(2.6 * DAYS_PER_YEAR), 1.05), ACUTE_DAYS), 40 * 365))
    age = int(min(max(rng.normal(50, 16), lowest_age, 18), 92))
    birth_year = enrolled_on.year - age
    from_birth = cause == "congenital_or_syndromic"
    onset_on = max(enrolled_on - timedelta(days=days), date(birth_year + (0 if from_birth else 1), 1, 1))
    if from_birth:
        onset_on = date(birth_year, 1, 1)
    recovers = acute and rng.random() < (0.78 if cause in VIRAL or cause == "lyme" else 0.35)
    severity = float(rng.normal(0.2 if cause in AFTER_OPERATION else 0.0, 1.0))
    begin = "from_birth" if from_birth else "sudden"
    if cause in AFTER_OPERATION or cause == "iatrogenic_postoperative":
        begin = "after_operation"
    return Person(
        enrolled_on=enrolled_on,
        birth_year=birth_year,
        sex=_one_of(rng, {"female": 0.6, "male": 0.385, "other": 0.005, "unknown": 0.01}),
        side=_one_of(rng, {"left": 0.49, "right": 0.48, "both": 0.02, "unknown": 0.01}),
        cause=cause,
        begin=begin,
        onset_on=onset_on,
        onset=None if from_birth else _as_known(rng, onset_on, enrolled_on),
        treatments=_treatments(rng, cause, onset_on, birth_year, severity, recovers, today),
        severity=severity,
        mood=float(rng.normal()),
        recovers=recovers,
    )


def _treatments(
    rng: np.random.Generator,
    cause: str,
    onset_on: date,
    birth_year: int,
    severity: float,
    recovers: bool,
    today: date,
) -> tuple[NewTreatment, ...]:
    found: list[NewTreatment] = []
    grown_up_on = max(onset_on, date(birth_year + GROWN_UP, 1, 1))

    def give(kind: str, after_days: SupportsInt, undated: float = 0.0) -> None:
        later = kind in (*OPERATIONS, "botulinum_toxin")
        started_on = (grown_up_on if later else onset_on) + timedelta(days=int(after_days))
        if started_on < today:
            known = rng.random() >= undated
            toxin = TOXIN if kind == "botulinum_toxin" else {}
            found.append(NewTreatment(kind, PartialDate(started_on, "day") if known else None, **toxin))

    def happens(share: float) -> bool:
        return bool(rng.random() < share)

    if cause in VIRAL and happens(0.8):
        give("oral_corticosteroid", rng.integers(0, 5), undated=0.04)
    if cause in VIRAL and happens(0.75 if cause == "ramsay_hunt" else 0.25):
        give("antiviral", rng.integers(0, 5), undated=0.04)
    if cause in AFTER_OPERATION:
        give("tumour_operation", 0)
    if happens(0.35):
        give("eye_lubricants_or_taping", rng.integers(1, 14), undated=0.3)
    if happens(0.25 if recovers else 0.5):
        give("physiotherapy_neuromuscular_retraining", rng.integers(30, 260), undated=0.08)
    if happens(0.08):
        give("mime_therapy", rng.integers(60, 500), undated=0.08)
    if happens(0.06):
        give("acupuncture", rng.integers(20, 400), undated=0.3)
    if not recovers and happens(0.5):
        day = float(rng.integers(270, 900))
        for _ in range(int(rng.integers(1, 9))):
            give("botulinum_toxin", day)
            day += float(rng.integers(95, 170))
    if not recovers and severity > 0.4 and happens(0.35):
        give(str(rng.choice(OPERATIONS)), rng.integers(400, 2000))
    return tuple(found)


def _as_known(rng: np.random.Generator, onset_on: date, enrolled_on: date) -> PartialDate:
    """The onset as exactly as a person remembers it: the longer ago, the less exactly."""
    years = (enrolled_on - onset_on).days / DAYS_PER_YEAR
    by_year, by_month = (0.0, 0.0) if years < 0.25 else (0.1, 0.3) if years < 5 else (0.5, 0.25)
    draw = rng.random()
    if draw < by_year:
        return PartialDate(onset_on.replace(month=1, day=1), "year")
    if draw < by_year + by_month:
        return PartialDate(onset_on.replace(day=1), "month")
    return PartialDate(onset_on, "day")


def _one_of(rng: np.random.Generator, shares: dict[str, float]) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))
