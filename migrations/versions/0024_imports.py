"""Imports in many short transactions, which are seen whole or not at all; and apostrophes are one sign."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

# What is filled here must be what the program compares with.
from surveys import same

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OF_IMPORT = ("patient", "treatment", "grading", "visit", "response")
STANDS = "superseded_at IS NULL AND annulled_at IS NULL"
NOT_HELD = {"sqlite": "held = 0", "postgresql": "NOT held"}
STAMPS = ("superseded_at", "annulled_at")
ANSWERS_ERASED = """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')"""
SCORED_ERASED = """EXISTS (SELECT 1 FROM response JOIN visit ON visit.id = response.visit_id
    JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE response.id = OLD.response_id AND erasure.level = 'answers')"""
UNDONE = {
    "response": """EXISTS (SELECT 1 FROM data_import
    WHERE data_import.id = OLD.import_id AND data_import.undone_at IS NOT NULL)""",
    "score": """EXISTS (SELECT 1 FROM response JOIN data_import ON data_import.id = response.import_id
    WHERE response.id = OLD.response_id AND data_import.undone_at IS NOT NULL)""",
    "alert": """EXISTS (SELECT 1 FROM response JOIN data_import ON data_import.id = response.import_id
    WHERE response.visit_id = OLD.visit_id AND response.instrument = OLD.instrument
    AND data_import.undone_at IS NOT NULL)""",
}
ERASED = {"response": ANSWERS_ERASED, "score": SCORED_ERASED}


def upgrade() -> None:
    op.create_table('data_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('wording', sa.String(length=64), nullable=True),
    sa.Column('counts', sa.JSON().with_variant(JSONB(), 'postgresql'), nullable=False),
    sa.Column('begun_by', sa.String(length=100), nullable=False),
    sa.Column('begun_at', INSTANT, nullable=False),
    sa.Column('finished_at', INSTANT, nullable=True),
    sa.Column('undone_at', INSTANT, nullable=True),
    sa.Column('undone_by', sa.String(length=100), nullable=True),
    sa.Column('emptied_at', INSTANT, nullable=True),
    sa.CheckConstraint('(undone_at IS NULL) = (undone_by IS NULL)', name=op.f('ck_data_import_undone')),
    sa.CheckConstraint(
        'emptied_at IS NULL OR undone_at IS NOT NULL', name=op.f('ck_data_import_emptied')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_data_import_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_import'))
    )
    under_way = sa.text('finished_at IS NULL AND undone_at IS NULL')
    op.create_index(
        'uq_data_import_under_way', 'data_import', ['study_id'], unique=True,
        sqlite_where=under_way, postgresql_where=under_way,
    )
    for table in OF_IMPORT:
        # Not a batch, which would copy the table on SQLite and drop its triggers.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN import_id INTEGER "
            f"CONSTRAINT fk_{table}_import_id REFERENCES data_import (id)"
        )
    op.add_column('response', sa.Column('held', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        'ix_response_held', 'response', ['import_id'],
        sqlite_where=sa.text('held'), postgresql_where=sa.text('held'),
    )
    _current(f"{STANDS} AND {NOT_HELD[_dialect()]}")
    _guard_updates(held=True)
    _settle_visits(f" AND response.{NOT_HELD['sqlite']}" if _dialect() == "sqlite" else " AND NOT response.held")
    for table in ERASED:
        _guard_deletes(table, f"{ERASED[table]} OR {UNDONE[table]}")
    _guard_deletes("alert", UNDONE["alert"])
    _keep_imports()
    _note_changed()
    _fold()


def downgrade() -> None:
    for table in ERASED:
        _guard_deletes(table, ERASED[table])
    _guard_deletes("alert", None)
    _guard_updates(held=False)
    _settle_visits("")
    _current(STANDS)
    op.drop_index('ix_response_held', table_name='response')
    op.drop_column('response', 'held')
    for table in OF_IMPORT:
        op.drop_column(table, 'import_id')
    op.drop_table('data_import')
    if _dialect() == "postgresql":
        op.execute("DROP FUNCTION seventh_data_import_update_changed()")


def _dialect() -> str:
    return str(op.get_bind().dialect.name)


def _current(standing: str) -> None:
    op.drop_index('uq_response_current', table_name='response')
    where = sa.text(standing)
    op.create_index(
        'uq_response_current', 'response', ['visit_id', 'instrument'], unique=True,
        sqlite_where=where, postgresql_where=where,
    )


def _guard_updates(*, held: bool) -> None:
    """Stamps go from NULL to a value, and `held` from true to false, once."""
    differs = "IS NOT" if _dialect() == "sqlite" else "IS DISTINCT FROM"
    again = " OR ".join(
        [f"(OLD.{stamp} IS NOT NULL AND NEW.{stamp} {differs} OLD.{stamp})" for stamp in STAMPS]
        + ["(NEW.held AND NOT OLD.held)"] * held
    )
    free = (*STAMPS, *["held"] * held)
    if _dialect() == "sqlite":
        columns = [one["name"] for one in sa.inspect(op.get_bind()).get_columns("response")]
        fixed = [name for name in columns if name not in (*STAMPS, "held")]
        if not held:
            fixed = [name for name in fixed if name != "import_id"]
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in fixed)
        op.execute("DROP TRIGGER response_update")
        op.execute(
            f"CREATE TRIGGER response_update BEFORE UPDATE ON response WHEN {changed} OR {again} "
            "BEGIN SELECT RAISE(ABORT, 'response is append-only: its rows are never updated'); END"
        )
        return
    without = "".join(f" - '{name}'" for name in free)
    op.execute(
        "CREATE OR REPLACE FUNCTION seventh_response_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF to_jsonb(NEW){without} <> to_jsonb(OLD){without} OR {again} THEN RAISE EXCEPTION "
        "'% is append-only: its rows are never updated', TG_TABLE_NAME; END IF; RETURN NEW; END $$"
    )


def _settle_visits(not_held: str) -> None:
    """What keeps `visit.done_at` passes over responses that are held."""
    sqlite = _dialect() == "sqlite"
    asked = "json_each(asking.battery) AS asked"
    if not sqlite:
        asked = "jsonb_array_elements_text(asking.battery) AS asked(value)"
    for table, statement, column, of in (
        ("response", "INSERT", "visit_id", ""),
        ("response", "UPDATE", "visit_id", ""),
        ("response", "DELETE", "visit_id", ""),
        ("visit", "UPDATE", "id", " OF battery"),
    ):
        row = "OLD" if statement == "DELETE" else "NEW"
        one = f"= {row}.{column}"
        visits = one if sqlite or of else f"IN (SELECT {column} FROM changed)"
        settle = f"""UPDATE visit SET done_at = ruled.done_at FROM (
        SELECT asking.id, (
            SELECT CASE WHEN count(*) = count(response.id) THEN max(response.submitted_at) END
            FROM {asked} LEFT JOIN response
            ON response.visit_id = asking.id AND response.instrument = asked.value
            AND response.superseded_at IS NULL AND response.annulled_at IS NULL{not_held}
        ) AS done_at FROM visit AS asking WHERE asking.id {visits}
    ) AS ruled WHERE visit.id = ruled.id AND visit.done_at IS {"NOT" if sqlite else "DISTINCT FROM"} ruled.done_at"""
        name = f"{table}_{statement.lower()}_done"
        if sqlite:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"CREATE TRIGGER {name} AFTER {statement}{of} ON {table} BEGIN {settle}; END")
        else:
            op.execute(
                f"CREATE OR REPLACE FUNCTION seventh_{name}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {settle}; RETURN NULL; END $$"
            )


def _guard_deletes(table: str, allowed: str | None) -> None:
    words = "rows are deleted only under a recorded erasure"
    if _dialect() == "sqlite":
        when = f" WHEN NOT ({allowed})" if allowed else ""
        op.execute(f"DROP TRIGGER {table}_delete")
        op.execute(
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table}{when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {words}'); END"
        )
        return
    body = f"RAISE EXCEPTION '% {words}', TG_TABLE_NAME;"
    if allowed:
        body = f"IF NOT ({allowed}) THEN {body} END IF; RETURN OLD;"
    op.execute(
        f"CREATE OR REPLACE FUNCTION seventh_{table}_delete() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {body} END $$"
    )


def _keep_imports() -> None:
    words = "data_import is append-only: its rows are never deleted"
    if _dialect() == "sqlite":
        op.execute(
            "CREATE TRIGGER data_import_delete BEFORE DELETE ON data_import "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    for statement, each in (("DELETE", "FOR EACH ROW "), ("TRUNCATE", "")):
        op.execute(
            f"CREATE TRIGGER data_import_{statement.lower()} BEFORE {statement} ON data_import {each}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
        )


def _note_changed() -> None:
    """Everybody of the study counts as changed once the rows of an import are seen, or no longer."""
    name, when = "data_import_update_changed", "AFTER UPDATE OF finished_at, undone_at ON data_import"
    note = (
        "INSERT INTO patient_changed (patient_id) SELECT patient.id FROM patient"
        " WHERE patient.study_id = NEW.study_id"
    )
    if _dialect() == "sqlite":
        once = "patient.id NOT IN (SELECT patient_id FROM patient_changed)"
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {note} AND {once}; END")
        return
    op.execute(
        f"CREATE FUNCTION seventh_{name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {note}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION seventh_{name}()")


def _fold() -> None:
    """Compute again what holds an apostrophe, or a sign that is one now; the later of two is numbered."""
    apostrophe = sa.text("SELECT id, study_id, code, site FROM patient ORDER BY id")
    for row in op.get_bind().execute(apostrophe).all():
        folded = same.folded(row.code)
        site = None if row.site is None else same.folded(row.site)
        if "'" not in f"{folded}{site}":
            continue
        _number("patient", "study_id = :of", "code_folded", folded, row.id, row.study_id)
        op.get_bind().execute(
            sa.text("UPDATE patient SET site_folded = :site WHERE id = :id"), {"site": site, "id": row.id}
        )
    visits = sa.text("SELECT id, patient_id, name, occurrence FROM visit ORDER BY id")
    for row in op.get_bind().execute(visits).all():
        if "'" in (folded := same.folded(row.name)):
            same_one = f"patient_id = :of AND occurrence = {row.occurrence}"
            _number("visit", same_one, "name_folded", folded, row.id, row.patient_id)
    numbers = sa.text("SELECT id, hospital_number FROM contact WHERE hospital_number IS NOT NULL")
    for row in op.get_bind().execute(numbers).all():
        if "'" in (folded := same.folded(row.hospital_number)):
            op.get_bind().execute(
                sa.text("UPDATE contact SET hospital_number_folded = :folded WHERE id = :id"),
                {"folded": folded, "id": row.id},
            )


def _number(table: str, among: str, column: str, folded: str, row_id: int, of: int) -> None:
    """Store what a row is compared by, with the first free number among those that read the same."""
    bind = op.get_bind()
    taken = bind.scalars(
        sa.text(f"SELECT twin FROM {table} WHERE {among} AND {column} = :folded AND id <> :id"),
        {"of": of, "folded": folded, "id": row_id},
    ).all()
    twin = next(number for number in range(len(taken) + 1) if number not in taken)
    bind.execute(
        sa.text(f"UPDATE {table} SET {column} = :folded, twin = :twin WHERE id = :id"),
        {"folded": folded, "twin": twin, "id": row_id},
    )
