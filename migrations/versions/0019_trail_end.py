"""Where the audit trail ends, locked and read by one statement on PostgreSQL.

A function there reads anew after it waited for the lock; a statement by itself would read what was before.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION seventh_trail_end() RETURNS TABLE (id integer, hash varchar)"
            " LANGUAGE plpgsql VOLATILE AS $$ BEGIN"
            " PERFORM pg_advisory_xact_lock(7000001);"
            " RETURN QUERY SELECT event.id, event.hash FROM event ORDER BY event.id DESC LIMIT 1;"
            " END $$"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_trail_end()")
