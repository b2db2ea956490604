"""What a study gives back to its patients, what they were shown, and what matters most to them; contact by language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TEXTS = ('contacts', 'use_texts', 'news_texts')
ERASED = """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')"""
ALERT_ANSWER = ("first_answer", "last_answer", "score", "before")
ALERT_NOTE = ("note", "acted_note", "closed_note")


def _gone(subject: str, table: str, columns: tuple[str, ...] = ()) -> str:
    still = f" AND ({' OR '.join(f'{name} IS NOT NULL' for name in columns)})" if columns else ""
    return (
        f"OLD.subject = '{subject}' AND NOT EXISTS"
        f" (SELECT 1 FROM {table} WHERE {table}.id = OLD.row_id{still})"
    )


OF_BEFORE = " OR ".join(
    (
        _gone("contact", "contact"),
        _gone("alert_answer", "alert", ALERT_ANSWER),
        _gone("alert_note", "alert", ALERT_NOTE),
        *(_gone(one, one) for one in ("assistance", "background", "response", "background_check")),
    )
)
OF_NOW = f"{OF_BEFORE} OR {_gone('priority', 'priority')}"


def upgrade() -> None:
    for name in TEXTS:
        op.add_column('study', sa.Column(name, JSON, nullable=False, server_default=sa.text("'{}'")))
    op.add_column('study', sa.Column('feedback', JSON, nullable=False, server_default=sa.text("'[]'")))
    op.create_table('feedback_shown',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=64), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(
        "what IN ('next_visit', 'use', 'news', 'answers', 'scores', 'doctor')",
        name=op.f('ck_feedback_shown_what'),
    ),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_feedback_shown_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_shown')),
    sa.UniqueConstraint('visit_id', 'what', name=op.f('uq_feedback_shown_visit_id_what'))
    )
    op.create_table('priority',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('matters', sa.String(length=32), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(
        "matters IN ('eye', 'smile', 'speech', 'eating', 'pain', 'mood', 'other')",
        name=op.f('ck_priority_matters'),
    ),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_priority_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_priority')),
    sa.UniqueConstraint('visit_id', name=op.f('uq_priority_visit_id'))
    )
    for statement in _for_postgresql() if op.get_bind().dialect.name == "postgresql" else _for_sqlite():
        op.execute(statement)
    _allow(OF_NOW)


def downgrade() -> None:
    _allow(OF_BEFORE)
    op.drop_table('priority')
    op.drop_table('feedback_shown')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seventh_priority_delete()")
    for name in ('feedback', *reversed(TEXTS)):
        op.drop_column('study', name)


def _allow(gone: str) -> None:
    """Let what binds a row be deleted once it is gone."""
    condition = f"OLD.key <> '' AND ({gone})"
    words = "rows are deleted only under a recorded erasure"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION seventh_binding_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT ({condition}) THEN RAISE EXCEPTION '% {words}', TG_TABLE_NAME;"
            " END IF; RETURN OLD; END $$"
        )
        return
    op.execute("DROP TRIGGER binding_delete")
    op.execute(
        f"CREATE TRIGGER binding_delete BEFORE DELETE ON binding WHEN NOT ({condition})"
        f" BEGIN SELECT RAISE(ABORT, 'binding {words}'); END"
    )


def _for_postgresql() -> list[str]:
    made = [
        "CREATE FUNCTION seventh_priority_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({ERASED}) THEN RAISE EXCEPTION "
        "'% rows are deleted only under a recorded erasure', TG_TABLE_NAME; END IF; RETURN OLD; END $$"
    ]
    for table in ("feedback_shown", "priority"):
        for statement in ("UPDATE", "DELETE", "TRUNCATE"):
            each = "" if statement == "TRUNCATE" else "FOR EACH ROW "
            own = (table, statement) == ("priority", "DELETE")
            function = "seventh_priority_delete" if own else f"seventh_refuse_{statement.lower()}"
            made.append(
                f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} {each}"
                f"EXECUTE FUNCTION {function}()"
            )
    return made


def _for_sqlite() -> list[str]:
    return [
        "CREATE TRIGGER feedback_shown_update BEFORE UPDATE ON feedback_shown "
        "BEGIN SELECT RAISE(ABORT, 'feedback_shown is append-only: its rows are never updated'); END",
        "CREATE TRIGGER feedback_shown_delete BEFORE DELETE ON feedback_shown "
        "BEGIN SELECT RAISE(ABORT, 'feedback_shown is append-only: its rows are never deleted'); END",
        "CREATE TRIGGER priority_update BEFORE UPDATE ON priority "
        "BEGIN SELECT RAISE(ABORT, 'priority is append-only: its rows are never updated'); END",
        f"CREATE TRIGGER priority_delete BEFORE DELETE ON priority WHEN NOT ({ERASED}) "
        "BEGIN SELECT RAISE(ABORT, 'priority rows are deleted only under a recorded erasure'); END",
    ]
