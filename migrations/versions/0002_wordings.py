"""A site's own texts, the permission to use them, and the optional items that a study asks.

wording and permission are append-only: neither updated nor deleted, by whomever.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
NEVER_CHANGED = ("wording", "permission")


def upgrade() -> None:
    op.create_table('wording',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=64), nullable=False),
    sa.Column('texts', JSON, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('loaded_by', sa.String(length=100), nullable=False),
    sa.Column('loaded_at', INSTANT, nullable=False),
    sa.CheckConstraint("status IN ('loaded')", name=op.f('ck_wording_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wording')),
    sa.UniqueConstraint('instrument', 'version', 'name', name=op.f('uq_wording_instrument_version_name'))
    )
    op.create_table('permission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('wording', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('publication', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(length=100), nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.CheckConstraint("holder <> '' AND reference <> '' AND publication <> ''", name=op.f('ck_permission_told')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_permission_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permission'))
    )
    op.create_index('ix_permission_study_id_instrument', 'permission', ['study_id', 'instrument'], unique=False)
    # Not a batch: SQLite adds a column with a constant default without copying the table.
    op.add_column('study', sa.Column('optional_items', JSON, nullable=False, server_default=sa.text("'[]'")))

    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column('study', 'optional_items')
    op.drop_index('ix_permission_study_id_instrument', table_name='permission')
    op.drop_table('permission')
    op.drop_table('wording')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_refuse_delete()")


def _triggers(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            "CREATE FUNCTION seventh_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only: its rows are never deleted', TG_TABLE_NAME; END $$",
            *(
                statement
                for table in NEVER_CHANGED
                for statement in (
                    f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_update()",
                    f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_delete()",
                    f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                    "EXECUTE FUNCTION seventh_refuse_truncate()",
                )
            ),
        ]
    return [
        f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never {done}'); END"
        for table in NEVER_CHANGED
        for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
    ]
