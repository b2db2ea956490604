"""What a package brought of its visits may be removed again once its import is taken back."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

ERASED = """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')"""
UNDONE = """EXISTS (SELECT 1 FROM visit JOIN data_import ON data_import.id = visit.import_id
    WHERE visit.id = OLD.visit_id AND data_import.undone_at IS NOT NULL)"""
CHECK_ERASED = """EXISTS (SELECT 1 FROM background JOIN visit ON visit.id = background.visit_id
        JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE background.id = OLD.background_id AND erasure.level = 'answers')"""
CHECK_UNDONE = """EXISTS (SELECT 1 FROM background JOIN visit ON visit.id = background.visit_id
        JOIN data_import ON data_import.id = visit.import_id
        WHERE background.id = OLD.background_id AND data_import.undone_at IS NOT NULL)"""
OF_VISITS = ("assistance", "background", "priority")
WORDS = "rows are deleted only under a recorded erasure"
NEVER = "feedback_shown is append-only: its rows are never deleted"


def upgrade() -> None:
    for table in OF_VISITS:
        _allow(table, f"{ERASED} OR {UNDONE}")
    _allow("background_check", f"{CHECK_ERASED} OR {CHECK_UNDONE}")
    if _is_postgresql():
        op.execute("DROP TRIGGER feedback_shown_delete ON feedback_shown")
        op.execute(_function("feedback_shown", UNDONE))
        op.execute(
            "CREATE TRIGGER feedback_shown_delete BEFORE DELETE ON feedback_shown "
            "FOR EACH ROW EXECUTE FUNCTION seventh_feedback_shown_delete()"
        )
    else:
        _allow("feedback_shown", UNDONE)


def downgrade() -> None:
    for table in OF_VISITS:
        _allow(table, ERASED)
    _allow("background_check", CHECK_ERASED)
    if _is_postgresql():
        op.execute("DROP TRIGGER feedback_shown_delete ON feedback_shown")
        op.execute("DROP FUNCTION seventh_feedback_shown_delete()")
        op.execute(
            "CREATE TRIGGER feedback_shown_delete BEFORE DELETE ON feedback_shown "
            "FOR EACH ROW EXECUTE FUNCTION seventh_refuse_delete()"
        )
    else:
        op.execute("DROP TRIGGER feedback_shown_delete")
        op.execute(
            "CREATE TRIGGER feedback_shown_delete BEFORE DELETE ON feedback_shown "
            f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
        )


def _allow(table: str, condition: str) -> None:
    """Let rows of a table be deleted under this condition alone."""
    if _is_postgresql():
        op.execute(_function(table, condition))
        return
    op.execute(f"DROP TRIGGER {table}_delete")
    op.execute(
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} WHEN NOT ({condition})"
        f" BEGIN SELECT RAISE(ABORT, '{table} {WORDS}'); END"
    )


def _function(table: str, condition: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION seventh_{table}_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT ({condition}) THEN RAISE EXCEPTION '% {WORDS}', TG_TABLE_NAME;"
        " END IF; RETURN OLD; END $$"
    )


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
