"""One chain of events per study, and one of the installation, which goes on from the single chain of before.

Events of before stay as they were written, with their number in that chain, so their hashes still verify.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AT_ONCE = 1000
INSTANT = sa.DateTime(timezone=True)
COLUMNS = (
    "id, at, actor, action, patient_id, facts, digests, reason, software, previous_hash, hash"
)
APPEND_ONLY = "{table} is append-only: its rows are never updated"
ONLY_ERASED = "{table} rows are deleted only under a recorded erasure"
# Triggers that name the table `event`, and so keep SQLite from making it anew.
ON_SQLITE = {
    "event_update": f"BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY.format(table='event')}'); END",
    "event_delete": f"BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, '{ONLY_ERASED.format(table='event')}'); END",
    "event_value_update": (
        "BEFORE UPDATE ON event_value BEGIN SELECT RAISE(ABORT, "
        f"'{APPEND_ONLY.format(table='event_value')}'); END"
    ),
    "event_value_delete": (
        "BEFORE DELETE ON event_value WHEN NOT (EXISTS (SELECT 1 FROM event JOIN erasure"
        " ON erasure.patient_id = event.patient_id WHERE event.id = OLD.event_id))"
        f" BEGIN SELECT RAISE(ABORT, '{ONLY_ERASED.format(table='event_value')}'); END"
    ),
}
LINK = """CREATE FUNCTION seventh_link(of_study integer, of_patient integer, links jsonb) RETURNS void
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
        end_hash := new_hash;
    END LOOP;
END $$"""
TRAIL_END = (
    "CREATE FUNCTION seventh_trail_end() RETURNS TABLE (id integer, hash varchar)"
    " LANGUAGE plpgsql VOLATILE AS $$ BEGIN"
    " PERFORM pg_advisory_xact_lock(7000001);"
    " RETURN QUERY SELECT event.id, event.hash FROM event ORDER BY event.id DESC LIMIT 1;"
    " END $$"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column('event', sa.Column('study_id', sa.Integer(), nullable=True))
        op.add_column('event', sa.Column('number', sa.Integer(), nullable=True))
        op.execute("ALTER TABLE event DISABLE TRIGGER event_update")
        op.execute("UPDATE event SET number = id")
        op.execute("ALTER TABLE event ENABLE TRIGGER event_update")
        op.alter_column('event', 'number', nullable=False)
        op.drop_constraint(op.f('ck_event_id'), 'event', type_='check')
        op.create_check_constraint(op.f('ck_event_number'), 'event', 'number >= 1')
        op.create_foreign_key(op.f('fk_event_study_id'), 'event', 'study', ['study_id'], ['id'])
        op.create_unique_constraint(op.f('uq_event_study_id_number'), 'event', ['study_id', 'number'])
        op.execute("CREATE SEQUENCE event_id_seq AS integer OWNED BY event.id")
        op.execute("SELECT setval('event_id_seq', max(id)) FROM event HAVING max(id) IS NOT NULL")
        op.execute("ALTER TABLE event ALTER COLUMN id SET DEFAULT nextval('event_id_seq')")
        op.execute("DROP FUNCTION seventh_trail_end()")
        op.execute(LINK)
    else:
        _make_anew(
            [
                sa.Column('id', sa.Integer(), nullable=False),
                sa.Column('study_id', sa.Integer(), nullable=True),
                sa.Column('number', sa.Integer(), nullable=False),
                sa.CheckConstraint('number >= 1', name=op.f('ck_event_number')),
                sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_event_study_id')),
                sa.UniqueConstraint('study_id', 'number', name=op.f('uq_event_study_id_number')),
            ],
            f"INSERT INTO event_new (number, {COLUMNS}) SELECT id, {COLUMNS} FROM event",
        )
    op.create_index(
        'uq_event_installation',
        'event',
        ['number'],
        unique=True,
        sqlite_where=sa.text('study_id IS NULL'),
        postgresql_where=sa.text('study_id IS NULL'),
    )
    op.create_index('ix_event_study_id_action', 'event', ['study_id', 'action', 'id'])


def downgrade() -> None:
    op.drop_index('ix_event_study_id_action', table_name='event')
    op.drop_index('uq_event_installation', table_name='event')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_link(integer, integer, jsonb)")
        op.execute(TRAIL_END)
        for table in ("event", "event_value"):
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_update")
        op.drop_constraint(op.f('fk_event_value_event_id'), 'event_value', type_='foreignkey')
        _make_one_chain()
        op.create_foreign_key(op.f('fk_event_value_event_id'), 'event_value', 'event', ['event_id'], ['id'])
        for table in ("event", "event_value"):
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_update")
        op.execute("ALTER TABLE event ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE event_id_seq")
        op.drop_constraint(op.f('ck_event_number'), 'event', type_='check')
        op.create_check_constraint(op.f('ck_event_id'), 'event', 'id >= 1')
        op.drop_column('event', 'number')
        op.drop_column('event', 'study_id')
        return
    for name in ("event_update", "event_value_update"):
        op.execute(f"DROP TRIGGER {name}")
    _make_one_chain()
    for name in ("event_update", "event_value_update"):
        op.execute(f"CREATE TRIGGER {name} {ON_SQLITE[name]}")
    _make_anew(
        [
            sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
            sa.CheckConstraint('id >= 1', name=op.f('ck_event_id')),
        ],
        f"INSERT INTO event_new ({COLUMNS}) SELECT {COLUMNS} FROM event",
    )


def _make_anew(own: list[sa.schema.SchemaItem], filling: str) -> None:
    """The table with other columns and constraints, on SQLite: it changes none, and drops triggers."""
    json_text = sa.JSON()
    for name in ON_SQLITE:
        op.execute(f"DROP TRIGGER {name}")
    op.create_table('event_new',
    *own,
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('actor', sa.String(length=100), nullable=False),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=True),
    sa.Column('facts', json_text, nullable=False),
    sa.Column('digests', json_text, nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('software', sa.String(length=64), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_event_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event')),
    sa.UniqueConstraint('hash', name=op.f('uq_event_hash'))
    )
    op.execute(filling)
    op.drop_table('event')
    op.rename_table('event_new', 'event')
    op.create_index(op.f('ix_event_patient_id'), 'event', ['patient_id'], unique=False)
    for name, body in ON_SQLITE.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def _make_one_chain() -> None:
    """All events in one chain by their ids, without gaps, as the program of before wrote and reads them."""
    connection = op.get_bind()
    event = sa.table(
        "event",
        sa.column("id", sa.Integer()),
        sa.column("at", INSTANT),
        *(sa.column(name) for name in ("actor", "action", "patient_id")),
        sa.column("facts", sa.JSON()),
        sa.column("digests", sa.JSON()),
        *(sa.column(name) for name in ("reason", "software", "previous_hash", "hash")),
    )
    last, number, previous = 0, 0, "0" * 64
    while True:
        query = sa.select(event).where(event.c.id > last).order_by(event.c.id).limit(AT_ONCE)
        page = connection.execute(query).mappings().all()
        if not page:
            return
        for row in page:
            last, number = row["id"], number + 1
            at = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)
            content = {name: row[name] for name in row if name != "hash"} | {
                "id": number,
                "at": at.astimezone(UTC).isoformat(),
                "previous_hash": previous,
            }
            canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            hashed = hashlib.sha256(canonical.encode()).hexdigest()
            changed = {"id": number, "previous_hash": previous, "hash": hashed}
            connection.execute(sa.update(event).where(event.c.id == last).values(changed))
            if number != last:
                connection.execute(
                    sa.text("UPDATE event_value SET event_id = :number WHERE event_id = :last"),
                    {"number": number, "last": last},
                )
            previous = hashed
