"""Visits say when they were done and carry their study; lists of patients are kept, and who changed since.

The database itself keeps in step what was done, and notes who changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = (
    "id, patient_id, timepoint_id, name, occurrence, opens_on, due_on, closes_on, battery, missed_reason,"
    " opened_at, withdrawn_at, name_folded, twin"
)
OPEN = sa.text("done_at IS NULL AND withdrawn_at IS NULL")
DONE = sa.text("done_at IS NOT NULL AND withdrawn_at IS NULL")
OF_STUDY = "(SELECT study_id FROM patient WHERE patient.id = visit.patient_id)"
ASKED = {
    "sqlite": "json_each(asking.battery) AS asked",
    "postgresql": "jsonb_array_elements_text(asking.battery) AS asked(value)",
}
OF_PATIENT = "SELECT patient.id FROM patient WHERE patient."
OF_VISIT = "SELECT DISTINCT patient.id FROM visit JOIN patient ON patient.id = visit.patient_id WHERE visit."
ONCE = " AND patient.id NOT IN (SELECT patient_id FROM patient_changed)"
# Table, statement, its column, and what follows it.
KEPT = (
    ('response', 'INSERT', '', 'done'),
    ('response', 'INSERT', '', 'changed'),
    ('response', 'UPDATE', '', 'done'),
    ('response', 'UPDATE', '', 'changed'),
    ('response', 'DELETE', '', 'done'),
    ('response', 'DELETE', '', 'changed'),
    ('visit', 'UPDATE', 'battery', 'done'),
    ('visit', 'INSERT', '', 'changed'),
    ('visit', 'UPDATE', '', 'changed'),
    ('visit', 'DELETE', '', 'changed'),
    ('patient', 'INSERT', '', 'changed'),
    ('patient', 'UPDATE', '', 'changed'),
    ('draft', 'INSERT', '', 'changed'),
    ('draft', 'DELETE', '', 'changed'),
    ('background', 'INSERT', '', 'changed'),
    ('background', 'DELETE', '', 'changed'),
    ('study', 'UPDATE', 'timezone', 'changed'),
)
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def upgrade() -> None:
    op.create_index('uq_patient_id_study_id', 'patient', ['id', 'study_id'], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        op.add_column('visit', sa.Column('study_id', sa.Integer()))
        op.add_column('visit', sa.Column('done_at', sa.DateTime(timezone=True)))
        op.execute(f"UPDATE visit SET study_id = {OF_STUDY}")
        op.alter_column('visit', 'study_id', nullable=False)
        op.drop_constraint('fk_visit_patient_id', 'visit', type_='foreignkey')
        op.create_foreign_key(
            'fk_visit_patient_id_study_id',
            'visit',
            'patient',
            ['patient_id', 'study_id'],
            ['id', 'study_id'],
        )
    else:
        _make_anew(with_study=True)
    op.execute(_settle("IS NOT NULL"))
    op.create_index(
        'ix_visit_open',
        'visit',
        ['study_id', 'opens_on', 'closes_on'],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        'ix_visit_done', 'visit', ['study_id', 'timepoint_id'], sqlite_where=DONE, postgresql_where=DONE
    )
    few = sa.text("twin > 0"), sa.text("removal_requested_at IS NOT NULL")
    for name, table, which in (
        ('ix_patient_twin', 'patient', few[0]),
        ('ix_patient_removal', 'patient', few[1]),
        ('ix_visit_twin', 'visit', few[0]),
    ):
        op.create_index(name, table, ['study_id'], sqlite_where=which, postgresql_where=which)
    op.drop_index('ix_alert_state', table_name='alert')
    op.create_index('ix_alert_state_raised_at', 'alert', ['state', 'raised_at'])
    _make_lists()
    for kept in KEPT:
        _keep(*kept)


def _make_lists() -> None:
    op.create_table('patient_changed', sa.Column('patient_id', sa.Integer(), nullable=False))
    op.create_index('ix_patient_changed_patient_id', 'patient_changed', ['patient_id'])
    op.create_table('patient_state',
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('site', sa.String(length=64)),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('visit_id', sa.Integer()),
    sa.Column('due_on', sa.Date()),
    sa.Column('until', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'],
        ['patient.id'],
        name=op.f('fk_patient_state_patient_id'),
        ondelete='CASCADE',
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_patient_state_study_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_patient_state_visit_id'), ondelete='CASCADE'
    ),
    sa.PrimaryKeyConstraint('patient_id', name=op.f('pk_patient_state')),
    )
    op.create_index('ix_patient_state_code', 'patient_state', ['study_id', 'code', 'state', 'until'])
    op.create_index('ix_patient_state_until', 'patient_state', ['study_id', 'until'])
    op.execute("INSERT INTO patient_changed (patient_id) SELECT id FROM patient")


def downgrade() -> None:
    for table, statement, _, keeps in KEPT:
        name = f"{table}_{statement.lower()}_{keeps}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION seventh_{name}()")
        else:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table('patient_state')
    op.drop_table('patient_changed')
    op.drop_index('ix_alert_state_raised_at', table_name='alert')
    op.create_index('ix_alert_state', 'alert', ['state'])
    op.drop_index('ix_visit_twin', table_name='visit')
    op.drop_index('ix_patient_removal', table_name='patient')
    op.drop_index('ix_patient_twin', table_name='patient')
    op.drop_index('ix_visit_done', table_name='visit')
    op.drop_index('ix_visit_open', table_name='visit')
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint('fk_visit_patient_id_study_id', 'visit', type_='foreignkey')
        op.create_foreign_key('fk_visit_patient_id', 'visit', 'patient', ['patient_id'], ['id'])
        op.drop_column('visit', 'done_at')
        op.drop_column('visit', 'study_id')
    else:
        _make_anew(with_study=False)
    op.drop_index('uq_patient_id_study_id', table_name='patient')


def _make_anew(*, with_study: bool) -> None:
    """SQLite adds no foreign key: the table is made anew, with its indexes. It has no trigger here.

    Triggers of other tables speak of it; only the old way of renaming lets them be.
    """
    study = [sa.Column('study_id', sa.Integer(), nullable=False)] if with_study else []
    done = [sa.Column('done_at', sa.DateTime(timezone=True))] if with_study else []
    own = ['patient_id', 'study_id'] if with_study else ['patient_id']
    there = ['patient.id', 'patient.study_id'] if with_study else ['patient.id']
    op.create_table('visit_new',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    *study,
    sa.Column('timepoint_id', sa.Integer()),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('battery', sa.JSON(), nullable=False),
    sa.Column('missed_reason', sa.String(length=200)),
    sa.Column('opened_at', sa.DateTime(timezone=True)),
    *done,
    sa.Column('withdrawn_at', sa.DateTime(timezone=True)),
    sa.Column('name_folded', sa.String(), nullable=False, server_default=''),
    sa.Column('twin', sa.Integer(), nullable=False, server_default='0'),
    sa.CheckConstraint('opens_on <= due_on AND due_on <= closes_on', name=op.f('ck_visit_window')),
    sa.CheckConstraint('occurrence >= 1', name=op.f('ck_visit_occurrence')),
    sa.ForeignKeyConstraint(own, there, name=op.f(f'fk_visit_{"_".join(own)}')),
    sa.ForeignKeyConstraint(['timepoint_id'], ['timepoint.id'], name=op.f('fk_visit_timepoint_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint(
        'patient_id', 'name', 'occurrence', name=op.f('uq_visit_patient_id_name_occurrence')
    ),
    sa.UniqueConstraint(
        'patient_id',
        'timepoint_id',
        'occurrence',
        name=op.f('uq_visit_patient_id_timepoint_id_occurrence'),
    ),
    )
    more, value = (", study_id", f", {OF_STUDY}") if with_study else ("", "")
    op.execute(f"INSERT INTO visit_new ({COLUMNS}{more}) SELECT {COLUMNS}{value} FROM visit")
    op.drop_table('visit')
    op.execute("PRAGMA legacy_alter_table = ON")
    op.rename_table('visit_new', 'visit')
    op.execute("PRAGMA legacy_alter_table = OFF")
    op.create_index('ix_visit_closes_on', 'visit', ['closes_on'])
    op.create_index(
        'uq_visit_name_folded', 'visit', ['patient_id', 'name_folded', 'occurrence', 'twin'], unique=True
    )


def _settle(visits: str) -> str:
    dialect = op.get_bind().dialect.name
    return f"""UPDATE visit SET done_at = ruled.done_at FROM (
        SELECT asking.id, (
            SELECT CASE WHEN count(*) = count(response.id) THEN max(response.submitted_at) END
            FROM {ASKED[dialect]} LEFT JOIN response
            ON response.visit_id = asking.id AND response.instrument = asked.value
            AND response.superseded_at IS NULL AND response.annulled_at IS NULL
        ) AS done_at FROM visit AS asking WHERE asking.id {visits}
    ) AS ruled WHERE visit.id = ruled.id AND visit.done_at {DIFFERS[dialect]} ruled.done_at"""


def _keep(table: str, statement: str, of: str, keeps: str) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    name = f"{table}_{statement.lower()}_{keeps}"
    row = "OLD" if statement == "DELETE" else "NEW"
    when = f"AFTER {statement}{of and f' OF {of}'} ON {table}"
    if keeps == "done":
        column = "id" if table == "visit" else "visit_id"
    else:
        column = {"study": "id", "patient": "id", "visit": "patient_id"}.get(table, "visit_id")
    chosen = f"= {row}.{column}" if sqlite or of else f"IN (SELECT {column} FROM changed)"
    if keeps == "done":
        follows = _settle(chosen)
    else:
        own = {"study": f"{OF_PATIENT}study_id", "patient": f"{OF_PATIENT}id", "visit": f"{OF_PATIENT}id"}
        once = ONCE if sqlite else ""
        follows = f"INSERT INTO patient_changed (patient_id) {own.get(table, f'{OF_VISIT}id')} {chosen}{once}"
    if sqlite:
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {follows}; END")
        return
    each = "FOR EACH ROW" if of else f"REFERENCING {row} TABLE AS changed FOR EACH STATEMENT"
    op.execute(
        f"CREATE FUNCTION seventh_{name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {follows}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} {each} EXECUTE FUNCTION seventh_{name}()")
