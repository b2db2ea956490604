"""Reports that are kept to be fetched again: append-only, but for files that hold erased answers."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ERASED = (
    "EXISTS (SELECT 1 FROM report JOIN patient ON patient.study_id = report.study_id "
    "JOIN erasure ON erasure.patient_id = patient.id "
    "WHERE report.id = OLD.report_id AND erasure.level = 'answers')"
)


def upgrade() -> None:
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('freeze_id', sa.Integer(), nullable=True),
    sa.Column('data_sha256', sa.String(length=64), nullable=False),
    sa.Column('html_sha256', sa.String(length=64), nullable=False),
    sa.Column('json_sha256', sa.String(length=64), nullable=False),
    sa.Column('software', sa.String(length=64), nullable=False),
    sa.Column('made_by', sa.String(length=100), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_report_study_id')),
    sa.ForeignKeyConstraint(['freeze_id'], ['data_freeze.id'], name=op.f('fk_report_freeze_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report'))
    )
    op.create_index('ix_report_study_id', 'report', ['study_id'])
    op.create_table('report_file',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("form IN ('html', 'json')", name=op.f('ck_report_file_form')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_file_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'form', name=op.f('pk_report_file'))
    )
    for statement in _for_postgresql() if op.get_bind().dialect.name == "postgresql" else _for_sqlite():
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('report_file')
    op.drop_table('report')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_report_file_delete()")


def _for_postgresql() -> list[str]:
    made = [
        "CREATE FUNCTION seventh_report_file_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({ERASED}) THEN RAISE EXCEPTION "
        "'% rows are deleted only under a recorded erasure', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    ]
    for table in ("report", "report_file"):
        for statement in ("UPDATE", "DELETE", "TRUNCATE"):
            each = "" if statement == "TRUNCATE" else "FOR EACH ROW "
            own = (table, statement) == ("report_file", "DELETE")
            function = "seventh_report_file_delete" if own else f"seventh_refuse_{statement.lower()}"
            made.append(
                f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} {each}"
                f"EXECUTE FUNCTION {function}()"
            )
    return made


def _for_sqlite() -> list[str]:
    return [
        "CREATE TRIGGER report_update BEFORE UPDATE ON report "
        "BEGIN SELECT RAISE(ABORT, 'report is append-only: its rows are never updated'); END",
        "CREATE TRIGGER report_delete BEFORE DELETE ON report "
        "BEGIN SELECT RAISE(ABORT, 'report is append-only: its rows are never deleted'); END",
        "CREATE TRIGGER report_file_update BEFORE UPDATE ON report_file "
        "BEGIN SELECT RAISE(ABORT, 'report_file is append-only: its rows are never updated'); END",
        f"CREATE TRIGGER report_file_delete BEFORE DELETE ON report_file WHEN NOT ({ERASED}) "
        "BEGIN SELECT RAISE(ABORT, 'report_file rows are deleted only under a recorded erasure'); END",
    ]
