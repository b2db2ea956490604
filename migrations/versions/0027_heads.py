"""An address of a study gets the heads of the audit trail: each month, and after each freeze."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "outcome IN ('sent', 'failed', 'bounced', 'cancelled', 'unknown')"


def upgrade() -> None:
    op.add_column('study', sa.Column('heads_address', sa.String(254), nullable=False, server_default=''))
    op.create_table('head_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=True),
    sa.Column('freeze_id', sa.Integer(), nullable=True),
    sa.Column('planned_at', INSTANT, nullable=False),
    sa.Column('retry_at', INSTANT, nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('claimed_at', INSTANT, nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('outcome_at', INSTANT, nullable=True),
    sa.Column('error', sa.String(length=100), nullable=True),
    sa.CheckConstraint(OUTCOMES, name=op.f('ck_head_mail_outcome')),
    sa.CheckConstraint('(month IS NULL) <> (freeze_id IS NULL)', name=op.f('ck_head_mail_occasion')),
    sa.CheckConstraint('(outcome IS NULL) = (outcome_at IS NULL)', name=op.f('ck_head_mail_settled')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_head_mail_study_id')),
    sa.ForeignKeyConstraint(['freeze_id'], ['data_freeze.id'], name=op.f('fk_head_mail_freeze_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_head_mail')),
    sa.UniqueConstraint('study_id', 'month', name=op.f('uq_head_mail_study_id_month')),
    sa.UniqueConstraint('freeze_id', name=op.f('uq_head_mail_freeze_id'))
    )
    op.create_index('ix_head_mail_outcome_planned_at', 'head_mail', ['outcome', 'planned_at'])
    if op.get_bind().dialect.name == "sqlite":
        words = "head_mail is append-only: its rows are never deleted"
        op.execute(
            "CREATE TRIGGER head_mail_delete BEFORE DELETE ON head_mail "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    for statement, each in (("DELETE", "FOR EACH ROW "), ("TRUNCATE", "")):
        op.execute(
            f"CREATE TRIGGER head_mail_{statement.lower()} BEFORE {statement} ON head_mail {each}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
        )


def downgrade() -> None:
    op.drop_table('head_mail')
    op.drop_column('study', 'heads_address')
