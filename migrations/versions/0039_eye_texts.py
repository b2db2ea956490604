"""The study's words on when an eye needs a doctor, by language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column('study', sa.Column('eye_texts', JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column('study', 'eye_texts')
