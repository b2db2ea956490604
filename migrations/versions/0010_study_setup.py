"""What a study must say before it goes active; treatments as anchors; visits that serve several timepoints.

backup_proof is append-only: neither updated nor deleted, by whomever.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)

VISIT_COLUMNS = ("opened_at", "withdrawn_at")
OLD_ANCHOR = "anchor IN ('enrolment', 'onset')"
CHECKS = {
    "anchor": "anchor IN ('enrolment', 'onset', 'treatment')",
    "treatment_state": "treatment_state IN ('planned', 'given')",
    "treatment": "(anchor = 'treatment') = (treatment IS NOT NULL)"
    " AND (anchor = 'treatment') = (treatment_state IS NOT NULL)",
    "times": "times BETWEEN 1 AND 40 AND (times = 1) = (every_days IS NULL)"
    " AND (every_days IS NULL OR every_days > 0 AND anchor <> 'treatment')",
}


def study_columns() -> list[sa.Column]:
    return [
        sa.Column('ethics_committee', sa.String(length=200), nullable=False, server_default=''),
        sa.Column('ethics_number', sa.String(length=200), nullable=False, server_default=''),
        sa.Column('ethics_on', sa.Date(), nullable=True),
        sa.Column('ethics_not_required', sa.String(), nullable=False, server_default=''),
        sa.Column('controller', sa.String(), nullable=False, server_default=''),
        sa.Column('data_protection_contact', sa.String(), nullable=False, server_default=''),
        sa.Column('legal_basis', sa.String(), nullable=False, server_default=''),
        sa.Column('retention_years', sa.Integer(), nullable=True),
        sa.Column('privacy_notices', JSON, nullable=False, server_default=sa.text("'{}'")),
        sa.Column('alert_days', JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column('alert_from', sa.String(length=5), nullable=True),
        sa.Column('alert_until', sa.String(length=5), nullable=True),
        sa.Column('escalate_after_hours', sa.Integer(), nullable=False, server_default='24'),
        sa.Column('activated_at', INSTANT, nullable=True),
        sa.Column('closed_at', INSTANT, nullable=True),
    ]


def timepoint_columns() -> list[sa.Column]:
    return [
        sa.Column('treatment', sa.String(length=64), nullable=True),
        sa.Column('treatment_state', sa.String(length=8), nullable=True),
        sa.Column('unless_followed', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('every_days', sa.Integer(), nullable=True),
        sa.Column('times', sa.Integer(), nullable=False, server_default='1'),
    ]


def upgrade() -> None:
    # Not a batch: SQLite adds columns with a constant default without copying the table.
    for column in study_columns():
        op.add_column('study', column)
    for column in VISIT_COLUMNS:
        op.add_column('visit', sa.Column(column, INSTANT, nullable=True))
    op.add_column('palsy', sa.Column('synkinesis_noted_on', sa.Date(), nullable=True))
    for column in timepoint_columns():
        op.add_column('timepoint', column)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f('ck_timepoint_anchor'), 'timepoint', type_='check')
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(f'ck_timepoint_{name}'), 'timepoint', condition)
    else:
        _copy_timepoints(with_treatments=True)
    op.create_table('serving',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('timepoint_id', sa.Integer(), nullable=False),
    sa.Column('occurrence', sa.Integer(), nullable=False),
    sa.Column('treatment_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['timepoint_id'], ['timepoint.id'], name=op.f('fk_serving_timepoint_id')),
    sa.ForeignKeyConstraint(['treatment_id'], ['treatment.id'], name=op.f('fk_serving_treatment_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_serving_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_serving')),
    sa.UniqueConstraint(
        'visit_id', 'timepoint_id', 'occurrence', name=op.f('uq_serving_visit_id_timepoint_id_occurrence')
    )
    )
    op.create_table('alert_reader',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('named_by', sa.String(length=100), nullable=False),
    sa.Column('named_at', INSTANT, nullable=False),
    sa.Column('tested_at', INSTANT, nullable=True),
    sa.Column('acknowledged_at', INSTANT, nullable=True),
    sa.CheckConstraint(
        "acknowledged_at IS NULL OR tested_at IS NOT NULL", name=op.f('ck_alert_reader_acknowledged')
    ),
    sa.CheckConstraint("rank IN ('first', 'deputy')", name=op.f('ck_alert_reader_rank')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_alert_reader_staff_id')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_alert_reader_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_reader')),
    sa.UniqueConstraint('study_id', 'rank', name=op.f('uq_alert_reader_study_id_rank')),
    sa.UniqueConstraint('study_id', 'staff_id', name=op.f('uq_alert_reader_study_id_staff_id'))
    )
    op.create_table('backup_proof',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('proved_by', sa.String(length=100), nullable=False),
    sa.Column('proved_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_backup_proof'))
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('backup_proof')
    op.drop_table('alert_reader')
    op.drop_table('serving')
    op.execute("UPDATE timepoint SET treatment = NULL, treatment_state = NULL, anchor = 'enrolment' "
               "WHERE anchor = 'treatment'")
    if op.get_bind().dialect.name == "postgresql":
        for name in CHECKS:
            op.drop_constraint(op.f(f'ck_timepoint_{name}'), 'timepoint', type_='check')
        op.create_check_constraint(op.f('ck_timepoint_anchor'), 'timepoint', OLD_ANCHOR)
    else:
        _copy_timepoints(with_treatments=False)
    for column in timepoint_columns():
        op.drop_column('timepoint', column.name)
    op.drop_column('palsy', 'synkinesis_noted_on')
    for column in VISIT_COLUMNS:
        op.drop_column('visit', column)
    for column in study_columns():
        op.drop_column('study', column.name)


def _copy_timepoints(*, with_treatments: bool) -> None:
    """SQLite changes no CHECK: the table is made anew with the others; visits keep pointing at it by name."""
    conditions = CHECKS if with_treatments else {"anchor": OLD_ANCHOR}
    op.create_table('timepoint_new',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('anchor', sa.String(length=64), nullable=False),
    sa.Column('offset_days', sa.Integer(), nullable=False),
    sa.Column('window_before', sa.Integer(), nullable=False),
    sa.Column('window_after', sa.Integer(), nullable=False),
    sa.Column('battery', JSON, nullable=False),
    *timepoint_columns(),
    sa.CheckConstraint('window_before >= 0 AND window_after >= 0', name=op.f('ck_timepoint_window')),
    *(
        sa.CheckConstraint(condition, name=op.f(f'ck_timepoint_{name}'))
        for name, condition in conditions.items()
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_timepoint_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timepoint')),
    sa.UniqueConstraint('study_id', 'key', name=op.f('uq_timepoint_study_id_key'))
    )
    op.execute("INSERT INTO timepoint_new SELECT * FROM timepoint")
    op.execute("DROP TABLE timepoint")
    op.execute("ALTER TABLE timepoint_new RENAME TO timepoint")


def _triggers(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER backup_proof_{statement.lower()} BEFORE {statement} ON backup_proof "
            f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            for statement in ("UPDATE", "DELETE", "TRUNCATE")
        ]
    return [
        f"CREATE TRIGGER backup_proof_{statement.lower()} BEFORE {statement} ON backup_proof "
        f"BEGIN SELECT RAISE(ABORT, 'backup_proof is append-only: its rows are never {done}'); END"
        for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
    ]
