"""Data freezes: append-only, but for content that holds erased answers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEPT = ("id", "study_id", "name", "sha256", "patients", "responses", "made_by", "made_at")
SAME = {
    "sqlite": " AND ".join(f"NEW.{column} IS OLD.{column}" for column in KEPT),
    "postgresql": " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in KEPT),
}
ERASED = (
    "EXISTS (SELECT 1 FROM erasure JOIN patient ON patient.id = erasure.patient_id "
    "WHERE patient.study_id = OLD.study_id AND erasure.level = 'answers')"
)
SAID = "data_freeze is append-only: its content goes only when answers in it are erased"


def upgrade() -> None:
    op.create_table('data_freeze',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content', sa.String(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('patients', sa.Integer(), nullable=False),
    sa.Column('responses', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(length=100), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('emptied_at', INSTANT, nullable=True),
    sa.CheckConstraint('(content IS NULL) = (emptied_at IS NOT NULL)', name=op.f('ck_data_freeze_content')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_data_freeze_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_freeze')),
    sa.UniqueConstraint('study_id', 'name', name=op.f('uq_data_freeze_study_id_name'))
    )
    dialect = op.get_bind().dialect.name
    emptied = f"OLD.content IS NOT NULL AND NEW.content IS NULL AND {SAME[dialect]} AND {ERASED}"
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION seventh_refuse_freeze_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT ({emptied}) THEN RAISE EXCEPTION '{SAID}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER data_freeze_update BEFORE UPDATE ON data_freeze FOR EACH ROW "
            "EXECUTE FUNCTION seventh_refuse_freeze_update()"
        )
        for statement, each in (("DELETE", "FOR EACH ROW "), ("TRUNCATE", "")):
            op.execute(
                f"CREATE TRIGGER data_freeze_{statement.lower()} BEFORE {statement} ON data_freeze {each}"
                f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            )
        return
    op.execute(
        f"CREATE TRIGGER data_freeze_update BEFORE UPDATE ON data_freeze WHEN NOT ({emptied}) "
        f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    )
    op.execute(
        "CREATE TRIGGER data_freeze_delete BEFORE DELETE ON data_freeze "
        "BEGIN SELECT RAISE(ABORT, 'data_freeze is append-only: its rows are never deleted'); END"
    )


def downgrade() -> None:
    op.drop_table('data_freeze')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_refuse_freeze_update()")
