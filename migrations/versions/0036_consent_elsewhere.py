"""Consent that was given elsewhere, with where it is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
OURS = "how IN ('link', 'paper', 'telephone')"
ALSO_ELSEWHERE = "how IN ('link', 'paper', 'telephone', 'elsewhere')"
COLUMNS = "id, patient_id, consent_text_id, decision, how, parts, signed_on, recorded_by, recorded_at"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(elsewhere=True)
        return
    op.add_column('consent', sa.Column('reference', sa.String(length=200), server_default='', nullable=False))
    op.alter_column('consent', 'consent_text_id', existing_type=sa.Integer(), nullable=True)
    op.drop_constraint(op.f('ck_consent_how'), 'consent')
    op.create_check_constraint(op.f('ck_consent_how'), 'consent', ALSO_ELSEWHERE)
    op.create_check_constraint(
        op.f('ck_consent_text'), 'consent', "(how = 'elsewhere') = (consent_text_id IS NULL)"
    )
    op.create_check_constraint(op.f('ck_consent_reference'), 'consent', "(how = 'elsewhere') = (reference <> '')")


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM consent WHERE how = 'elsewhere'")):
        raise RuntimeError("Consents given elsewhere are recorded, and the earlier version cannot hold them.")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(elsewhere=False)
        return
    op.drop_constraint(op.f('ck_consent_reference'), 'consent')
    op.drop_constraint(op.f('ck_consent_text'), 'consent')
    op.drop_constraint(op.f('ck_consent_how'), 'consent')
    op.create_check_constraint(op.f('ck_consent_how'), 'consent', OURS)
    op.alter_column('consent', 'consent_text_id', existing_type=sa.Integer(), nullable=False)
    op.drop_column('consent', 'reference')


def _rebuild(elsewhere: bool) -> None:
    """The table anew: SQLite changes neither a CHECK nor NOT NULL of one that is there."""
    further = [
        sa.Column('reference', sa.String(length=200), server_default='', nullable=False),
        sa.CheckConstraint("(how = 'elsewhere') = (consent_text_id IS NULL)", name=op.f('ck_consent_text')),
        sa.CheckConstraint("(how = 'elsewhere') = (reference <> '')", name=op.f('ck_consent_reference')),
    ]
    op.create_table('consent_new',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('consent_text_id', sa.Integer(), nullable=elsewhere),
    sa.Column('decision', sa.String(length=64), nullable=False),
    sa.Column('how', sa.String(length=64), nullable=False),
    sa.Column('parts', JSON, nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.String(length=100), nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    *(further if elsewhere else ()),
    sa.CheckConstraint("decision IN ('agreed', 'declined')", name=op.f('ck_consent_decision')),
    sa.CheckConstraint(ALSO_ELSEWHERE if elsewhere else OURS, name=op.f('ck_consent_how')),
    sa.ForeignKeyConstraint(
        ['consent_text_id'], ['consent_text.id'], name=op.f('fk_consent_consent_text_id')
    ),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.execute(f"INSERT INTO consent_new ({COLUMNS}) SELECT {COLUMNS} FROM consent")
    op.drop_table('consent')
    op.rename_table('consent_new', 'consent')
    op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'])
    for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted")):
        op.execute(
            f"CREATE TRIGGER consent_{statement.lower()} BEFORE {statement} ON consent "
            f"BEGIN SELECT RAISE(ABORT, 'consent is append-only: its rows are never {done}'); END"
        )
