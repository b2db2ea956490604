"""Who reads a study's alerts: two people of the whole study, and a test that both acknowledge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Study
from surveys.store.accounts import staff
from surveys.store.errors import Refused
from surveys.store.study import readers, readiness
from tests.surveys.store.conftest import AT

LATER = AT + timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def people(session: Session, study: Study) -> dict[str, int]:
    """Accounts by name: two who may read, and three who may not."""
    made = {}
    for name, role, site in (
        ("Bea", "coordinator", None),
        ("Ann", "investigator", None),
        ("Cleo", "analyst", None),
        ("Dora", "coordinator", "North"),
        ("Gone", "coordinator", None),
    ):
        member = staff.add(
            session, f"{name}@example.org", "correct horse battery", name=name, at=AT, actor="test"
        )
        staff.grant(session, member, study, role, site=site, at=AT, actor="test")
        member.active = name != "Gone"
        made[name] = member.id
    session.commit()
    return made


def name(session: Session, study: Study, first: int, deputy: int) -> bool:
    return readers.name(session, study, first, deputy, at=AT, actor="staff:1")


def actions(session: Session) -> list[str]:
    session.commit()
    query = select(Event.action).where(Event.action.like("alert_readers%")).order_by(Event.id)
    return list(session.scalars(query))


def test_only_who_sees_every_alert_may_read(session: Session, study: Study, people: dict[str, int]) -> None:
    """By name; not analysts, not those of one site, not closed accounts."""
    assert [one.name for one in readers.candidates(session, study.id)] == ["Ann", "Bea"]
    for other in ("Cleo", "Dora", "Gone"):
        for first, deputy, field in (("Bea", other, "deputy"), (other, "Bea", "first")):
            with pytest.raises(Refused, match="of the whole study") as refused:
                name(session, study, people[first], people[deputy])
            assert refused.value.field == field
    with pytest.raises(Refused, match="somebody else"):
        name(session, study, people["Bea"], people["Bea"])
    assert readiness.readers(session, study.id) == {}


def test_a_reader_who_stays_keeps_the_acknowledgement(
    session: Session, study: Study, people: dict[str, int]
) -> None:
    """To name the same two again is nothing new."""
    assert name(session, study, people["Bea"], people["Ann"])
    assert not name(session, study, people["Bea"], people["Ann"])
    readers.send_test(session, study, at=AT, actor="staff:1")
    readers.acknowledge(session, study, people["Bea"], at=LATER, actor="staff:1")
    assert name(session, study, people["Ann"], people["Bea"])
    found = readiness.readers(session, study.id)
    assert {rank: row.staff_id for rank, row in found.items()} == {
        "first": people["Ann"],
        "deputy": people["Bea"],
    }
    assert (found["deputy"].tested_at, found["deputy"].acknowledged_at) == (AT, LATER)
    assert (found["first"].tested_at, found["first"].acknowledged_at) == (AT, None)
    assert actions(session) == [
        "alert_readers.named",
        "alert_readers.tested",
        "alert_readers.acknowledged",
        "alert_readers.named",
    ]


def test_a_test_needs_both_and_is_acknowledged_anew(
    session: Session, study: Study, people: dict[str, int]
) -> None:
    with pytest.raises(Refused, match="Name the first person"):
        readers.send_test(session, study, at=AT, actor="staff:1")
    name(session, study, people["Bea"], people["Ann"])
    with pytest.raises(Refused, match="No test alert"):
        readers.acknowledge(session, study, people["Bea"], at=AT, actor="staff:1")
    sent = readers.send_test(session, study, at=AT, actor="staff:1")
    assert [one.staff_id for one in sent] == [people["Bea"], people["Ann"]]
    with pytest.raises(Refused, match="not named"):
        readers.acknowledge(session, study, people["Cleo"], at=AT, actor="staff:1")
    readers.acknowledge(session, study, people["Bea"], at=LATER, actor="staff:1")
    readers.acknowledge(session, study, people["Bea"], at=LATER + timedelta(days=1), actor="staff:1")
    found = readiness.readers(session, study.id)
    assert [found[rank].acknowledged_at for rank in ("first", "deputy")] == [LATER, None]
    readers.send_test(session, study, at=LATER, actor="staff:1")
    found = readiness.readers(session, study.id)
    assert {(row.tested_at, row.acknowledged_at) for row in found.values()} == {(LATER, None)}
