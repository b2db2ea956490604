"""Accounts: sessions that the server can end; wrong tries by address; sealed secrets, recovery codes; signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('staff_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('began_at', INSTANT, nullable=False),
    sa.Column('seen_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_session_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_staff_session_digest'))
    )
    op.create_index('ix_staff_session_staff_id', 'staff_session', ['staff_id'])
    # Its counts are of an hour at most.
    op.drop_table('failed_sign_in')
    op.create_table('sign_in_tries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('waits_until', INSTANT, nullable=True),
    sa.CheckConstraint('times >= 0', name=op.f('ck_sign_in_tries_times')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sign_in_tries_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_tries')),
    sa.UniqueConstraint('key', name=op.f('uq_sign_in_tries_key'))
    )
    op.create_index('ix_sign_in_tries_last_at', 'sign_in_tries', ['last_at'])
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('used_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index('ix_recovery_code_staff_id', 'recovery_code', ['staff_id'])
    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=True),
    sa.Column('freeze_id', sa.Integer(), nullable=True),
    sa.Column('meaning', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('signed_at', INSTANT, nullable=False),
    sa.CheckConstraint('(visit_id IS NULL) <> (freeze_id IS NULL)', name=op.f('ck_signature_signed')),
    sa.CheckConstraint(
        "meaning IN ('reviewed', 'complete', 'approved')", name=op.f('ck_signature_meaning')
    ),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_signature_visit_id')),
    sa.ForeignKeyConstraint(['freeze_id'], ['data_freeze.id'], name=op.f('fk_signature_freeze_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_signature_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature'))
    )
    for column in ('visit_id', 'freeze_id'):
        op.create_index(f'ix_signature_{column}', 'signature', [column])
    for trigger in _triggers():
        op.execute(trigger)
    # Room for sealed secrets: the server seals those that are there at its next start, which knows the key.
    with op.batch_alter_table('second_factor') as batch:
        batch.alter_column('secret', type_=sa.String(length=128), existing_type=sa.String(length=64))


def downgrade() -> None:
    op.drop_table('signature')
    op.drop_table('recovery_code')
    # No key opens them here, and no earlier version reads them: codes are set up again.
    op.execute("DELETE FROM second_factor WHERE secret LIKE 'v_.%'")
    with op.batch_alter_table('second_factor') as batch:
        batch.alter_column('secret', type_=sa.String(length=64), existing_type=sa.String(length=128))
    op.drop_table('sign_in_tries')
    op.create_table('failed_sign_in',
    sa.Column('staff_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('locked_until', INSTANT, nullable=True),
    sa.CheckConstraint('times >= 1', name=op.f('ck_failed_sign_in_times')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_failed_sign_in_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_failed_sign_in'))
    )
    op.drop_table('staff_session')


def _triggers() -> list[str]:
    if op.get_bind().dialect.name == "postgresql":
        return [
            f"CREATE TRIGGER signature_{statement.lower()} BEFORE {statement} ON signature "
            f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            for statement in ("UPDATE", "DELETE", "TRUNCATE")
        ]
    return [
        f"CREATE TRIGGER signature_{statement.lower()} BEFORE {statement} ON signature "
        f"BEGIN SELECT RAISE(ABORT, 'signature is append-only: its rows are never {done}'); END"
        for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
    ]
