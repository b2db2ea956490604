"""More is bound to events: how a study writes and who may join, questions about data, notes and what staff
let stand, wishes about messages and removal, second factors, and the language of an account.

Rows of before are bound as they are now, by events `facts.adopted`, as in 0023.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from surveys import SOFTWARE

revision = "0058"
down_revision = "0055"
branch_labels = None
depends_on = None

AT_ONCE = 500
ALERT_ANSWER = ("first_answer", "last_answer", "score", "before")
ALERT_NOTE = ("note", "acted_note", "closed_note")
OF_PATIENT = "JOIN patient ON patient.id = {table}.patient_id"
OF_QUESTION = "JOIN data_question ON data_question.id = question_step.question_id"
QUESTION = ("study_id", "patient_id", "about", "label", "state", "asked_by", "asked_at", "closed_at")
# Subject → table, key, columns, how its rows find their study, and the study; those of the installation have none.
BOUND = {
    "messaging": (
        "messaging",
        "study_id",
        (
            "clinic", "reminder_days", "send_hour", "earliest_hour", "latest_hour", "thanks", "region",
            "changed_by", "changed_at",
        ),
        "",
        "messaging.study_id",
    ),
    "message_template": (
        "message_template",
        "id",
        ("study_id", "kind", "locale", "subject", "body", "changed_by", "changed_at"),
        "",
        "message_template.study_id",
    ),
    "joining_page": (
        "joining_page",
        "study_id",
        ("is_open", "information", "countries", "changed_by", "changed_at"),
        "",
        "joining_page.study_id",
    ),
    "staff_language": ("staff", "id", ("language",), "", None),
    "second_factor": ("second_factor", "staff_id", ("secret", "confirmed_at"), "", None),
    "recovery_code": ("recovery_code", "id", ("staff_id", "digest", "made_at", "used_at"), "", None),
    "patient_wish": (
        "patient", "id", ("messages_stopped_at", "removal_requested_at"), "", "patient.study_id"
    ),
    "treatment_note": (
        "treatment", "id", ("note",), OF_PATIENT.format(table="treatment"), "patient.study_id"
    ),
    "note": (
        "note",
        "id",
        ("patient_id", "text", "written_by", "written_at"),
        OF_PATIENT.format(table="note"),
        "patient.study_id",
    ),
    "dismissal": (
        "dismissal",
        "id",
        ("patient_id", "check_key", "subject", "seen", "reason", "dismissed_by", "dismissed_at"),
        OF_PATIENT.format(table="dismissal"),
        "patient.study_id",
    ),
    "data_question": ("data_question", "id", QUESTION, "", "data_question.study_id"),
    "data_question_value": ("data_question", "id", ("value",), "", "data_question.study_id"),
    "question_step": (
        "question_step", "id", ("question_id", "step", "by", "at"), OF_QUESTION, "data_question.study_id"
    ),
    "question_step_text": ("question_step", "id", ("text",), OF_QUESTION, "data_question.study_id"),
}
PARTS = ("staff_language", "patient_wish", "treatment_note", "data_question_value", "question_step_text")


def _gone(subject: str, table: str, columns: tuple[str, ...] = ()) -> str:
    still = f" AND ({' OR '.join(f'{name} IS NOT NULL' for name in columns)})" if columns else ""
    return (
        f"OLD.subject = '{subject}' AND NOT EXISTS"
        f" (SELECT 1 FROM {table} WHERE {table}.id = OLD.row_id{still})"
    )


CONTACT = _gone("contact", "contact")
OF_BEFORE = " OR ".join(
    (
        CONTACT,
        _gone("alert_answer", "alert", ALERT_ANSWER),
        _gone("alert_note", "alert", ALERT_NOTE),
        *(_gone(one, one) for one in ("assistance", "background", "response", "background_check", "priority")),
    )
)
OF_NOW = " OR ".join(
    (
        CONTACT,
        _gone("treatment_note", "treatment", ("note",)),
        OF_BEFORE.removeprefix(f"{CONTACT} OR "),
        _gone("note", "note"),
        _gone("dismissal", "dismissal"),
        _gone("data_question_value", "data_question", ("value",)),
        _gone("question_step_text", "question_step", ("text",)),
    )
)
EVENT = sa.table(
    "event",
    *(sa.column(name, sa.Integer()) for name in ("id", "study_id", "number", "patient_id")),
    sa.column("at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.String()) for name in ("actor", "action", "reason", "software")),
    *(sa.column(name, sa.JSON()) for name in ("facts", "digests")),
    *(sa.column(name, sa.String()) for name in ("previous_hash", "hash")),
)
BINDING = sa.table("binding", *(sa.column(name) for name in ("event_id", "subject", "row_id", "digest", "key")))


def upgrade() -> None:
    _allow(OF_NOW)
    studies = op.get_bind().execute(sa.text("SELECT id FROM study ORDER BY id")).scalars().all()
    for study_id in (None, *studies):
        _adopt(study_id)


def downgrade() -> None:
    _allow(OF_BEFORE)


def _allow(gone: str) -> None:
    """Let what binds a row be deleted once it is gone."""
    condition = f"OLD.key <> '' AND ({gone})"
    words = "rows are deleted only under a recorded erasure"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION seventh_binding_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT ({condition}) THEN RAISE EXCEPTION '% {words}', TG_TABLE_NAME;"
            " END IF; RETURN OLD; END $$"
        )
        return
    op.execute("DROP TRIGGER binding_delete")
    op.execute(
        f"CREATE TRIGGER binding_delete BEFORE DELETE ON binding WHEN NOT ({condition})"
        f" BEGIN SELECT RAISE(ABORT, 'binding {words}'); END"
    )


def _adopt(study_id: int | None) -> None:
    """Append events to one chain that bind every row of it, with how many each binds."""
    rows: list[tuple[str, int, str, str]] = []
    for subject, (table, key, columns, joined, study) in BOUND.items():
        if (study is None) == (study_id is None):
            for row_id, content in _contents(table, key, columns, joined, study, study_id):
                if subject in PARTS and not content:
                    continue
                secret = secrets.token_hex(16)
                canonical = json.dumps(
                    [f"{subject}:{row_id}", content], sort_keys=True, separators=(",", ":"), ensure_ascii=False
                )
                digest = hmac.new(bytes.fromhex(secret), canonical.encode(), hashlib.sha256).hexdigest()
                rows.append((subject, row_id, digest, secret))
                if len(rows) == AT_ONCE:
                    _append(study_id, rows)
                    rows = []
    if rows:
        _append(study_id, rows)


def _contents(
    table: str, key: str, columns: tuple[str, ...], joined: str, study: str | None, study_id: int | None
) -> Iterator[tuple[int, dict]]:
    connection = op.get_bind()
    read = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False).columns
    condition = "TRUE" if study is None else f"{study} = {study_id}"
    ids = sa.text(
        f"SELECT {table}.{key} FROM {table} {joined} WHERE {condition} AND {table}.{key} > :last"
        f" ORDER BY {table}.{key} LIMIT {AT_ONCE}"
    )
    last = 0
    while page := connection.execute(ids, {"last": last}).scalars().all():
        last = page[-1]
        query = sa.select(read[key].label("of_row"), *(read[name] for name in columns)).where(read[key].in_(page))
        for row in connection.execute(query.order_by(read[key])).mappings():
            content = {name: _plain(row[name], read[name]) for name in columns if row[name] is not None}
            yield row["of_row"], content


def _plain(value: object, column: sa.Column) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(column.type, sa.Float) else value


def _append(study_id: int | None, rows: list[tuple[str, int, str, str]]) -> None:
    connection = op.get_bind()
    own = EVENT.c.study_id == study_id
    query = sa.select(EVENT.c.number, EVENT.c.hash).where(own).order_by(EVENT.c.number.desc()).limit(1)
    last = connection.execute(query).first()
    number, previous = (last.number + 1, last.hash) if last else (1, "0" * 64)
    content = {
        "at": datetime.now(UTC),
        "actor": "command:migrate",
        "action": "facts.adopted",
        "patient_id": None,
        "facts": {"rows": len(rows)},
        "digests": {f"{subject}:{row_id}": digest for subject, row_id, digest, _ in rows},
        "reason": None,
        "software": SOFTWARE,
    }
    canonical = json.dumps(
        content | {"at": content["at"].isoformat()},
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    hashed = hashlib.sha256(f"{study_id or 0}:{number}:{previous}:{digest}".encode()).hexdigest()
    event = {**content, "study_id": study_id, "number": number, "previous_hash": previous, "hash": hashed}
    event_id = connection.execute(EVENT.insert().values(event).returning(EVENT.c.id)).scalar_one()
    connection.execute(
        BINDING.insert(),
        [
            {"event_id": event_id, "subject": subject, "row_id": row_id, "digest": one, "key": key}
            for subject, row_id, one, key in rows
        ],
    )
