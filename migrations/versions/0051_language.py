"""The language in which a member of staff reads the pages."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('staff', sa.Column('language', sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column('staff', 'language')
