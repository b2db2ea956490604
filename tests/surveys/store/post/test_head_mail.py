"""Mail with the heads of the audit trail: when it is planned, what it says, and what it then proves."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys.mail.staff_words import heads_of_trail
from surveys.models import HeadMail, Patient, Study
from surveys.models.dialects import on_postgresql
from surveys.store import audit
from surveys.store.audit import heads
from surveys.store.post import head_mail
from surveys.store.post.head_mail import HeadsOut
from surveys.store.post.outbox import Rejected, Sent
from surveys.store.study import freezes
from tests.surveys.store.conftest import AT

ADDRESS = "monitor@sponsor.example"


@pytest.fixture
def kept_elsewhere(session: Session, patient: Patient, study: Study) -> Study:
    """The study S1, whose heads go to a monitor; the installation's chain has begun too."""
    study.heads_address = ADDRESS
    audit.record(session, audit.Entry(AT, "test", "installation.changed"))
    session.commit()
    return study


def sent(session: Session, at: datetime) -> list[HeadsOut]:
    """What goes out at that instant, all of it taken."""
    head_mail.plan(session, at=at)
    session.commit()
    out = []
    while (own := head_mail.claim(session, at=at)) is not None:
        head_mail.settle(session, own.id, Sent(), at=at)
        session.commit()
        out.append(own)
    return out


def test_it_goes_each_month_and_after_each_freeze(session: Session, kept_elsewhere: Study) -> None:
    """Once each, with the heads of the moment in which it goes."""
    [march] = sent(session, AT)
    assert (march.to, march.study, march.month, march.freeze) == (ADDRESS, "S1", "2026-03", None)
    assert [head.chain for head in march.heads] == ["installation", "S1"]
    assert sent(session, AT + timedelta(days=20)) == []
    freezes.keep(session, kept_elsewhere, "first", "x", patients=1, responses=0, at=AT, actor="test")
    session.commit()
    [frozen] = sent(session, AT + timedelta(days=20))
    assert (frozen.month, frozen.freeze) == (None, "first")
    assert frozen.heads[1].number == march.heads[1].number + 2  # that March's went, and the freeze
    [april] = sent(session, AT + timedelta(days=40))
    assert april.month == "2026-04"


def test_a_study_without_an_address_gets_none(session: Session, study: Study) -> None:
    """Also where it was taken away after the mail was planned."""
    assert sent(session, AT) == []
    study.heads_address = ADDRESS
    assert head_mail.plan(session, at=AT) == 1
    study.heads_address = ""
    session.commit()
    assert sent(session, AT) == []
    assert session.scalars(select(HeadMail)).one().error == "no_address"


def test_where_mail_about_real_patients_may_not_go_it_waits(session: Session, kept_elsewhere: Study) -> None:
    """It is counted, and stays as it is."""
    kept_elsewhere.simulated = False
    head_mail.plan(session, at=AT)
    session.commit()
    assert head_mail.claim(session, at=AT, simulated_only=True) is None
    assert head_mail.due_about_real(session, at=AT) == 1
    own = head_mail.claim(session, at=AT)
    assert own is not None
    head_mail.settle(session, own.id, Rejected("550"), at=AT)
    assert head_mail.due_about_real(session, at=AT) == 0
    last = head_mail.last(session, kept_elsewhere.id)
    assert last is not None
    assert (last.outcome, last.error) == ("failed", "550")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DELETE FROM binding WHERE event_id >= {last}; DELETE FROM event WHERE id >= {last}", "was cut off"),
        ("UPDATE event SET hash = '{new}' WHERE id = {last}", "computed anew"),
    ],
)
@pytest.mark.owner
def test_words_copied_from_the_mail_name_what_was_done_since(
    session: Session, kept_elsewhere: Study, change: str, problem: str
) -> None:
    """The tail is cut, or the chain computed anew; the command of the mail says so."""
    audit.record(session, audit.Entry(AT, "test", "note.written", study_id=kept_elsewhere.id))
    session.commit()
    [mail] = sent(session, AT)
    words = heads_of_trail(mail.study, map(str, mail.heads), month=mail.month, freeze=mail.freeze)
    copied = [heads.parsed(one) for one in re.findall(r"--expect '([^']+)'", words.body)]
    assert copied == mail.heads
    assert list(audit.verify(session, expected=copied)) == []
    last = session.scalar(text("SELECT max(id) FROM event WHERE action = 'note.written'"))
    if on_postgresql(session):
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("DROP TRIGGER event_update"))
        session.execute(text("DROP TRIGGER event_delete"))
        session.execute(text("DROP TRIGGER binding_delete"))
    for statement in change.format(last=last, new="f" * 64).split(";"):
        session.execute(text(statement))
    found = list(map(str, audit.verify(session, expected=copied)))
    session.rollback()
    assert any(problem in one for one in found)
