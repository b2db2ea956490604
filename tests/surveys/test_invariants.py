"""What the database refuses, whoever asks: the triggers and the named constraints."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from surveys.models import Base
from tests.support.engines import engine_of
from tests.support.rows import AT, LATER, ROWS, erase, fill, refused

pytestmark = pytest.mark.owner


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with our tables, in which no test here keeps anything."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("_shared"))
    file = tmp_path_factory.mktemp("invariants") / "seventh.db"
    shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def all_rows(database_url: str) -> Iterator[Connection]:
    """One patient of each kind of row; P1 has nothing erased. They are written once for all tests."""
    with engine_of(database_url) as engine, engine.connect() as connection:
        fill(connection, engine)
        yield connection
        connection.rollback()


@pytest.fixture
def filled(all_rows: Connection) -> Iterator[Connection]:
    """The same rows, as no test before left them otherwise."""
    point = all_rows.begin_nested()
    yield all_rows
    point.rollback()


UPDATES = {
    "instrument_version": "definition = 'changed'",
    "response": "answers = '{\"q1\": 5}'",
    "score": "value = 100",
    "event": "actor = 'somebody else'",
    "event_value": "after = 'Berta'",
    "erasure": "reason = 'none'",
    "wording": "texts = '{\"en\": {}}'",
    "permission": "holder = 'somebody else'",
    "assistance": "answered_by = 'interpreter'",
    "priority": "matters = 'mood'",
    "feedback_shown": "what = 'doctor'",
    "consent_text": "text = 'changed'",
    "consent": "decision = 'declined'",
    "background": "question = 'cause'",
    "background_check": "outcome = 'kept'",
    "data_freeze": "name = 'other'",
    "report": "made_by = 'somebody else'",
    "report_file": "content = ''",
}


@pytest.mark.parametrize("table", UPDATES)
def test_append_only_tables_refuse_update(filled: Connection, table: str) -> None:
    """Whoever writes past the program is stopped by the database."""
    with refused(filled, f"{table} is append-only"):
        filled.execute(text(f"UPDATE {table} SET {UPDATES[table]}"))  # noqa: S608 — our own words


@pytest.mark.parametrize(
    "table",
    [
        "instrument_version",
        "response",
        "score",
        "draft",
        "event",
        "event_value",
        "erasure",
        "alert",
        "contact",
        "assistance",
        "background",
        "background_check",
    ],
)
def test_nothing_is_deleted_without_a_recorded_erasure(filled: Connection, table: str) -> None:
    """Not even while another patient's erasure is recorded."""
    with refused(filled, f"{table} rows are deleted only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


RESPONSE_COLUMNS = {
    "visit_id": "2",
    "instrument": "'phq9'",
    "instrument_version_id": "2",
    "not_given": '\'{"q2": "skipped"}\'',
    "answered_at": '\'{"q1": ""}\'',
    "locale": "'de'",
    "source": "'paper'",
    "answered_by": "'self'",
    "partial": "true",
    "started_at": "'2026-01-01 00:00:00+00:00'",
    "submitted_at": "'2026-01-01 00:00:00+00:00'",
    "completed_on": "'2026-01-01'",
    "supersedes_id": "1",
    "reason": "'because'",
    "id": "7",
    "import_id": "1",
}


@pytest.mark.parametrize("column", RESPONSE_COLUMNS)
def test_no_other_column_of_a_response_can_change(filled: Connection, column: str) -> None:
    """Only superseded_at and annulled_at ever do, and what is held is released."""
    with refused(filled, "response is append-only"):
        filled.execute(text(f"UPDATE response SET {column} = {RESPONSE_COLUMNS[column]}"))  # noqa: S608


def test_every_column_of_a_response_is_covered() -> None:
    """A column added later must be guarded by the trigger too, and listed here."""
    free = {"answers", "superseded_at", "annulled_at", "held"}
    assert set(Base.metadata.tables["response"].columns.keys()) == RESPONSE_COLUMNS.keys() | free


@pytest.mark.parametrize("column", ["superseded_at", "annulled_at"])
def test_a_response_is_superseded_or_annulled_once(filled: Connection, column: str) -> None:
    """From nothing to a moment, and neither to another moment nor back."""
    response = Base.metadata.tables["response"]
    filled.execute(response.update().values({column: AT}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: LATER}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: None}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: None, "reason": "x"}))


def test_a_response_is_released_and_never_held_again(filled: Connection) -> None:
    """What was to be seen once does not disappear."""
    response = Base.metadata.tables["response"]
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values(held=True))


@pytest.mark.parametrize(
    "table", ["score", "response", "draft", "assistance", "background", "background_check"]
)
def test_answers_may_go_under_an_erasure_of_answers(filled: Connection, table: str) -> None:
    """Of that patient, in the order that foreign keys ask for."""
    erase(filled, "identity")
    with refused(filled, "only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    filled.execute(
        Base.metadata.tables["erasure"].insert(),
        {**ROWS["erasure"], "id": 3, "patient_id": 1, "level": "answers"},
    )
    for inner in {"response": ["score"], "background": ["background_check"]}.get(table, []):
        filled.execute(text(f"DELETE FROM {inner}"))  # noqa: S608
    assert filled.execute(text(f"DELETE FROM {table}")).rowcount == 1  # noqa: S608


def test_a_freeze_lets_go_of_its_content_alone(filled: Connection) -> None:
    """Once answers of the study are erased; another study's stays."""
    for table, row in (("study", {"id": 2, "code": "S2"}), ("data_freeze", {"id": 2, "study_id": 2})):
        filled.execute(Base.metadata.tables[table].insert(), {**ROWS[table], **row})
    emptied = "UPDATE data_freeze SET content = NULL, emptied_at = made_at"
    for statement in (f"{emptied}, name = 'other' WHERE id = 1", f"{emptied} WHERE id = 2"):
        with refused(filled, "data_freeze is append-only"):
            filled.execute(text(statement))
    assert filled.execute(text(f"{emptied} WHERE id = 1")).rowcount == 1


def test_the_files_of_a_report_go_once_answers_of_its_study_are_erased(filled: Connection) -> None:
    """Another study's stay."""
    of_another = {
        "study": {"id": 2, "code": "S2"},
        "report": {"id": 2, "study_id": 2},
        "report_file": {"report_id": 2},
    }
    for table, row in of_another.items():
        filled.execute(Base.metadata.tables[table].insert(), {**ROWS[table], **row})
    with refused(filled, "report_file rows are deleted only under a recorded erasure"):
        filled.execute(text("DELETE FROM report_file WHERE report_id = 2"))
    assert filled.execute(text("DELETE FROM report_file WHERE report_id = 1")).rowcount == 1


def test_a_draft_may_go_once_its_response_is_there(filled: Connection) -> None:
    """Of the same visit and instrument."""
    another = {**ROWS["response"], "id": 2, "instrument": "phq9"}
    filled.execute(Base.metadata.tables["response"].insert(), another)
    assert filled.execute(text("DELETE FROM draft")).rowcount == 1


@pytest.mark.parametrize("level", ["identity", "answers"])
@pytest.mark.parametrize("table", ["event_value", "contact"])
def test_identity_may_go_under_any_erasure(filled: Connection, table: str, level: str) -> None:
    """The values in the audit trail and the contact; the patient's row only loses its pointer."""
    erase(filled, level)
    assert filled.execute(text(f"DELETE FROM {table}")).rowcount == 1  # noqa: S608
    assert filled.execute(text("SELECT count(*) FROM patient")).scalar() == 2
    if table == "contact":
        assert filled.scalar(text("SELECT contact_id FROM patient WHERE id = 1")) is None


@pytest.mark.parametrize("table", ["instrument_version", "event", "erasure", "alert"])
def test_some_rows_are_never_deleted(filled: Connection, table: str) -> None:
    """Not under an erasure either."""
    erase(filled, "answers")
    erase_identity = {**ROWS["erasure"], "id": 3, "patient_id": 1, "level": "identity"}
    filled.execute(Base.metadata.tables["erasure"].insert(), erase_identity)
    with refused(filled, "only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@pytest.mark.parametrize(
    "table",
    [
        "wording",
        "permission",
        "message",
        "message_template",
        "alert_mail",
        "head_mail",
        "data_freeze",
        "report",
    ],
)
def test_texts_and_permissions_stay_for_ever(filled: Connection, table: str) -> None:
    """Whatever is erased of patients: what was asked, by whose leave, what went out can always be told."""
    erase(filled, "answers")
    with refused(filled, f"{table} is append-only: its rows are never deleted"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


REFUSED_ROWS = [
    ("study", {"id": 2, "code": "S1"}, "code"),
    ("study", {"id": 2, "code": "S2", "status": "open"}, "ck_study_status"),
    ("study", {"id": 2, "code": "S2", "lowest_age": -1}, "ck_study_lowest_age"),
    ("study", {"id": 2, "code": "S2", "smallest_group": 4}, "ck_study_smallest_group"),
    ("patient", {"id": 3}, "study_id"),
    ("patient", {"id": 3, "code": "P3", "sex": "f"}, "ck_patient_sex"),
    ("patient", {"id": 3, "code": "P3", "birth_year": 70}, "ck_patient_birth_year"),
    ("visit", {"id": 2, "name": "x", "opens_on": date(2027, 1, 1)}, "ck_visit_window"),
    ("visit", {"id": 2}, "patient_id"),
    ("visit", {"id": 2, "name": "x", "occurrence": 0}, "ck_visit_occurrence"),
    ("instrument_version", {"id": 2}, "instrument"),
    ("draft", {"id": 2}, "visit_id"),
    ("response", {"id": 2}, "uq_response_current|visit_id"),
    ("response", {"id": 2, "instrument": "x", "source": "fax"}, "ck_response_source"),
    ("response", {"id": 2, "instrument": "x", "started_at": LATER}, "ck_response_times"),
    ("response", {"id": 2, "instrument": "x", "supersedes_id": 1}, "ck_response_reason"),
    ("response", {"id": 2, "instrument": "x", "visit_id": 99}, "FOREIGN KEY|fk_response_visit_id"),
    ("score", {}, "response_id"),
    ("score", {"scale": "x", "items_used": -1}, "ck_score_items"),
    ("alert", {"id": 2}, "visit_id"),
    ("alert", {"id": 2, "rule": "x", "state": "seen"}, "ck_alert_"),
    ("alert", {"id": 2, "rule": "x", "acknowledged_at": AT}, "ck_alert_acknowledged"),
    ("alert_mail", {"id": 2, "kind": "test"}, "ck_alert_mail_alert_id"),
    ("alert_mail", {"id": 2, "kind": "escalated", "opened_at": AT}, "ck_alert_mail_opened"),
    ("head_mail", {"id": 2}, "uq_head_mail_study_id_month|head_mail.month"),
    ("head_mail", {"id": 2, "month": None}, "ck_head_mail_occasion"),
    ("alert_rule", {"id": 2, "kind": "at_most"}, "ck_alert_rule_threshold"),
    ("alert_rule", {"id": 2, "threshold": 10}, "ck_alert_rule_threshold"),
    ("alert_rule", {"id": 2, "kind": "this_bad", "threshold": 10}, "ck_alert_rule_kind"),
    ("alert_rule", {"id": 2}, "uq_alert_rule|study_id"),
    ("message", {"id": 2}, "visit_id"),
    ("message", {"id": 2, "nth": 2, "outcome": "sent"}, "ck_message_settled"),
    ("event", {"id": 2, "number": 0, "hash": "2" * 64}, "ck_event_number"),
    ("event", {"id": 2, "number": 2}, "hash"),
    ("event", {"id": 2, "hash": "2" * 64}, "uq_event_study_id_number|study_id, event.number"),
    ("erasure", {"id": 2, "level": "all"}, "ck_erasure_level"),
    ("wording", {"id": 2}, "instrument"),
    ("wording", {"id": 2, "name": "x", "status": "verbatim"}, "ck_wording_status"),
    ("permission", {"id": 2, "study_id": 99}, "FOREIGN KEY|fk_permission_study_id"),
    ("permission", {"id": 2, "holder": ""}, "ck_permission_told"),
    ("permission", {"id": 2, "publication": ""}, "ck_permission_told"),
    ("background", {"id": 2, "question": "colour"}, "ck_background_question"),
    ("background_check", {"id": 2, "fact": "symptoms"}, "ck_background_check_fact"),
    ("background_check", {"id": 2, "outcome": "maybe"}, "ck_background_check_outcome"),
]


@pytest.mark.parametrize(("table", "change", "words"), REFUSED_ROWS, ids=str)
def test_named_constraints_refuse(
    filled: Connection, table: str, change: dict[str, object], words: str
) -> None:
    """A sample of what no row may say; the constraint's name or its columns are in the message."""
    point = filled.begin_nested()
    with pytest.raises(IntegrityError, match=words):
        filled.execute(Base.metadata.tables[table].insert(), {**ROWS[table], **change})
    point.rollback()


def test_a_superseded_response_makes_room_for_its_correction(filled: Connection) -> None:
    """One current response per visit and instrument: the next may come once this one is superseded."""
    response = Base.metadata.tables["response"]
    filled.execute(response.update().values(superseded_at=AT))
    correction = {**ROWS["response"], "id": 2, "supersedes_id": 1, "reason": "misread"}
    filled.execute(response.insert(), correction)
    with pytest.raises(IntegrityError, match=r"uq_response_current|visit_id"):
        filled.execute(response.insert(), {**ROWS["response"], "id": 3})
