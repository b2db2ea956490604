"""Alerts without an answer: that the question was skipped is itself what staff must know."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column('alert', 'first_answer', nullable=True)
    else:
        _copy_alerts("first_answer INTEGER NOT NULL", "first_answer INTEGER")


def downgrade() -> None:
    op.execute("UPDATE alert SET first_answer = 0 WHERE first_answer IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column('alert', 'first_answer', nullable=False)
    else:
        _copy_alerts("first_answer INTEGER", "first_answer INTEGER NOT NULL")


def _copy_alerts(before: str, after: str) -> None:
    """SQLite changes no column: the table is made anew as it was written, with its index and its trigger.

    A batch would lose the CHECKs and the trigger in silence. No table refers to this one.
    """
    connection = op.get_bind()
    made = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'alert' AND sql IS NOT NULL")
    ).all()
    [table] = [row.sql for row in made if row.type == "table"]
    if before not in table:
        raise RuntimeError(f"The table alert is not as expected: {before!r} is not in it.")
    changed = table.replace(before, after, 1)
    name = 'CREATE TABLE "alert"' if 'CREATE TABLE "alert"' in changed else "CREATE TABLE alert"
    op.execute(sa.text(_plain(changed.replace(name, "CREATE TABLE alert_new", 1))))
    op.execute("INSERT INTO alert_new SELECT * FROM alert")
    op.execute("DROP TABLE alert")
    op.execute("ALTER TABLE alert_new RENAME TO alert")
    for row in made:
        if row.type != "table":
            op.execute(sa.text(_plain(row.sql)))


def _plain(statement: str) -> str:
    """Colons are no parameters here."""
    return statement.replace(":", "\\:")
