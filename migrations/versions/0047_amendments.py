"""Amendments of a plan: the table, what a timepoint was earlier, the plan of a visit, a text declined."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('amendment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('protocol', sa.String(length=64), nullable=False),
    sa.Column('holds_from', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('ethics_reference', sa.String(length=200), nullable=False),
    sa.Column('ethics_on', sa.Date(), nullable=True),
    sa.Column('consent_text_id', sa.Integer(), nullable=True),
    sa.Column('before', JSON, nullable=False),
    sa.Column('after', JSON, nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.String(length=100), nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.CheckConstraint('number >= 2', name=op.f('ck_amendment_number')),
    sa.CheckConstraint(
        "protocol <> '' AND reason <> '' AND ethics_reference <> ''", name=op.f('ck_amendment_told')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_amendment_study_id')),
    sa.ForeignKeyConstraint(['consent_text_id'], ['consent_text.id'], name=op.f('fk_amendment_consent_text_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_amendment')),
    sa.UniqueConstraint('study_id', 'number', name=op.f('uq_amendment_study_id_number'))
    )
    on_server = op.get_bind().dialect.name == "postgresql"
    for statement in _triggers_of_postgresql() if on_server else _triggers_of_sqlite():
        op.execute(statement)
    op.add_column('timepoint', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.add_column('timepoint', sa.Column('since_on', sa.Date(), nullable=True))
    op.add_column('timepoint', sa.Column('until_on', sa.Date(), nullable=True))
    op.add_column('timepoint', sa.Column('earlier', JSON, nullable=True))
    op.add_column('visit', sa.Column('plan_version', sa.Integer(), server_default='1', nullable=False))
    if on_server:
        op.add_column('consent', sa.Column('declined_text_id', sa.Integer(), nullable=True))
        op.create_foreign_key(
            op.f('fk_consent_declined_text_id'), 'consent', 'consent_text', ['declined_text_id'], ['id']
        )
    else:  # in place, so that the table keeps its triggers
        op.execute(
            "ALTER TABLE consent ADD COLUMN declined_text_id INTEGER "
            "CONSTRAINT fk_consent_declined_text_id REFERENCES consent_text (id)"
        )


def downgrade() -> None:
    on_server = op.get_bind().dialect.name == "postgresql"
    if on_server:
        op.drop_constraint(op.f('fk_consent_declined_text_id'), 'consent', type_='foreignkey')
        op.drop_column('consent', 'declined_text_id')
    else:
        op.execute("ALTER TABLE consent DROP COLUMN declined_text_id")
    op.drop_column('visit', 'plan_version')
    for name in ('earlier', 'until_on', 'since_on', 'version'):
        op.drop_column('timepoint', name)
    op.drop_table('amendment')


def _triggers_of_postgresql() -> list[str]:
    return [
        f"CREATE TRIGGER amendment_{statement.lower()} BEFORE {statement} ON amendment "
        f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
        f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
        for statement in ("UPDATE", "DELETE", "TRUNCATE")
    ]


def _triggers_of_sqlite() -> list[str]:
    return [
        "CREATE TRIGGER amendment_update BEFORE UPDATE ON amendment "
        "BEGIN SELECT RAISE(ABORT, 'amendment is append-only: its rows are never updated'); END",
        "CREATE TRIGGER amendment_delete BEFORE DELETE ON amendment "
        "BEGIN SELECT RAISE(ABORT, 'amendment is append-only: its rows are never deleted'); END",
    ]
