"""Mobile numbers, the region in which they are dialled, and how many messages a text was.

Which channels and words there are is said by the folders of the program from now on, so the CHECKs of their
names ask for a name only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

CHANNELS = "channel IN ('email', 'letter', 'telephone', 'visits')"
KINDS = "kind IN ('invitation', 'reminder', 'last_reminder', 'thanks', 'letter')"
CHECKS = (
    ("contact", "channel", CHANNELS, "channel <> ''"),
    ("message", "channel", CHANNELS, "channel <> ''"),
    ("message_template", "kind", KINDS, "kind <> ''"),
)
COLUMNS = (
    ("contact", "mobile", sa.String(16)),
    ("contact", "refused_mobile", sa.String(16)),
    ("message", "parts", sa.Integer()),
    ("messaging", "region", sa.String(2)),
)


def upgrade() -> None:
    for table, name, named, any_name in CHECKS:
        _check(table, name, named, any_name)
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_index("ix_contact_mobile", "contact", ["mobile"])


def downgrade() -> None:
    bind = op.get_bind()
    for table, _name, named, _any_name in CHECKS:
        if bind.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE NOT ({named})")):
            raise RuntimeError(f"Rows of {table} go by text message, and the earlier version knows none.")
    op.drop_index("ix_contact_mobile", "contact")
    for table, name, _kind in COLUMNS:
        op.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {name}"))
    for table, name, named, any_name in CHECKS:
        _check(table, name, any_name, named)


def _check(table: str, name: str, before: str, after: str) -> None:
    """Give a table another CHECK. SQLite's rows stay as they are, and so do its triggers.

    Source: www.sqlite.org/lang_altertable.html, on changes that do not touch what is on disk.
    """
    bind, key = op.get_bind(), f"ck_{table}_{name}"
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(key), table, type_="check")
        op.create_check_constraint(op.f(key), table, after)
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    made = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
        ),
        {
            "table": table,
            "before": f"CONSTRAINT {key} CHECK ({before})",
            "after": f"CONSTRAINT {key} CHECK ({after})",
        },
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    if made.rowcount != 1:
        raise RuntimeError(f"The table {table} has not the CHECK {key} that it should have.")
