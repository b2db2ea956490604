"""What patients say of their palsy and treatments, what staff decide about it, and which studies ask.

background and background_check are append-only: never updated, and deleted only while an erasure of that
patient's answers is recorded.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)

WHEN = (
    'oral_corticosteroid', 'antiviral', 'physiotherapy_neuromuscular_retraining', 'mime_therapy', 'massage',
    'self_care', 'botulinum_toxin', 'electrical_stimulation', 'acupuncture', 'stem_cell_therapy',
    'eye_lubricants_or_taping', 'facial_nerve_decompression', 'nerve_repair_or_graft', 'nerve_transfer',
    'gracilis_free_muscle_transfer', 'regional_muscle_transfer', 'static_sling', 'selective_neurectomy',
    'myectomy', 'eyelid_weight', 'other_periocular', 'tumour_operation', 'other',
)
FACTS = ('onset', 'side', 'cause', *WHEN)
QUESTIONS = (
    'onset', 'side', 'cause', 'treatments', 'operations', *WHEN, 'symptoms', 'mood_before', 'recovered',
    'sent',
)

ERASED = {
    'background': """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')""",
    'background_check': """EXISTS (SELECT 1 FROM background JOIN visit ON visit.id = background.visit_id
    JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE background.id = OLD.background_id AND erasure.level = 'answers')""",
}


def upgrade() -> None:
    op.create_table('background',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('answer', JSON, nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=False),
    sa.Column('reported_by', sa.String(length=100), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint(_one_of('question', QUESTIONS), name=op.f('ck_background_question')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_background_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_background'))
    )
    op.create_index('ix_background_visit_id_question', 'background', ['visit_id', 'question'], unique=False)
    op.create_table('background_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('background_id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(length=64), nullable=False),
    sa.Column('outcome', sa.String(length=64), nullable=False),
    sa.Column('recorded', JSON, nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('checked_by', sa.String(length=100), nullable=False),
    sa.Column('checked_at', INSTANT, nullable=False),
    sa.CheckConstraint(_one_of('fact', FACTS), name=op.f('ck_background_check_fact')),
    sa.CheckConstraint(
        _one_of('outcome', ('confirmed', 'corrected', 'kept')), name=op.f('ck_background_check_outcome')
    ),
    sa.ForeignKeyConstraint(
        ['background_id'], ['background.id'], name=op.f('fk_background_check_background_id')
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_background_check'))
    )
    op.create_index(
        op.f('ix_background_check_background_id'), 'background_check', ['background_id'], unique=False
    )
    # Not a batch: SQLite adds a column with a constant default without copying the table.
    op.add_column('study', sa.Column('asks_background', sa.Boolean(), nullable=False, server_default=sa.false()))
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column('study', 'asks_background')
    op.drop_index(op.f('ix_background_check_background_id'), table_name='background_check')
    op.drop_table('background_check')
    op.drop_index('ix_background_visit_id_question', table_name='background')
    op.drop_table('background')
    if op.get_bind().dialect.name == "postgresql":
        for table in ERASED:
            op.execute(f"DROP FUNCTION seventh_{table}_delete()")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _triggers(dialect: str) -> list[str]:
    return [statement for table in ERASED for statement in _triggers_of(table, dialect)]


def _triggers_of(table: str, dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE FUNCTION seventh_{table}_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT ({ERASED[table]}) THEN RAISE EXCEPTION "
            "'% rows are deleted only under a recorded erasure', TG_TABLE_NAME; END IF; RETURN OLD; END $$",
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_update()",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION seventh_{table}_delete()",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "EXECUTE FUNCTION seventh_refuse_truncate()",
        ]
    return [
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never updated'); END",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} WHEN NOT ({ERASED[table]}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are deleted only under a recorded erasure'); END",
    ]
