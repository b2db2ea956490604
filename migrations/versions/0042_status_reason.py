"""Why a patient left or is lost, as a code."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

REASONS = (
    "'own_wish', 'no_consent', 'burden', 'recovered', 'elsewhere', 'illness', 'not_reached', 'clinic',"
    " 'other', 'unknown'"
)


def upgrade() -> None:
    # Not a batch, which would copy the table on SQLite and drop its triggers.
    op.execute(
        "ALTER TABLE patient ADD COLUMN status_reason VARCHAR(16)"
        f" CONSTRAINT ck_patient_status_reason CHECK (status_reason IN ({REASONS}))"
        " CONSTRAINT ck_patient_reason_of_status"
        " CHECK (status_reason IS NULL OR status IN ('left', 'lost'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE patient DROP COLUMN status_reason")
