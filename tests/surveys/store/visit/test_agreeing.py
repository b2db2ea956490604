"""Consent that an amendment asks anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import Decision, NewText
from surveys.store.visit import agreeing
from tests.support.amended import NOW, PLAN, SECOND_MONTH, TODAY, amend, laid, patient, plan
from tests.surveys.store.conftest import AT

PARTS = {"research": "Use my answers."}


def test_consent_asked_anew_comes_before_all_that_was_added(
    session: Session, library: Library, amended: Study
) -> None:
    consents.load(session, amended, "1", {"en": NewText("One?", PARTS)}, at=AT, actor="test")
    first = consents.all_texts(session, amended.id)[0]
    signed = {"parts": (), "how": "paper", "signed_on": TODAY, "at": AT, "actor": "test"}
    for code in ("P1", "P2"):
        consents.decide(session, patient(session, code).id, first, agreed=True, **signed)
    rows = plan(replace(PLAN[1], battery=("face", "fdi")), without=["month_9"])
    with pytest.raises(Refused, match="one consent text"):
        amend(session, amended, rows, library, consent="1")
    consents.load(session, amended, "2", {"en": NewText("Two?", PARTS)}, at=SECOND_MONTH, actor="test")
    second = consents.all_texts(session, amended.id)[0]

    effect = amend(session, amended, rows, library, consent="2")
    shorter = plan(rows[1], replace(PLAN[2], window_after=9), without=["month_9"])
    later = amend(session, amended, shorter, library, protocol="3.0")

    assert (effect.asked_anew, effect.unreachable) == (2, ())
    assert later.number == 3
    # Nothing added, neither by the later amendment; what was ended has gone.
    asked = {name: one[1] for name, one in laid(session, "P1").items()}
    assert asked == dict.fromkeys(("start", "month_3", "month_6"), ("face",))
    one, two = patient(session, "P1"), patient(session, "P2")
    decision = {**signed, "signed_on": NOW, "at": SECOND_MONTH, "library": library}
    with pytest.raises(Refused, match="newest version"):
        consents.decide(session, one.id, first, agreed=True, **decision)
    consents.decide(session, one.id, second, agreed=True, **decision)
    consents.decide(session, two.id, second, agreed=False, **{**decision, "how": "link"})
    assert laid(session, "P1")["month_3"][1:] == (("face", "fdi"), 3)
    assert laid(session, "P2")["month_3"][1] == ("face",)
    assert not any(agreeing.is_asked_anew(session, person.id) for person in (one, two))
    stands = consents.of_patient(session, two.id)
    assert stands is not None
    assert (two.status, stands.decision, stands.consent_text_id) == ("active", "agreed", first.id)


@pytest.mark.parametrize(("version", "asked"), [("1", ()), ("2", ("fdi",))])
def test_who_declined_an_amendment_is_not_asked_again_for_a_slip(
    session: Session, library: Library, amended: Study, version: str, asked: tuple[str, ...]
) -> None:
    """What was typed wrongly of the agreement is put right; only one to the new text brings more."""
    made: dict[str, Any] = {"at": SECOND_MONTH, "actor": "staff:1", "library": library}
    texts = {}
    for number, at in (("1", AT), ("2", SECOND_MONTH)):
        words = {"en": NewText(f"{number}?", PARTS)}
        consents.load(session, amended, number, words, at=at, actor="test")
        texts[number] = consents.all_texts(session, amended.id)[0]
    person = patient(session, "P2")
    signed: dict[str, Any] = {"parts": (), "signed_on": TODAY}
    consents.decide(session, person.id, texts["1"], agreed=True, how="paper", **signed, **made)
    amend(session, amended, plan(replace(PLAN[1], battery=("face", "fdi"))), library, consent="2")
    consents.decide(session, person.id, texts["2"], agreed=False, how="link", **signed, **made)
    wanted = Decision(texts[version], True, {"research": True}, "paper", NOW)
    assert consents.correct(session, person, wanted, reason="misread", **made)
    assert not agreeing.is_asked_anew(session, person.id)
    assert laid(session, "P2")["month_3"][1] == ("face", *asked)
