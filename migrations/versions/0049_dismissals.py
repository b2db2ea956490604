"""Findings of standing checks that may stand; a person's name as it is compared."""

import sqlalchemy as sa
from alembic import op

from surveys import same

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AT_ONCE = 1000


def upgrade() -> None:
    op.create_table('dismissal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('patient_id', sa.Integer(), nullable=False),
    sa.Column('check_key', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('seen', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('dismissed_by', sa.String(length=100), nullable=False),
    sa.Column('dismissed_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_dismissal_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dismissal')),
    sa.UniqueConstraint('patient_id', 'check_key', 'subject', 'seen', name=op.f('uq_dismissal_patient_id_check_key_subject_seen'))
    )
    op.add_column('contact', sa.Column('name_folded', sa.String(), nullable=False, server_default=""))
    contact = sa.table('contact', sa.column('id', sa.Integer), sa.column('name', sa.String), sa.column('name_folded', sa.String))
    rows = op.get_bind().execute(sa.select(contact.c.id, contact.c.name)).all()
    filled = contact.update().where(contact.c.id == sa.bindparam('of')).values(name_folded=sa.bindparam('folded'))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        op.get_bind().execute(filled, [{"of": row.id, "folded": same.folded(row.name)} for row in some])


def downgrade() -> None:
    op.drop_column('contact', 'name_folded')
    op.drop_table('dismissal')
