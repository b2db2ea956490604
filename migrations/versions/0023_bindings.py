"""What binds rows to events: a digest of each row and its key, which goes with an erasure.

Rows of before are bound as they are now, by events `facts.adopted`; what they were before, no event says.
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

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT_ONCE = 500
ERASED = ("assistance", "response", "background_check")
GONE = "OLD.key <> '' AND (" + " OR ".join(
    f"OLD.subject = '{table}' AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.id = OLD.row_id)"
    for table in ERASED
) + ")"
NEVER_UPDATED = "binding is append-only: its rows are never updated"
ONLY_ERASED = "{table} rows are deleted only under a recorded erasure"
BEFORE = """CREATE FUNCTION seventh_link(of_study integer, of_patient integer, links jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    chain integer := coalesce(of_study, (SELECT patient.study_id FROM patient WHERE patient.id = of_patient));
    end_number integer;
    end_hash varchar;
    link jsonb;
    new_hash varchar;
    new_id integer;
BEGIN
    PERFORM pg_advisory_xact_lock(7000001, coalesce(chain, 0));
    IF chain IS NULL THEN
        SELECT number, hash INTO end_number, end_hash FROM event
        WHERE study_id IS NULL ORDER BY number DESC LIMIT 1;
    ELSE
        SELECT number, hash INTO end_number, end_hash FROM event
        WHERE study_id = chain ORDER BY number DESC LIMIT 1;
    END IF;
    end_number := coalesce(end_number, 0);
    end_hash := coalesce(end_hash, repeat('0', 64));
    FOR link IN SELECT value FROM jsonb_array_elements(links) LOOP
        end_number := end_number + 1;
        new_hash := encode(sha256(convert_to(
            concat_ws(':', coalesce(chain, 0), end_number, end_hash, link->>'content'), 'UTF8')), 'hex');
        INSERT INTO event (study_id, number, at, actor, action, patient_id,
            facts, digests, reason, software, previous_hash, hash)
        VALUES (chain, end_number, (link->>'at')::timestamptz, link->>'actor', link->>'action',
            (link->>'patient_id')::integer, link->'facts', link->'digests', link->>'reason',
            link->>'software', end_hash, new_hash)
        RETURNING id INTO new_id;
        INSERT INTO event_value (event_id, field, before, after, key)
        SELECT new_id, one->>'field', one->>'before', one->>'after', one->>'key'
        FROM jsonb_array_elements(link->'values') AS one;
"""
BINDINGS = """        INSERT INTO binding (event_id, subject, row_id, digest, key)
        SELECT new_id, one->>'subject', (one->>'row_id')::integer, one->>'digest', one->>'key'
        FROM jsonb_array_elements(link->'bindings') AS one;
"""
AFTER = """        end_hash := new_hash;
    END LOOP;
END $$"""
DROP_LINK = "DROP FUNCTION seventh_link(integer, integer, jsonb)"

OF_VISIT = "JOIN visit ON visit.id = {table}.visit_id JOIN patient ON patient.id = visit.patient_id"
OF_PATIENT = "JOIN patient ON patient.id = {table}.patient_id"
# Table → how its rows find their study, and the study; those of the installation have none.
WHERE = {
    "study": ("", "study.id"),
    "timepoint": ("", "timepoint.study_id"),
    "permission": ("", "permission.study_id"),
    "wording": ("", "NULL"),
    "instrument_version": ("", "NULL"),
    "consent_text": ("", "consent_text.study_id"),
    "alert_rule": ("", "alert_rule.study_id"),
    "backup_proof": ("", "NULL"),
    "membership": ("", "membership.study_id"),
    "staff": ("", "NULL"),
    "data_freeze": ("", "data_freeze.study_id"),
    "patient": ("", "patient.study_id"),
    **{
        table: (OF_PATIENT.format(table=table), "patient.study_id")
        for table in ("erasure", "palsy", "treatment", "grading", "consent", "visit")
    },
    **{
        table: (OF_VISIT.format(table=table), "patient.study_id")
        for table in ("alert", "assistance", "response")
    },
    "background_check": (
        "JOIN background ON background.id = background_check.background_id "
        + OF_VISIT.format(table="background"),
        "patient.study_id",
    ),
}
FREE = {
    "staff": {"email", "name", "password", "fs_uniquifier", "created_at"},
    "data_freeze": {"content"},
    "patient": {"contact_id", "messages_stopped_at", "removal_requested_at", "code_folded", "site_folded"},
    "treatment": {"note"},
    "visit": {"opened_at", "done_at", "name_folded"},
    "alert": {
        "note", "acted_note", "closed_note", "first_answer", "last_answer", "score", "before",
        "crisis_text_seen_at",
    },
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
    op.create_table('binding',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_binding_event_id')),
    sa.PrimaryKeyConstraint('event_id', 'subject', 'row_id', name=op.f('pk_binding'))
    )
    op.create_index('ix_binding_subject_row_id', 'binding', ['subject', 'row_id', 'event_id'])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(DROP_LINK)
        op.execute(BEFORE + BINDINGS + AFTER)
        op.execute(
            "CREATE FUNCTION seventh_binding_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT ({GONE}) THEN RAISE EXCEPTION '{ONLY_ERASED.format(table='%')}', TG_TABLE_NAME;"
            " END IF; RETURN OLD; END $$"
        )
        for statement, function in (
            ("UPDATE", "refuse_update"), ("DELETE", "binding_delete"), ("TRUNCATE", "refuse_truncate")
        ):
            each = "" if statement == "TRUNCATE" else "FOR EACH ROW "
            op.execute(
                f"CREATE TRIGGER binding_{statement.lower()} BEFORE {statement} ON binding {each}"
                f"EXECUTE FUNCTION seventh_{function}()"
            )
    else:
        op.execute(
            "CREATE TRIGGER binding_update BEFORE UPDATE ON binding"
            f" BEGIN SELECT RAISE(ABORT, '{NEVER_UPDATED}'); END"
        )
        op.execute(
            f"CREATE TRIGGER binding_delete BEFORE DELETE ON binding WHEN NOT ({GONE})"
            f" BEGIN SELECT RAISE(ABORT, '{ONLY_ERASED.format(table='binding')}'); END"
        )
    studies = op.get_bind().execute(sa.text("SELECT id FROM study ORDER BY id")).scalars().all()
    for study_id in (None, *studies):
        _adopt(study_id)


def downgrade() -> None:
    op.drop_table('binding')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_binding_delete()")
        op.execute(DROP_LINK)
        op.execute(BEFORE + AFTER)


def _adopt(study_id: int | None) -> None:
    """Append events to one chain that bind every row of it, with how many each binds."""
    rows: list[tuple[str, int, str, str]] = []
    for table, (joined, study) in WHERE.items():
        if (study == "NULL") == (study_id is None):
            for row_id, content in _contents(table, joined, study, study_id):
                key = secrets.token_hex(16)
                canonical = json.dumps(
                    [f"{table}:{row_id}", content], sort_keys=True, separators=(",", ":"), ensure_ascii=False
                )
                digest = hmac.new(bytes.fromhex(key), canonical.encode(), hashlib.sha256).hexdigest()
                rows.append((table, row_id, digest, key))
                if len(rows) == AT_ONCE:
                    _append(study_id, rows)
                    rows = []
    if rows:
        _append(study_id, rows)


def _contents(table: str, joined: str, study: str, study_id: int | None) -> Iterator[tuple[int, dict]]:
    connection = op.get_bind()
    columns = sa.Table(table, sa.MetaData(), autoload_with=connection, resolve_fks=False).columns
    kept = [one for one in columns if one.name != "id" and one.name not in FREE.get(table, ())]
    condition = "TRUE" if study_id is None else f"{study} = {study_id}"
    ids = sa.text(
        f"SELECT {table}.id FROM {table} {joined} WHERE {condition} AND {table}.id > :last"
        f" ORDER BY {table}.id LIMIT {AT_ONCE}"
    )
    last = 0
    while page := connection.execute(ids, {"last": last}).scalars().all():
        last = page[-1]
        scores: dict[int, list[dict]] = {}
        if table == "response":
            found = sa.text(
                "SELECT response_id, scale, value, items_used, items_missing, prorated FROM score"
                " WHERE response_id BETWEEN :first AND :last ORDER BY response_id, scale"
            ).columns(prorated=sa.Boolean())
            for one in connection.execute(found, {"first": page[0], "last": last}).mappings():
                scores.setdefault(one["response_id"], []).append(
                    {name: one[name] for name in one if name != "response_id"}
                )
        query = sa.select(columns["id"], *kept).where(columns["id"].in_(page)).order_by(columns["id"])
        for row in connection.execute(query).mappings():
            content = {
                one.name: _plain(row[one.name])
                for one in kept
                if row[one.name] is not None and (one.name, row[one.name]) != ("twin", 0)
            }
            if table == "response":
                own = scores.get(row["id"], [])
                content["scores"] = sorted(own, key=lambda one: one["scale"])
            yield row["id"], content


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
        "digests": {f"{table}:{row_id}": digest for table, row_id, digest, _ in rows},
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
            {"event_id": event_id, "subject": table, "row_id": row_id, "digest": one, "key": key}
            for table, row_id, one, key in rows
        ],
    )
