"""The code lists name exactly the codes that the tables take."""

from __future__ import annotations

import pytest

from surveys.background import QUESTIONS
from surveys.exchange.tidy import codes
from surveys.models.consent import DECISIONS, WAYS
from surveys.models.injection import INJECTED_SIDES
from surveys.models.patient import PRECISIONS
from surveys.models.signature import MEANINGS
from surveys.models.staff import ROLES


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        (codes.PRECISIONS, PRECISIONS),
        (codes.DECISIONS, DECISIONS),
        (codes.CONSENT_WAYS, WAYS),
        (codes.MEANINGS, MEANINGS),
        (codes.SIGNERS_ROLES, (*ROLES, "admin")),
        (codes.INJECTED_SIDES, INJECTED_SIDES),
        (codes.REPORTED_QUESTIONS, QUESTIONS),
    ],
)
def test_every_code_has_its_words(listed: codes.Codes, taken: tuple[str, ...]) -> None:
    """No more and no fewer."""
    assert set(listed) == set(taken)
    assert all(words.strip() and words != code for code, words in listed.items())
