"""What keeps a study from going on: each gap once, with the page that mends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Alert, AlertMail, AlertReader, BackupProof, Study, Visit
from surveys.schedule import PlannedVisit
from surveys.settings import Settings
from surveys.store.accounts import staff
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.study import readiness, studies
from surveys.store.study.studies import NewStudy
from tests.surveys.store.conftest import AT

CRISIS = "If you do not feel safe, call 112. Answers are not read at once."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def real(session: Session, library: Library) -> Study:
    """A study of real people that lacks nothing but a proved backup and readers of its alerts."""
    plan = [PlannedVisit("baseline", "Baseline", "enrolment", 0, 0, 30, ("phq9",))]
    made = studies.create(session, NewStudy("R1", contact="call us"), plan, library, at=AT, actor="test")
    for name, value in {
        "who_reads": {"en": "Dr Abel on Mondays."},
        "crisis_texts": {"en": CRISIS},
        "privacy_notices": {"en": "We keep it safe."},
        "ethics_not_required": "A quality project.",
        "controller": "The clinic",
        "data_protection_contact": "The officer",
        "legal_basis": "Consent",
        "retention_years": 10,
    }.items():
        setattr(made, name, value)
    person = staff.add(session, "me@example.org", "correct horse battery", at=AT, actor="test")
    settled = {"planned_at": AT, "outcome": "sent", "outcome_at": AT, "opened_at": AT}
    session.add(AlertMail(study_id=made.id, staff_id=person.id, kind="test", **settled))
    session.flush()
    session.refresh(made, ["timepoints"])
    return made


def sections(session: Session, study: Study, library: Library) -> list[str]:
    return [gap.section for gap in readiness.gaps(session, study, library)]


def prove_backup(session: Session) -> None:
    session.add(BackupProof(sha256="0" * 64, proved_by="test", proved_at=AT))
    session.flush()


def name_readers(session: Session, study: Study, **facts: Any) -> None:
    """Two coordinators who read on Mondays; `facts` of the deputy's row."""
    study.alert_days, study.alert_from, study.alert_until = ["monday"], "09:00", "16:00"
    for rank in ("first", "deputy"):
        member = staff.add(session, f"{rank}@example.org", "correct horse battery", at=AT, actor="test")
        staff.grant(session, member, study, "coordinator", at=AT, actor="test")
        named = {"named_by": "test", "named_at": AT, "tested_at": AT, "acknowledged_at": AT}
        session.add(
            AlertReader(
                study_id=study.id,
                rank=rank,
                staff_id=member.id,
                **(named | facts if rank == "deputy" else named),
            )
        )
    session.flush()


def test_a_real_study_needs_a_proved_backup_and_readers(
    session: Session, real: Study, library: Library
) -> None:
    """The last proof counts."""
    assert sections(session, real, library) == ["alerts", "alerts", "alerts", "alerts", "backup"]
    name_readers(session, real)
    assert sections(session, real, library) == ["backup"]
    assert readiness.backup_proved_at(session) is None
    prove_backup(session)
    assert sections(session, real, library) == []
    session.add(BackupProof(sha256="1" * 64, proved_by="test", proved_at=AT + timedelta(days=1)))
    session.flush()
    assert readiness.backup_proved_at(session) == AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("field", "value", "section", "said"),
    [
        ("contact", "", "contact", "whom to ask"),
        ("who_reads", {}, "contact", "Say in English who reads"),
        ("crisis_texts", {}, "crisis", "write the crisis text in English, or ask PHQ-8 instead"),
        ("crisis_texts", {"en": "Call us."}, "crisis", "emergency number"),
        ("privacy_notices", {}, "notices", "privacy notice in English"),
        ("ethics_not_required", "", "ethics", "ethics committee"),
        ("controller", "", "data", "who is the controller"),
        ("data_protection_contact", "", "data", "about data protection"),
        ("legal_basis", "", "data", "on which legal basis"),
        ("retention_years", None, "data", "for how many years"),
        ("alert_days", [], "alerts", "Say on which days alerts are read"),
        ("alert_from", None, "alerts", "Say from and until which hour alerts are read"),
        ("alert_until", None, "alerts", "from and until which hour"),
    ],
)
def test_each_gap_names_the_page_that_mends_it(
    session: Session, real: Study, library: Library, field: str, value: Any, section: str, said: str
) -> None:
    name_readers(session, real)
    prove_backup(session)
    setattr(real, field, value)
    gaps = readiness.gaps(session, real, library)
    assert {gap.section for gap in gaps} == {section}
    assert any(said in gap.reason for gap in gaps), gaps


@pytest.mark.parametrize(
    ("facts", "proved"),
    [
        ({}, True),
        ({"opened_at": None}, False),
        ({"outcome": "unknown"}, False),
        ({"outcome": "failed", "opened_at": None}, False),
    ],
)
def test_a_mail_was_taken_and_its_link_opened(
    session: Session, study: Study, real: Study, library: Library, facts: dict[str, Any], proved: bool
) -> None:
    """That of another study proves nothing here; an active study stays so, and is told."""
    session.execute(update(AlertMail).values(facts or {"attempts": 1}))
    assert ("mail" in sections(session, real, library)) is not proved
    assert readiness.unproved_mail(session, real) is None
    real.status = "active"
    assert (readiness.unproved_mail(session, real) is None) is proved
    study.simulated = False
    assert readiness.unproved_mail(session, study)
    study.simulated = True
    assert readiness.unproved_mail(session, study) is None


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("committee", "7/26", AT.date()), False),
        (("committee", "", AT.date()), True),
        (("committee", "7/26", None), True),
    ],
)
def test_an_ethics_opinion_has_a_number_and_a_day(
    session: Session, real: Study, library: Library, given: tuple[str, str, Any], missing: bool
) -> None:
    real.ethics_not_required = ""
    real.ethics_committee, real.ethics_number, real.ethics_on = given
    assert ("ethics" in sections(session, real, library)) is missing


def test_made_up_patients_need_less(session: Session, real: Study, library: Library) -> None:
    """A contact, who reads, and a crisis text of any kind."""
    real.simulated, real.ethics_not_required, real.controller = True, "", ""
    real.privacy_notices, real.crisis_texts = {}, {"en": "Call us."}
    assert sections(session, real, library) == []
    real.crisis_texts = {}
    assert sections(session, real, library) == ["crisis"]


def test_where_the_eye_is_asked_about_each_language_says_when_it_needs_a_doctor(
    session: Session, real: Study, library: Library
) -> None:
    """A new study begins with our words in English and German; others it writes, and none may be emptied."""
    real.timepoints[0].battery = ["phq9", "face"]
    assert "eye" not in sections(session, real, library)
    real.locales = ["en", "de", "fr"]
    found = [gap.reason for gap in readiness.gaps(session, real, library) if gap.section == "eye"]
    assert found == [
        f"FaCE asks about the eye: write in {language} when an eye needs a doctor."
        for language in ("German", "French")
    ]
    real.timepoints[0].battery = ["phq9"]
    assert "eye" not in sections(session, real, library)


def test_a_plan_asks_something(session: Session, real: Study, library: Library) -> None:
    """Without a question about self-harm no one has to read alerts."""
    prove_backup(session)
    real.timepoints[0].battery = []
    assert sections(session, real, library) == ["plan"]


def test_a_consent_text_speaks_every_language(session: Session, real: Study, library: Library) -> None:
    """Its newest version does. Without one consent is given on paper."""
    name_readers(session, real)
    prove_backup(session)
    english, german = NewText("May we?", {}), NewText("Dürfen wir?", {})
    consents.load(session, real, "1", {"en": english}, at=AT, actor="test")
    assert sections(session, real, library) == []
    real.locales = ["en", "de"]
    for texts in (real.who_reads, real.crisis_texts, real.privacy_notices):
        texts["de"] = "Rufen Sie 112. Antworten werden nicht sofort gelesen."
    assert "consent" in sections(session, real, library)
    consents.load(session, real, "2", {"en": english, "de": german}, at=AT, actor="test")
    assert "consent" not in sections(session, real, library)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"tested_at": None, "acknowledged_at": None}, "has not acknowledged"),
        ({"acknowledged_at": None}, "has not acknowledged"),
    ],
)
def test_readers_acknowledge_a_test(
    session: Session, real: Study, library: Library, facts: dict[str, Any], said: str
) -> None:
    name_readers(session, real, **facts)
    prove_backup(session)
    [gap] = readiness.gaps(session, real, library)
    assert gap.section == "alerts"
    assert said in gap.reason
    assert gap.reason.endswith("or ask PHQ-8 instead.")


def test_a_reader_must_still_be_one(session: Session, real: Study, library: Library) -> None:
    """A closed account and a role of one site see less than all alerts."""
    name_readers(session, real)
    prove_backup(session)
    rows = readiness.readers(session, real.id)
    assert set(rows) == {"first", "deputy"}
    member = staff.find(session, "deputy@example.org")
    assert member
    member.active = False
    session.flush()
    [gap] = readiness.gaps(session, real, library)
    assert "may see the alerts no longer" in gap.reason
    member.active = True
    staff.grant(session, member, real, "coordinator", site="North", at=AT, actor="test")
    [gap] = readiness.gaps(session, real, library)
    assert "may see the alerts no longer" in gap.reason


@pytest.mark.parametrize(
    ("state", "open_alerts"),
    [("new", 1), ("acknowledged", 1), ("acted_on", 1), ("closed", 0), ("historical", 0)],
)
def test_a_study_closes_when_its_alerts_are_closed(
    session: Session, visit: Visit, study: Study, real: Study, state: str, open_alerts: int
) -> None:
    for number in range(2):
        session.add(
            Alert(
                visit_id=visit.id,
                instrument="phq9",
                rule=f"rule{number}",
                raised_at=AT,
                state=state,
                acknowledged_at=AT if state not in ("new", "historical") else None,
            )
        )
        session.flush()
        told = readiness.hindrances_to_closing(session, study)
        are = "1 alert is" if number == 0 else "2 alerts are"
        assert told == ([f"{are} not closed yet. Close every alert first."] if open_alerts else [])
    assert readiness.hindrances_to_closing(session, real) == []


def test_an_installation_may_lack_mail_and_https(study: Study, real: Study) -> None:
    """Made-up patients do not mind."""
    settings = Settings(
        database_url="sqlite://",
        secret_key="test " * 10,
        public_url="http://clinic.example.org",
        mail_url="console:",
        mail_from="Seventh <seventh@localhost>",
        instruments=(),
        redis_url=None,
    )
    mail, https = readiness.warnings(real, settings)
    assert mail.startswith("No e-mail goes to patients")
    assert "https" in https
    assert readiness.warnings(study, settings) == []
    secure = replace(settings, public_url="https://clinic.example.org", mail_url="smtp://mail.example.org")
    assert readiness.warnings(real, secure) == []
    assert readiness.no_mail(real, secure) is None
