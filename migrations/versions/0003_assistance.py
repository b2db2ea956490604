"""Whether somebody helped with the answers of a visit.

Append-only: never updated, and deleted only while an erasure of that patient's answers is recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ERASED = """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')"""


def upgrade() -> None:
    op.create_table('assistance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('answered_by', sa.String(length=32), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(
        "answered_by IN ('patient', 'typed_by_other', 'chosen_by_other', 'interpreter')",
        name=op.f('ck_assistance_answered_by'),
    ),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_assistance_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assistance')),
    sa.UniqueConstraint('visit_id', name=op.f('uq_assistance_visit_id'))
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('assistance')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_assistance_delete()")


def _triggers(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            "CREATE FUNCTION seventh_assistance_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT ({ERASED}) THEN RAISE EXCEPTION "
            "'% rows are deleted only under a recorded erasure', TG_TABLE_NAME; END IF; RETURN OLD; END $$",
            "CREATE TRIGGER assistance_update BEFORE UPDATE ON assistance "
            "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_update()",
            "CREATE TRIGGER assistance_delete BEFORE DELETE ON assistance "
            "FOR EACH ROW EXECUTE FUNCTION seventh_assistance_delete()",
            "CREATE TRIGGER assistance_truncate BEFORE TRUNCATE ON assistance "
            "EXECUTE FUNCTION seventh_refuse_truncate()",
        ]
    return [
        "CREATE TRIGGER assistance_update BEFORE UPDATE ON assistance "
        "BEGIN SELECT RAISE(ABORT, 'assistance is append-only: its rows are never updated'); END",
        f"CREATE TRIGGER assistance_delete BEFORE DELETE ON assistance WHEN NOT ({ERASED}) "
        "BEGIN SELECT RAISE(ABORT, 'assistance rows are deleted only under a recorded erasure'); END",
    ]
