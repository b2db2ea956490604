"""What patients are asked to agree to, and what they said.

consent_text and consent are append-only: neither updated nor deleted, by whomever.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
NEVER_CHANGED = ("consent_text", "consent")


def upgrade() -> None:
    op.create_table('consent_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('parts', JSON, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('loaded_by', sa.String(length=100), nullable=False),
    sa.Column('loaded_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_consent_text_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_text')),
    sa.UniqueConstraint('study_id', 'version', 'locale', name=op.f('uq_consent_text_study_id_version_locale'))
    )
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('consent_text_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=64), nullable=False),
    sa.Column('how', sa.String(length=64), nullable=False),
    sa.Column('parts', JSON, nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.String(length=100), nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.CheckConstraint("decision IN ('agreed', 'declined')", name=op.f('ck_consent_decision')),
    sa.CheckConstraint("how IN ('link', 'paper', 'telephone')", name=op.f('ck_consent_how')),
    sa.ForeignKeyConstraint(
        ['consent_text_id'], ['consent_text.id'], name=op.f('fk_consent_consent_text_id')
    ),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index(op.f('ix_consent_patient_id'), 'consent', ['patient_id'], unique=False)
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f('ix_consent_patient_id'), table_name='consent')
    op.drop_table('consent')
    op.drop_table('consent_text')


def _triggers(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} "
            f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            for table in NEVER_CHANGED
            for statement in ("UPDATE", "DELETE", "TRUNCATE")
        ]
    return [
        f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never {done}'); END"
        for table in NEVER_CHANGED
        for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
    ]
