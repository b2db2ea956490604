"""An index finds the responses of a visit, also those that no longer stand."""

from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_response_visit_id", "response", ["visit_id"])


def downgrade() -> None:
    op.drop_index("ix_response_visit_id", "response")
