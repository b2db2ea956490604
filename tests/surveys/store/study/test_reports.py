"""What is kept of a report, and that it goes only with erased answers."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys.models import Event, Freeze, Report, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import freezes, reports
from tests.surveys.store.conftest import AT

FILES = {"html": b"<!doctype html>" * 1000, "json": "{“ä”}".encode()}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def keep(session: Session, study: Study, freeze: Freeze | None = None) -> Report:
    return reports.keep(
        session, study.id, FILES, freeze=freeze, data_sha256="a" * 64, software="7", at=AT, actor="staff:1"
    )


def test_a_report_comes_back_as_it_was_made(session: Session, study: Study) -> None:
    """The newest first, with what it was made of; the trail has that too, and the digests of its files."""
    frozen = freezes.keep(session, study, "June", "{}", patients=1, responses=1, at=AT, actor="staff:1")
    first, second = keep(session, study), keep(session, study, frozen)
    session.commit()
    listed = reports.of_study(session, study.id)
    assert [(one.id, one.freeze, one.data_sha256, one.made_by, one.has_files) for one in listed] == [
        (second.id, "June", "a" * 64, "staff:1", True),
        (first.id, None, "a" * 64, "staff:1", True),
    ]
    for form, content in FILES.items():
        assert reports.file(session, study.id, first.id, form) == content
    event = session.scalars(select(Event).where(Event.action == "report.made").order_by(Event.id)).all()[1]
    assert event.facts == {"report": second.id, "freeze": "June", "data_sha256": "a" * 64}
    assert f"report:{second.id}" in event.digests
    assert list(audit.verify(session)) == []


def test_another_study_has_no_report_of_it(session: Session, study: Study) -> None:
    made = keep(session, study)
    assert reports.of_study(session, study.id + 1) == []
    assert reports.file(session, study.id + 1, made.id, "json") is None
    assert reports.file(session, study.id, made.id, "pdf") is None


def test_what_was_changed_is_not_given_out(session: Session, study: Study) -> None:
    """Whoever wrote past the program is found when it is asked for, and by the proof of the trail."""
    made = keep(session, study)
    session.commit()
    session.execute(text("DROP TRIGGER report_file_update"))
    session.execute(
        text("UPDATE report_file SET content = (SELECT content FROM report_file WHERE form = 'json')")
    )
    with pytest.raises(Refused, match="not what was made"):
        reports.file(session, study.id, made.id, "html")
    assert [str(one) for one in audit.verify(session)] == [f"Report {made.id}: its html was changed."]
