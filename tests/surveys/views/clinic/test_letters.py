"""Many letters at once: one document, a page and a code each; and all of them posted."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Contact, Message, Messaging, Patient, Visit
from surveys.store.post import messages
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table, stored

LETTERS = "/staff/S1/letters"


@pytest.fixture
def numbers(app: Flask) -> list[int]:
    """The letters of P1 to P3, of whom P3 has answered meanwhile."""
    for code in ("P1", "P2", "P3"):
        made = invite(app, code)
        with changing(app) as session:
            contact = Contact(name=f"Person {code}", address=f"{code} Street", channel="letter")
            session.add(contact)
            session.flush()
            session.get_one(Patient, made.patient_id).contact_id = contact.id
            if code == "P1":
                row = {"send_hour": 0, "earliest_hour": 0, "latest_hour": 24, "thanks": False}
                known = {"reminder_days": [7], "changed_by": "test", "changed_at": datetime.now(UTC)}
                session.add(Messaging(study_id=made.study_id, **row, **known))
    with changing(app) as session:
        messages.plan(session, at=datetime.now(UTC))
        session.get_one(Visit, made.visit_id).missed_reason = "away"
        return list(
            session.scalars(select(Message.id).where(Message.kind == "invitation").order_by(Message.id))
        )


@pytest.fixture
def member(app: Flask, numbers: list[int]) -> Member:
    return signed_in(app)


def chosen(numbers: list[int]) -> list[tuple[str, str]]:
    return [("message", str(number)) for number in numbers]


def test_chosen_letters_are_one_document(app: Flask, member: Member, numbers: list[int]) -> None:
    """Each with its own link and code; who may not be written to is named with the reason, and left out."""
    page = member.get(LETTERS)
    assert all(f"{code} Street" in page.text for code in ("P1", "P2"))
    page = member.post(LETTERS, [*chosen(numbers), ("do", "print")])
    assert page.heading == "2 letters"
    assert "P3: the visit was missed" in page.text
    codes = re.findall(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", page.text)
    assert len(set(codes)) == 2
    assert "P3 Street" not in page.text
    [form] = [one for one in page.steps if one.action == LETTERS]
    assert {one.value for one in form.inputs if one.name == "message"} == set(map(str, numbers[:2]))
    assert {row["outcome"] for row in one_table(app, "message")} == {None}, "nothing is posted by printing"


def test_all_were_posted(app: Flask, member: Member, numbers: list[int]) -> None:
    """What was done before is counted apart, and told of each patient."""
    member.get(LETTERS)
    member.post(LETTERS, [*chosen(numbers[:1]), ("do", "posted")])
    page = member.post(LETTERS, [*chosen([*numbers[:2], 999]), ("do", "posted")])
    assert "1 letter was posted. 1 was done or cancelled before." in page.text
    sent = [row["id"] for row in one_table(app, "message") if row["outcome"] == "sent"]
    assert sent == numbers[:2]
    told = [row for row in one_table(app, "event") if row["action"] == "message.sent"]
    assert len({row["patient_id"] for row in told}) == 2
    before = stored(app, "message", "link")
    assert "Choose at least one letter." in member.post(LETTERS, {"do": "print"}).text
    assert stored(app, "message", "link") == before
