"""Who an account is at a sign-in service."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('sign_in_identity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('linked_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_in_identity_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_sign_in_identity_issuer_subject')),
    sa.UniqueConstraint('staff_id', 'issuer', name=op.f('uq_sign_in_identity_staff_id_issuer'))
    )


def downgrade() -> None:
    op.drop_table('sign_in_identity')
