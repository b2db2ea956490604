"""What decides about a message, read from the tables: the way, the zone, the words, what went before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.daytime import Hours
from surveys.models import Contact, Message, MessageTemplate, Messaging, Patient, Study, Visit
from surveys.store.post import facts
from surveys.store.post.facts import MessageSettings, OneVisit
from tests.surveys.store.conftest import AT

NOW = AT + timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def contact(session: Session, patient: Patient) -> Contact:
    made = Contact(name="Anna Abel", email="anna@example.org")
    patient.contact = made
    session.flush()
    return made


def load(session: Session, visit: Visit) -> OneVisit:
    session.flush()
    [one] = facts.load(session, Visit.id == visit.id)
    return one


@pytest.mark.parametrize(
    ("known", "channel"),
    [
        ({}, None),
        ({"email": "a@b.org"}, "email"),
        ({"telephone": "1", "address": "Street 1"}, None),
        ({"email": "a@b.org", "channel": "letter"}, "letter"),
        ({"channel": "visits"}, "visits"),
    ],
)
def test_how_a_person_is_reached(known: dict[str, str], channel: str | None) -> None:
    """As was chosen, else by e-mail where there is an address; without a person not at all."""
    assert facts.channel_of(Contact(**known)) == channel
    assert facts.channel_of(None) == "none"


@pytest.mark.parametrize(
    ("known", "open_ways"),
    [
        ({}, set()),
        ({"email": "a@b.org"}, {"email"}),
        ({"email": "a@b.org", "refused_email": "a@b.org"}, set()),
        ({"email": "a@b.org", "refused_email": "old@b.org"}, {"email"}),
        ({"address": "Street 1"}, {"letter"}),
        ({"telephone": "1"}, {"telephone"}),
    ],
)
def test_which_ways_are_open(known: dict[str, str], open_ways: set[str]) -> None:
    """An address that mail servers refuse is none until it is corrected."""
    ways = ("email", "letter", "telephone", "visits", "none", None)
    assert {way for way in ways if facts.reachable(Contact(**known), way)} == open_ways
    assert not any(facts.reachable(None, way) for way in ways)


def test_a_study_writes_as_it_chose(session: Session, study: Study, visit: Visit) -> None:
    """Or by the defaults."""
    assert load(session, visit).settings == MessageSettings()
    session.add(
        Messaging(
            study_id=study.id,
            clinic="The clinic",
            reminder_days=[3],
            send_hour=10,
            earliest_hour=9,
            latest_hour=18,
            thanks=True,
            changed_by="test",
            changed_at=AT,
        )
    )
    assert load(session, visit).settings == MessageSettings("The clinic", (3,), Hours(10, 9, 18), True)


@pytest.mark.parametrize(
    ("known", "zone", "locale"),
    [
        ({}, "Europe/Berlin", "en"),
        ({"timezone": "America/New_York", "locale": "de"}, "America/New_York", "de"),
        ({"locale": "fr"}, "Europe/Berlin", "en"),
    ],
)
def test_zone_and_language_are_the_patients(
    session: Session,
    study: Study,
    visit: Visit,
    contact: Contact,
    known: dict[str, str],
    zone: str,
    locale: str,
) -> None:
    """As far as they are known, and the study speaks the language."""
    study.locales = ["en", "de"]
    for name, value in known.items():
        setattr(contact, name, value)
    one = load(session, visit)
    assert (one.zone, one.locale) == (zone, locale)


def test_the_last_words_written_are_a_studys_own(session: Session, study: Study) -> None:
    """Of that kind and language; none where it wrote none."""
    for kind, locale, subject in (
        ("reminder", "en", "first"),
        ("reminder", "en", "last"),
        ("reminder", "de", "andere"),
        ("thanks", "en", "thanks"),
    ):
        session.add(
            MessageTemplate(
                study_id=study.id,
                kind=kind,
                locale=locale,
                subject=subject,
                body="b",
                changed_by="t",
                changed_at=AT,
            )
        )
        session.flush()
    assert facts.own_words(session, study.id, "reminder", "en") == ("last", "b")
    assert facts.own_words(session, study.id, "invitation", "en") is None
    assert facts.own_words(session, study.id + 1, "reminder", "en") is None


def test_what_went_before_and_what_waits(session: Session, visit: Visit, contact: Contact) -> None:
    """Thanks do not count; nor does what was cancelled or failed; only what is planned earlier waits."""
    for kind, nth, outcome, days in (
        ("invitation", 1, "sent", 0),
        ("reminder", 1, "unknown", 1),
        ("reminder", 2, "failed", 2),
        ("reminder", 3, None, 3),
        ("reminder", 4, None, 4),
        ("thanks", 1, None, 0),
    ):
        at = AT + timedelta(days=days)
        settled = {"outcome": outcome, "outcome_at": at} if outcome else {}
        session.add(
            Message(
                visit_id=visit.id, kind=kind, nth=nth, channel="email", planned_at=at, attempts=0, **settled
            )
        )
    one = load(session, visit)
    third, fourth = (row for row in one.rows if row.kind == "reminder" and row.nth in (3, 4))
    found = [facts.facts_of(one, row.kind, row.planned_at, row) for row in (third, fourth)]
    assert [each.waiting for each in found] == [False, True]
    assert {each.settled_at for each in found} == {AT + timedelta(days=1)}
    assert not facts.facts_of(one, "reminder", NOW).waiting, "a message that is not stored waits for none"


@pytest.mark.parametrize(
    ("what", "name", "value", "fact"),
    [
        ("patient", "status", "paused", {"patient_status": "paused"}),
        ("patient", "messages_stopped_at", AT, {"stopped": True}),
        ("visit", "missed_reason", "ill", {"missed": True}),
        ("visit", "withdrawn_at", AT, {"withdrawn": True}),
        ("study", "status", "closed", {"study_status": "closed"}),
        ("contact", "refused_email", "anna@example.org", {"reachable": False}),
        ("contact", "channel", "letter", {"channel": "letter", "reachable": False}),
    ],
)
def test_each_fact_is_told(
    session: Session,
    study: Study,
    patient: Patient,
    visit: Visit,
    contact: Contact,
    what: str,
    name: str,
    value: object,
    fact: dict[str, object],
) -> None:
    """One at a time; all others stay."""
    before = facts.facts_of(load(session, visit), "invitation", NOW)
    row = {"study": study, "patient": patient, "visit": visit, "contact": contact}[what]
    setattr(row, name, value)
    after = facts.facts_of(load(session, visit), "invitation", NOW)
    changed = {key: new for key, new in vars(after).items() if vars(before)[key] != new}
    assert changed == fact


def test_very_many_visits_are_loaded_in_portions(session: Session, patient: Patient, visit: Visit) -> None:
    """Databases limit the parameters of a statement; no message is left behind."""
    times = {"opens_on": AT.date(), "due_on": AT.date(), "closes_on": AT.date()}
    times |= {"patient_id": patient.id, "study_id": patient.study_id}
    made = [Visit(name=f"extra {n}", battery=[], **times) for n in range(501)]
    session.add_all(made)
    session.flush()
    for row in (made[0], made[-1]):
        session.add(Message(visit_id=row.id, kind="invitation", channel="email", planned_at=AT, attempts=0))
    session.flush()
    loaded = facts.load(session, Visit.patient_id == patient.id)
    assert len(loaded) == len(session.scalars(select(Visit.id).where(Visit.patient_id == patient.id)).all())
    assert {one.visit.id for one in loaded if one.rows} == {made[0].id, made[-1].id}
