"""What became of a message, a notice of an alert, and mail with heads of the trail is bound.

Outcomes of before are bound as they are now, by events `facts.adopted`, as in 0058.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from surveys import SOFTWARE

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

AT_ONCE = 500
OUTGOING = ("planned_at", "retry_at", "attempts", "claimed_at", "outcome", "outcome_at", "error")
# Table → columns, how its rows find their study, and the study.
BOUND = {
    "message": (
        ("visit_id", "kind", "nth", "channel", "asked_at", "parts", *OUTGOING),
        "JOIN visit ON visit.id = message.visit_id JOIN patient ON patient.id = visit.patient_id",
        "patient.study_id",
    ),
    "alert_mail": (
        ("study_id", "alert_id", "kind", "staff_id", "opened_at", *OUTGOING), "", "alert_mail.study_id"
    ),
    "head_mail": (("study_id", "month", "freeze_id", *OUTGOING), "", "head_mail.study_id"),
}
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
    for study_id in op.get_bind().execute(sa.text("SELECT id FROM study ORDER BY id")).scalars().all():
        rows: list[tuple[str, int, str, str]] = []
        for table in BOUND:
            for row_id, content in _contents(table, study_id):
                rows.append(_bound(table, row_id, content))
                if len(rows) == AT_ONCE:
                    _append(study_id, rows)
                    rows = []
        if rows:
            _append(study_id, rows)


def downgrade() -> None:
    pass  # what binds them stays, and an earlier version passes it over


def _contents(table: str, study_id: int) -> Iterator[tuple[int, dict]]:
    connection, (columns, joined, study) = op.get_bind(), BOUND[table]
    read = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False).columns
    ids = sa.text(
        f"SELECT {table}.id FROM {table} {joined} WHERE {study} = :study AND {table}.id > :last"
        f" AND {table}.outcome IS NOT NULL ORDER BY {table}.id LIMIT {AT_ONCE}"
    )
    last = 0
    while page := connection.execute(ids, {"study": study_id, "last": last}).scalars().all():
        last = page[-1]
        query = sa.select(read["id"], *(read[name] for name in columns)).where(read["id"].in_(page))
        for row in connection.execute(query.order_by(read["id"])).mappings():
            yield row["id"], {name: _plain(row[name]) for name in columns if row[name] is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value


def _bound(table: str, row_id: int, content: dict) -> tuple[str, int, str, str]:
    secret = secrets.token_hex(16)
    canonical = json.dumps(
        [f"{table}:{row_id}", content], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    digest = hmac.new(bytes.fromhex(secret), canonical.encode(), hashlib.sha256).hexdigest()
    return table, row_id, digest, secret


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
