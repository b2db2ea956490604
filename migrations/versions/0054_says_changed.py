"""How the face is next to the last time: one more question of the short form."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

KEY = "ck_background_question"
BEFORE = (
    'onset', 'side', 'cause', 'treatments', 'operations', 'oral_corticosteroid', 'antiviral',
    'physiotherapy_neuromuscular_retraining', 'mime_therapy', 'massage', 'self_care', 'botulinum_toxin',
    'electrical_stimulation', 'acupuncture', 'stem_cell_therapy', 'eye_lubricants_or_taping',
    'facial_nerve_decompression', 'nerve_repair_or_graft', 'nerve_transfer', 'gracilis_free_muscle_transfer',
    'regional_muscle_transfer', 'static_sling', 'selective_neurectomy', 'myectomy', 'eyelid_weight',
    'other_periocular', 'tumour_operation', 'other', 'symptoms', 'mood_before', 'recovered', 'sent',
)
AFTER = (*BEFORE[:-2], 'changed', *BEFORE[-2:])


def upgrade() -> None:
    _check(BEFORE, AFTER)


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM background WHERE question = 'changed'")):
        raise RuntimeError("Patients said how the face has changed, and the earlier version knows no such answer.")
    _check(AFTER, BEFORE)


def _check(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Give the table another CHECK. SQLite's rows stay as they are, and so do its triggers.

    Source: www.sqlite.org/lang_altertable.html, on changes that do not touch what is on disk.
    """
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(KEY), "background", type_="check")
        op.create_check_constraint(op.f(KEY), "background", _one_of(after))
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    made = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = 'background' AND instr(sql, :before) > 0"
        ),
        {
            "before": f"CONSTRAINT {KEY} CHECK ({_one_of(before)})",
            "after": f"CONSTRAINT {KEY} CHECK ({_one_of(after)})",
        },
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    if made.rowcount != 1:
        raise RuntimeError(f"The table background has not the CHECK {KEY} that it should have.")


def _one_of(values: tuple[str, ...]) -> str:
    return f"question IN ({', '.join(repr(value) for value in values)})"
