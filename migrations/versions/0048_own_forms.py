"""Forms that studies make for themselves in the browser: append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('own_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.String(length=100), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_own_form_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_own_form')),
    sa.UniqueConstraint('instrument', 'version', name=op.f('uq_own_form_instrument_version'))
    )
    op.create_index(op.f('ix_own_form_study_id'), 'own_form', ['study_id'])
    if op.get_bind().dialect.name == "postgresql":
        for statement in ("UPDATE", "DELETE", "TRUNCATE"):
            each = "" if statement == "TRUNCATE" else "FOR EACH ROW "
            op.execute(
                f"CREATE TRIGGER own_form_{statement.lower()} BEFORE {statement} ON own_form {each}"
                f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            )
        return
    for statement in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER own_form_{statement.lower()} BEFORE {statement} ON own_form "
            "BEGIN SELECT RAISE(ABORT, 'own_form is append-only: its rows are never "
            f"{statement.lower()}d'); END"
        )


def downgrade() -> None:
    op.drop_table('own_form')
