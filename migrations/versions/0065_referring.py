"""Rows that refer to a response, a visit or a treatment are found by indexes: who deletes one has them looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

REFERRING = (
    ("response", "supersedes_id"),
    ("patient_state", "visit_id"),
    ("joining_request", "visit_id"),
    ("serving", "treatment_id"),
)


def upgrade() -> None:
    for table, column in REFERRING:
        those = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column}", table, [column], sqlite_where=those, postgresql_where=those
        )


def downgrade() -> None:
    for table, column in REFERRING:
        op.drop_index(f"ix_{table}_{column}", table)
