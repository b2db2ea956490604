"""Passkeys of a device with real keys: what is taken, and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Passkey, Staff
from surveys.store.accounts import closing, invitations, passkeys, resets, staff
from surveys.store.accounts.passkeys import Question, Site
from surveys.store.errors import Refused
from tests.support.authenticator import Authenticator
from tests.surveys.store.conftest import AT

SITE = Site("clinic.example", "https://clinic.example")
SOON = AT + timedelta(minutes=1)


@pytest.fixture
def ann(session: Session) -> Staff:
    """Her account."""
    return staff.add(session, "ann@example.org", "correct horse battery", at=AT, actor="test")


@pytest.fixture
def device() -> Authenticator:
    """Her telephone."""
    return Authenticator(SITE.origin, SITE.host)


def register(session: Session, ann: Staff, device: Authenticator) -> None:
    """Her passkey, made and kept."""
    question = passkeys.ask_for_new(session, ann, SITE)
    passkeys.add(session, ann, device.makes(question.options), question.challenge, "telephone", SITE, at=AT)


def owner(session: Session, told: str, question: Question, after: timedelta = timedelta(0)) -> Staff:
    """Whom `told` proves, asked at `SOON`."""
    return passkeys.owner(session, told, question.challenge, SITE, asked_at=SOON, at=SOON + after)


def test_a_passkey_proves_its_owner(session: Session, ann: Staff, device: Authenticator) -> None:
    """Each question once; made and removed in the trail, with its name apart."""
    register(session, ann, device)
    [kept] = passkeys.of(session, ann)
    assert (kept.name, kept.made_at, kept.used_at) == ("telephone", AT, None)
    question = passkeys.ask(SITE)
    told = device.proves(question.options)
    assert owner(session, told, question) is ann
    assert (kept.sign_count, kept.used_at) == (1, SOON)
    for again in (told, device.proves(question.options)):
        with pytest.raises(Refused, match="not taken"):
            owner(session, again, question)
    passkeys.remove(session, ann, kept.id, at=AT)
    session.commit()
    with pytest.raises(Refused, match="not there"):
        passkeys.remove(session, ann, kept.id, at=AT)
    query = select(Event.action, Event.facts).where(Event.action.like("staff.passkey%")).order_by(Event.id)
    assert [tuple(one) for one in session.execute(query)] == [
        ("staff.passkey_added", {"staff": ann.id}),
        ("staff.passkey_removed", {"staff": ann.id}),
    ]


Spoil = Callable[[Authenticator], object]
SPOILT: dict[str, Spoil] = {
    "another site": lambda device: setattr(device, "origin", "https://clinic.example.evil.test"),
    "another host": lambda device: setattr(device, "host", "evil.test"),
    "no finger": lambda device: setattr(device, "verified", False),
    "another key": lambda device: setattr(device, "key", Authenticator("", "").key),
    "unknown": lambda device: setattr(device, "credential", b"x" * 32),
    "a copy that counts anew": lambda device: setattr(device, "count", 3),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_proves_less_is_refused(
    session: Session, ann: Staff, device: Authenticator, spoil: Spoil
) -> None:
    """Also where the device asked for neither finger, face nor PIN."""
    device.count = 7
    register(session, ann, device)
    spoil(device)
    question = passkeys.ask(SITE)
    with pytest.raises(Refused, match="not taken"):
        owner(session, device.proves(question.options), question)


def test_an_answer_fits_its_question_alone(session: Session, ann: Staff, device: Authenticator) -> None:
    """In time, and formed as the standard says; a fault is a refusal."""
    register(session, ann, device)
    question, other = passkeys.ask(SITE), passkeys.ask(SITE)
    told = device.proves(question.options)
    for after in (passkeys.GOOD_FOR + timedelta(seconds=1), timedelta(seconds=-1)):
        with pytest.raises(Refused, match="not taken"):
            owner(session, told, question, after)
    form = json.loads(told)
    broken = [
        *({name: part for name, part in form.items() if name != left} for left in form),
        *({**form, name: odd} for name in form for odd in (None, 5, [], {}, "é", "A")),
        *(
            {**form, "response": {**form["response"], name: odd}}
            for name in form["response"]
            for odd in ("A", 5)
        ),
    ]
    for odd in (*map(json.dumps, broken), "", "null", "[]", "5", "{", "\0"):
        with pytest.raises(Refused, match="not taken"):
            owner(session, odd, question)
    with pytest.raises(Refused, match="not taken"):
        owner(session, told, other)
    assert owner(session, told, question, passkeys.GOOD_FOR) is ann


def test_only_what_was_asked_for_is_kept(session: Session, ann: Staff, device: Authenticator) -> None:
    """A passkey is one account's; a device without finger, face or PIN makes none; ten are enough."""
    question = passkeys.ask_for_new(session, ann, SITE)
    assert question.options["authenticatorSelection"]["userVerification"] == "required"
    told = device.makes(question.options)
    weak = Authenticator(SITE.origin, SITE.host, verified=False).makes(question.options)
    foreign = Authenticator("https://evil.test", SITE.host).makes(question.options)
    for odd in (weak, foreign, device.proves(question.options), "", "{}", "null", told[:-20]):
        with pytest.raises(Refused, match="not taken"):
            passkeys.add(session, ann, odd, question.challenge, "x", SITE, at=AT)
    with pytest.raises(Refused, match="not taken"):
        passkeys.add(session, ann, told, passkeys.ask(SITE).challenge, "x", SITE, at=AT)
    passkeys.add(session, ann, told, question.challenge, "telephone", SITE, at=AT)
    with pytest.raises(Refused, match="not taken"):
        passkeys.add(session, ann, told, question.challenge, "again", SITE, at=AT)
    for _ in range(passkeys.MOST - 1):
        register(session, ann, Authenticator(SITE.origin, SITE.host))
    assert len(passkeys.ask(SITE).options.get("allowCredentials", [])) == 0  # tells nobody who has one
    with pytest.raises(Refused, match="10 passkeys"):
        passkeys.ask_for_new(session, ann, SITE)


@pytest.mark.parametrize(
    "end",
    [
        lambda session, ann: closing.close(session, ann, at=AT, actor="staff:99"),
        lambda session, ann: resets.end(session, ann, at=AT, actor="staff:99"),
        lambda session, ann: invitations.choose(session, ann, "another long password", at=AT),
    ],
    ids=["closed", "reset", "link"],
)
def test_an_account_that_ends_or_is_reset_has_none(
    session: Session, ann: Staff, device: Authenticator, end: Callable[[Session, Staff], None]
) -> None:
    """Whoever had got into it may have made one."""
    register(session, ann, device)
    end(session, ann)
    session.commit()
    assert session.scalars(select(Passkey)).all() == []
    said = session.scalars(select(Event.action).where(Event.action == "staff.passkey_removed")).all()
    assert len(said) == 1
    question = passkeys.ask(SITE)
    with pytest.raises(Refused, match="not taken"):
        owner(session, device.proves(question.options), question)


def test_somebody_else_takes_none_away(session: Session, ann: Staff, device: Authenticator) -> None:
    """And a closed account is not entered, were its passkey still there."""
    register(session, ann, device)
    bea = staff.add(session, "bea@example.org", "correct horse battery", at=AT, actor="test")
    with pytest.raises(Refused, match="not there"):
        passkeys.remove(session, bea, passkeys.of(session, ann)[0].id, at=AT)
    ann.active = False
    question = passkeys.ask(SITE)
    with pytest.raises(Refused, match="not taken"):
        owner(session, device.proves(question.options), question)
