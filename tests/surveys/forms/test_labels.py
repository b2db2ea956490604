"""Each code that the database takes has words for staff, and no other has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.kinds import ALL_FAMILIES, ALL_KINDS
from analysis.data.said import SAYS_RECOVERED
from analysis.data.statuses import STATUSES
from surveys import background
from surveys.forms import labels
from surveys.mail.channels import NOT_AT_ALL, channels
from surveys.models import assistance, patient, response, study
from surveys.models import background as checks
from surveys.store.patient.consents import PARTS


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (SEXES, patient.SEXES),
        (SIDES, patient.SIDES),
        (labels.BEGINNINGS, patient.BEGINNINGS),
        (CAUSES, patient.CAUSES),
        (labels.TREATMENTS, [kind.key for kind in ALL_KINDS]),
        (labels.TREATMENT_FAMILIES, [family.key for family in ALL_FAMILIES]),
        (labels.TREATMENT_STATES, patient.TREATMENT_STATES),
        (labels.PATIENT_STATUSES, STATUSES),
        (labels.CHANNELS, [*channels(), NOT_AT_ALL]),
        (labels.GRADING_MODES, patient.GRADING_MODES),
        (labels.CONSENT_PARTS, PARTS),
        (labels.ANSWERED_BY, assistance.ANSWERED_BY),
        (labels.SYMPTOMS, background.SYMPTOMS),
        (labels.MOOD_BEFORE, background.MOOD_BEFORE),
        (labels.RECOVERED, SAYS_RECOVERED),
        (labels.CHECK_OUTCOMES, checks.OUTCOMES),
        (labels.SOURCES, response.SOURCES),
        (labels.STUDY_STATUSES, study.STATUSES),
    ],
)
def test_codes_and_words_are_the_same_set(words: Mapping[str, str], codes: Collection[str]) -> None:
    """And no two codes read the same."""
    assert set(words) == set(codes)
    assert len(set(words.values())) == len(words)


def test_the_kind_for_all_others_is_the_last_to_choose() -> None:
    assert list(labels.TREATMENTS)[-1] == "other"
