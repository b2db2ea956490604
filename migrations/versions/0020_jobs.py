"""Jobs outside requests, the files they make, the boards they draw, and the hosts that work on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("host", sa.String(length=200), nullable=True),
        sa.Column("begun_at", INSTANT, nullable=True),
        sa.Column("beat_at", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("result", JSON, nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_state")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_job_progress")),
        sa.CheckConstraint("(state = 'running') = (beat_at IS NOT NULL)", name=op.f("ck_job_beat")),
        sa.CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_job_ended")),
        sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name=op.f("ck_job_error")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_job_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_key", "job", ["key"])
    op.create_index("ix_job_study_id", "job", ["study_id"])
    op.create_index("uq_job_live", "job", ["key"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("ix_job_live", "job", ["state", "id"], sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_table(
        "job_part",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_part_job_id")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_job_part")),
    )
    op.create_table(
        "board_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("software", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_board_copy_study_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_copy")),
        sa.UniqueConstraint("key", name=op.f("uq_board_copy_key")),
    )
    op.create_index("ix_board_copy_study_id", "board_copy", ["study_id"])
    op.create_table(
        "host",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )


def downgrade() -> None:
    for table in ("host", "board_copy", "job_part", "job"):
        op.drop_table(table)
