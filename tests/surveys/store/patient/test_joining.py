"""Joining by oneself: who may, what waits for a proof, and who comes of it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import (
    Consent,
    Contact,
    JoiningPage,
    JoiningRequest,
    Patient,
    SelfEnrolment,
    Study,
    Timepoint,
    Visit,
)
from surveys.store.errors import Refused
from surveys.store.patient import consents, joining
from surveys.store.patient.consents import NewText
from surveys.store.patient.joining import Applicant, EnoughError, NotProvedError
from tests.surveys.store.conftest import AT

SECRET = "secret"
FACTS = {"at": AT, "actor": "test"}
ANNA = Applicant("email", "anna@example.org", 1970, "en", ["research", "made up"], "device", "192.0.2.1", 60)


@pytest.fixture
def page(session: Session, study: Study) -> JoiningPage:
    """The study's page is open to people in Germany and Austria."""
    parts = {"research": "Use them.", "text_messages": "Texts."}
    consents.load(session, study, "1", {"en": NewText("Take part?", parts)}, **FACTS)
    joining.choose(session, study, True, {"en": "Come."}, ["DE", "AT"], **FACTS)
    session.commit()
    return session.get_one(JoiningPage, study.id)


def test_a_digest_is_no_text_for_readers() -> None:
    """Whoever reads the page, and in whichever words: a link that went stays good."""
    told = hmac.new(b"secret", b"joining link token", hashlib.sha256).hexdigest()
    assert joining.keyed("link token", SECRET) == told


def test_a_page_opens_only_with_all_that_it_needs(session: Session, study: Study) -> None:
    """Its words in each language, a consent text, countries that there are."""
    for information, countries, field in (
        ({}, [], "information__en"),
        ({"en": "Come."}, [], "is_open"),
        ({"en": "Come."}, ["XX"], "countries"),
    ):
        with pytest.raises(Refused) as refused:
            joining.choose(session, study, True, information, countries, **FACTS)
        assert refused.value.field == field
    joining.choose(session, study, False, {}, [], **FACTS)
    assert joining.find(session, "S1") is None


@pytest.mark.parametrize(
    ("year", "palsy", "country", "may"),
    [
        (1970, True, "DE", True),
        (2007, True, "DE", True),
        (2008, True, "DE", False),  # 18 this year, perhaps not yet
        (1905, True, "DE", False),
        (1970, False, "DE", False),
        (1970, True, "other", False),
        (1970, True, None, False),
    ],
)
def test_who_may_join(
    session: Session, study: Study, page: JoiningPage, year: int, palsy: bool, country: str | None, may: bool
) -> None:
    """By age, palsy and country; where the study names no country, everybody's."""
    assert joining.may_join(study, page, year, palsy, country, AT.date()) is may
    page.countries = []
    assert joining.may_join(study, page, 1970, True, country, AT.date())


def test_a_link_makes_one_patient(
    session: Session, study: Study, library: Library, page: JoiningPage
) -> None:
    """With consent, address and visits, and only with the link; a second press leads to the same visit."""
    token = joining.ask(session, study, ANNA, secret=SECRET, at=AT)
    session.commit()
    assert session.scalars(select(Patient)).all() == []
    stored = session.scalars(select(JoiningRequest)).one()
    assert token not in stored.digest
    assert "192.0.2.1" not in stored.network
    for wrong, secret, at in (
        (token[:-3], SECRET, AT),
        (token, "another", AT),
        (token, SECRET, AT + timedelta(days=2)),
    ):
        with pytest.raises(NotProvedError):
            joining.by_link(session, wrong, secret=secret, at=at, lock=True)
    visits = []
    for _ in range(2):
        row = joining.by_link(session, f"{token}.", secret=SECRET, at=AT, lock=True)
        visit = joining.join(session, row, library, at=AT)
        assert visit is not None
        visits.append(visit.id)
        session.commit()
    assert visits[0] == visits[1]
    patient = session.scalars(select(Patient)).one()
    assert (patient.code, patient.birth_year, patient.enrolled_on) == ("S1-001", 1970, AT.date())
    assert session.scalars(select(Contact.email)).all() == ["anna@example.org"]
    given = session.scalars(select(Consent)).one()
    assert (given.decision, given.how, given.parts) == (
        "agreed",
        "link",
        {"research": True, "text_messages": False},
    )
    made = session.scalars(select(SelfEnrolment)).one()
    assert (made.patient_id, made.way, made.seconds, made.outcome) == (patient.id, "email", 60, None)
    assert session.scalars(select(Visit.name).where(Visit.id == visits[0])).one() == "baseline"


def test_a_second_press_makes_no_second_patient(
    session: Session, study: Study, library: Library, page: JoiningPage
) -> None:
    """Where no visit is open today, too, nor any laid out; with the link and with the code."""
    session.execute(update(Timepoint).values(anchor="onset"))
    session.commit()
    token = joining.ask(session, study, ANNA, secret=SECRET, at=AT)
    session.commit()
    for _ in range(2):
        row = joining.by_link(session, token, secret=SECRET, at=AT, lock=True)
        assert joining.join(session, row, library, at=AT) is None
        session.commit()
    assert [one.code for one in session.scalars(select(Patient))] == ["S1-001"]


def test_a_code_has_five_tries(session: Session, study: Study, library: Library, page: JoiningPage) -> None:
    """Each code goes with its own request; the sixth try fails with the right code too."""
    new = replace(ANNA, way="text", address="+4915112345678", parts=["text_messages"])
    code = joining.ask(session, study, new, secret=SECRET, at=AT)
    other = joining.ask(session, study, replace(new, address="+4915112345679"), secret=SECRET, at=AT)
    session.commit()
    asked = joining.request_of(session, new.address, study)
    assert asked is not None
    assert joining.request_of(session, "+49151", study) is None
    wrong = next(one for one in ("000000", "111111", "222222") if one not in {code, other})
    for _ in range(joining.TRIES - 1):
        with pytest.raises(NotProvedError):
            joining.by_code(session, asked, wrong, secret=SECRET, at=AT)
    assert joining.by_code(session, asked, f" {code[:3]} {code[3:]} ", secret=SECRET, at=AT).id == asked
    with pytest.raises(NotProvedError):
        joining.by_code(session, asked, other if other != code else wrong, secret=SECRET, at=AT)
    with pytest.raises(NotProvedError):
        joining.by_code(session, asked, code, secret=SECRET, at=AT)


def test_an_address_is_good_for_three(
    session: Session, study: Study, library: Library, page: JoiningPage
) -> None:
    """However it is spelt; an address of the clinic's own patients counts nothing."""
    session.add(Contact(email="anna@example.org"))
    for number in range(joining.MOST_OF_AN_ADDRESS + 1):
        new = replace(
            ANNA, address="Anna@example.org" if number % 2 else ANNA.address, birth_year=1970 + number
        )
        token = joining.ask(session, study, new, secret=SECRET, at=AT)
        row = joining.by_link(session, token, secret=SECRET, at=AT, lock=True)
        if number < joining.MOST_OF_AN_ADDRESS:
            assert joining.join(session, row, library, at=AT) is not None
        else:
            with pytest.raises(EnoughError):
                joining.join(session, row, library, at=AT)


def test_what_waits_is_forgotten_after_a_day(session: Session, study: Study, page: JoiningPage) -> None:
    joining.ask(session, study, ANNA, secret=SECRET, at=AT)
    joining.ask(session, study, ANNA, secret=SECRET, at=AT + timedelta(hours=2))
    assert joining.forget(session, at=AT + timedelta(hours=25)) == 1
    assert len(session.scalars(select(JoiningRequest)).all()) == 1


def test_ways_of_a_proof() -> None:
    """By text only where texts go and are agreed to."""
    assert joining.ways(["research"], True) == ("email",)
    assert joining.ways(["text_messages"], False) == ("email",)
    assert joining.ways(["text_messages"], True) == ("email", "text")
