"""Visits and patients are counted from indexes alone, also past the rows of an unfinished import."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

DONE = sa.text("done_at IS NOT NULL AND withdrawn_at IS NULL")
COUNTED = ["import_id", "done_at", "withdrawn_at"]


def upgrade() -> None:
    _index(COUNTED, ["import_id"])


def downgrade() -> None:
    _index([], [])


def _index(of_visit: list[str], of_patient: list[str]) -> None:
    op.drop_index("ix_visit_done", table_name="visit")
    op.create_index(
        "ix_visit_done",
        "visit",
        ["study_id", "timepoint_id", *of_visit],
        sqlite_where=DONE,
        postgresql_where=DONE,
    )
    op.drop_index("ix_patient_site_folded", table_name="patient")
    op.create_index("ix_patient_site_folded", "patient", ["study_id", "site_folded", *of_patient])
