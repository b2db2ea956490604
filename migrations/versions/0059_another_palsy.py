"""Whether there was a palsy before, or from birth, and whether one came again: questions to patients."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

WHEN = (
    'oral_corticosteroid', 'antiviral', 'physiotherapy_neuromuscular_retraining', 'mime_therapy', 'massage',
    'self_care', 'botulinum_toxin', 'electrical_stimulation', 'acupuncture', 'stem_cell_therapy',
    'eye_lubricants_or_taping', 'facial_nerve_decompression', 'nerve_repair_or_graft', 'nerve_transfer',
    'gracilis_free_muscle_transfer', 'regional_muscle_transfer', 'static_sling', 'selective_neurectomy',
    'myectomy', 'eyelid_weight', 'other_periocular', 'tumour_operation', 'other',
)
QUESTIONS = (
    'onset', 'side', 'cause', 'treatments', 'operations', *WHEN, 'symptoms', 'mood_before', 'changed',
    'recovered', 'sent',
)
NEW = ('had_before', 'came_again', 'another_onset')
CHECKS = (
    ("background", "question", QUESTIONS, (*NEW, *QUESTIONS)),
    (
        "background_check",
        "fact",
        ('onset', 'side', 'cause', *WHEN),
        ('had_before', 'onset', 'side', 'cause', 'another_onset', *WHEN),
    ),
)


def upgrade() -> None:
    for table, column, before, after in CHECKS:
        _check(table, column, before, after)


def downgrade() -> None:
    told = sa.text("SELECT count(*) FROM background WHERE question IN ('had_before', 'came_again', 'another_onset')")
    if op.get_bind().scalar(told):
        raise RuntimeError("Patients told of another palsy, or of one from birth, and the earlier version knows no such answer.")
    for table, column, before, after in CHECKS:
        _check(table, column, after, before)


def _check(table: str, column: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Give the table another CHECK. SQLite's rows stay as they are, and so do its triggers.

    Source: www.sqlite.org/lang_altertable.html, on changes that do not touch what is on disk.
    """
    bind, key = op.get_bind(), f"ck_{table}_{column}"
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(key), table, type_="check")
        op.create_check_constraint(op.f(key), table, _one_of(column, after))
        return
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    made = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = :name AND instr(sql, :before) > 0"
        ),
        {
            "name": table,
            "before": f"CONSTRAINT {key} CHECK ({_one_of(column, before)})",
            "after": f"CONSTRAINT {key} CHECK ({_one_of(column, after)})",
        },
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
    if made.rowcount != 1:
        raise RuntimeError(f"The table {table} has not the CHECK {key} that it should have.")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"
