"""Whether answers without a consent that stands leave a study's analyses and exports."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'study', sa.Column('leaves_out_without_consent', sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column('study', 'leaves_out_without_consent')
