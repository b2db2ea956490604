"""Codes on letters and in texts are bound: whoever turns one leads a person into another's visit.

Those of before are bound as they are now, by events `facts.adopted`, as in 0058.
"""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from surveys import SOFTWARE

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

AT_ONCE = 500
OF_STUDY = """SELECT short_code.id, short_code.link_id, short_code.digest FROM short_code
    JOIN link ON link.id = short_code.link_id JOIN visit ON visit.id = link.visit_id
    JOIN patient ON patient.id = visit.patient_id
    WHERE patient.study_id = :study AND short_code.id > :last ORDER BY short_code.id LIMIT :most"""
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
    connection = op.get_bind()
    for study_id in connection.execute(sa.text("SELECT id FROM study ORDER BY id")).scalars().all():
        given = {"study": study_id, "most": AT_ONCE, "last": 0}
        while page := connection.execute(sa.text(OF_STUDY), given).all():
            given["last"] = page[-1].id
            _append(study_id, [_bound(row.id, {"link_id": row.link_id, "digest": row.digest}) for row in page])


def downgrade() -> None:
    pass  # what binds them stays, and an earlier version passes it over


def _bound(row_id: int, content: dict[str, object]) -> tuple[str, int, str, str]:
    secret = secrets.token_hex(16)
    canonical = json.dumps(
        [f"short_code:{row_id}", content], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return "short_code", row_id, hmac.new(bytes.fromhex(secret), canonical.encode(), hashlib.sha256).hexdigest(), secret


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
