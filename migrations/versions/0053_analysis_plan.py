"""The analysis plan of a study, in versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('analysis_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('questions', JSON, nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('responses', sa.Integer(), nullable=False),
    sa.Column('looked_at', INSTANT, nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('fixed_by', sa.String(length=100), nullable=False),
    sa.Column('fixed_at', INSTANT, nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('ck_analysis_plan_version')),
    sa.CheckConstraint("(version = 1) = (reason = '')", name=op.f('ck_analysis_plan_reason')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_analysis_plan_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analysis_plan')),
    sa.UniqueConstraint('study_id', 'version', name=op.f('uq_analysis_plan_study_id_version'))
    )
    on_server = op.get_bind().dialect.name == "postgresql"
    for statement in _triggers_of_postgresql() if on_server else _triggers_of_sqlite():
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('analysis_plan')


def _triggers_of_postgresql() -> list[str]:
    return [
        f"CREATE TRIGGER analysis_plan_{statement.lower()} BEFORE {statement} ON analysis_plan "
        f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
        f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
        for statement in ("UPDATE", "DELETE", "TRUNCATE")
    ]


def _triggers_of_sqlite() -> list[str]:
    return [
        "CREATE TRIGGER analysis_plan_update BEFORE UPDATE ON analysis_plan "
        "BEGIN SELECT RAISE(ABORT, 'analysis_plan is append-only: its rows are never updated'); END",
        "CREATE TRIGGER analysis_plan_delete BEFORE DELETE ON analysis_plan "
        "BEGIN SELECT RAISE(ABORT, 'analysis_plan is append-only: its rows are never deleted'); END",
    ]
