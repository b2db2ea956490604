"""Kept lists, requests for a new password, and the address that mail servers refuse are bound.

Rows of before are bound as they are now, by events `facts.adopted`, as in 0058. A contact is bound whole, so
that one with a refused address is bound anew, and without it on the way down.
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

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

AT_ONCE = 500
REFUSED = "contact.refused_email IS NOT NULL"
CONTACT = (
    "hospital_number", "name", "born_on", "email", "telephone", "locale", "channel", "address", "timezone",
    "mobile", "refused_mobile",
)
OWN_LIST = ("study_id", "staff_id", "name", "shared", "chosen", "made_at", "changed_at")
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
        _adopt(study_id, "own_list", "id", OWN_LIST, f"own_list.study_id = {study_id}")
    _adopt(None, "reset_asked", "staff_id", ("asked_by", "asked_at", "code_digest"), "TRUE")
    _adopt(None, "contact", "id", (*CONTACT, "refused_email"), REFUSED)


def downgrade() -> None:
    _adopt(None, "contact", "id", CONTACT, REFUSED)


def _adopt(study_id: int | None, table: str, key: str, columns: tuple[str, ...], condition: str) -> None:
    """Append events to one chain that bind these rows."""
    rows: list[tuple[str, int, str, str]] = []
    for row_id, content in _contents(table, key, columns, condition):
        secret = secrets.token_hex(16)
        canonical = json.dumps(
            [f"{table}:{row_id}", content], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        digest = hmac.new(bytes.fromhex(secret), canonical.encode(), hashlib.sha256).hexdigest()
        rows.append((table, row_id, digest, secret))
        if len(rows) == AT_ONCE:
            _append(study_id, rows)
            rows = []
    if rows:
        _append(study_id, rows)


def _contents(table: str, key: str, columns: tuple[str, ...], condition: str) -> Iterator[tuple[int, dict]]:
    connection, last = op.get_bind(), 0
    read = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False).columns
    query = sa.select(read[key].label("of_row"), *(read[name] for name in columns)).where(sa.text(condition))
    query = query.order_by(read[key]).limit(AT_ONCE)
    while page := connection.execute(query.where(read[key] > last)).mappings().all():
        last = page[-1]["of_row"]
        for row in page:
            yield row["of_row"], {name: _plain(row[name]) for name in columns if row[name] is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


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
