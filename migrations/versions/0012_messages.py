"""The outbox, its words and settings, codes on letters; alerts acted on, rules of a study, word of alerts.

message and alert_mail rows are never deleted; message_template rows are never changed either.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
REFUSED = {
    "message": ("DELETE",),
    "message_template": ("UPDATE", "DELETE"),
    "alert_mail": ("DELETE",),
}
CHANNELS = "channel IN ('email', 'letter', 'telephone', 'visits')"
OUTCOMES = "outcome IN ('sent', 'failed', 'bounced', 'cancelled', 'unknown')"
OLD_STATES = "state IN ('new', 'acknowledged', 'closed', 'historical')"
STATES = "state IN ('new', 'acknowledged', 'acted_on', 'closed', 'historical')"
CONTACT = (("address", sa.String()), ("timezone", sa.String(64)), ("refused_email", sa.String(254)))
ALERT = (
    ("acted_at", INSTANT),
    ("acted_by", sa.String(100)),
    ("acted_note", sa.String()),
    ("closed_note", sa.String()),
    ("escalated_at", INSTANT),
    ("source", sa.String(16)),
    ("score", sa.Double()),
    ("before", sa.Double()),
)


def outgoing() -> list[sa.Column]:
    return [
        sa.Column('planned_at', INSTANT, nullable=False),
        sa.Column('retry_at', INSTANT, nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('claimed_at', INSTANT, nullable=True),
        sa.Column('outcome', sa.String(length=16), nullable=True),
        sa.Column('outcome_at', INSTANT, nullable=True),
        sa.Column('error', sa.String(length=100), nullable=True),
    ]


def upgrade() -> None:
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    *outgoing(),
    sa.CheckConstraint("kind IN ('invitation', 'reminder', 'thanks')", name=op.f('ck_message_kind')),
    sa.CheckConstraint(CHANNELS, name=op.f('ck_message_channel')),
    sa.CheckConstraint(OUTCOMES, name=op.f('ck_message_outcome')),
    sa.CheckConstraint('nth >= 1', name=op.f('ck_message_nth')),
    sa.CheckConstraint('(outcome IS NULL) = (outcome_at IS NULL)', name=op.f('ck_message_settled')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_message_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('visit_id', 'kind', 'nth', name=op.f('uq_message_visit_id_kind_nth'))
    )
    op.create_index('ix_message_outcome_planned_at', 'message', ['outcome', 'planned_at'], unique=False)
    op.create_table('messaging',
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('clinic', sa.String(length=200), nullable=False),
    sa.Column('reminder_days', JSON, nullable=False),
    sa.Column('send_hour', sa.Integer(), nullable=False),
    sa.Column('earliest_hour', sa.Integer(), nullable=False),
    sa.Column('latest_hour', sa.Integer(), nullable=False),
    sa.Column('thanks', sa.Boolean(), nullable=False),
    sa.Column('changed_by', sa.String(length=100), nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.CheckConstraint(
        '0 <= earliest_hour AND earliest_hour <= send_hour AND send_hour < latest_hour AND latest_hour <= 24',
        name=op.f('ck_messaging_hours')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_messaging_study_id')),
    sa.PrimaryKeyConstraint('study_id', name=op.f('pk_messaging'))
    )
    op.create_table('message_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=16), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('changed_by', sa.String(length=100), nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.CheckConstraint(
        "kind IN ('invitation', 'reminder', 'last_reminder', 'thanks', 'letter')",
        name=op.f('ck_message_template_kind')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_message_template_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_template'))
    )
    op.create_index(
        'ix_message_template_study_id_kind', 'message_template', ['study_id', 'kind'], unique=False
    )
    op.create_table('short_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['link.id'], name=op.f('fk_short_code_link_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_short_code')),
    sa.UniqueConstraint('digest', name=op.f('uq_short_code_digest')),
    sa.UniqueConstraint('link_id', name=op.f('uq_short_code_link_id'))
    )
    # Not a batch: SQLite adds a column, with its own CHECK, without copying the table.
    op.execute(f"ALTER TABLE contact ADD COLUMN channel VARCHAR(16) CONSTRAINT ck_contact_channel CHECK ({CHANNELS})")
    for name, kind in CONTACT:
        op.add_column('contact', sa.Column(name, kind, nullable=True))
    _allow(OLD_STATES, STATES)
    for name, kind in ALERT:
        op.add_column('alert', sa.Column(name, kind, nullable=True))
    op.create_table('alert_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('scale', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('at_least', sa.Double(), nullable=True),
    sa.CheckConstraint("kind IN ('at_least', 'worse')", name=op.f('ck_alert_rule_kind')),
    sa.CheckConstraint(
        "(kind = 'at_least') = (at_least IS NOT NULL)", name=op.f('ck_alert_rule_at_least')
    ),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_alert_rule_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rule')),
    sa.UniqueConstraint(
        'study_id', 'instrument', 'scale', 'kind', name=op.f('uq_alert_rule_study_id_instrument_scale_kind')
    )
    )
    op.create_table('alert_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('alert_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    *outgoing(),
    sa.CheckConstraint("kind IN ('raised', 'escalated', 'test')", name=op.f('ck_alert_mail_kind')),
    sa.CheckConstraint(OUTCOMES, name=op.f('ck_alert_mail_outcome')),
    sa.CheckConstraint("(kind = 'test') = (alert_id IS NULL)", name=op.f('ck_alert_mail_alert_id')),
    sa.CheckConstraint('(outcome IS NULL) = (outcome_at IS NULL)', name=op.f('ck_alert_mail_settled')),
    sa.ForeignKeyConstraint(['alert_id'], ['alert.id'], name=op.f('fk_alert_mail_alert_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_alert_mail_staff_id')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_alert_mail_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_mail')),
    sa.UniqueConstraint(
        'alert_id', 'kind', 'staff_id', name=op.f('uq_alert_mail_alert_id_kind_staff_id')
    )
    )
    op.create_index(
        'ix_alert_mail_outcome_planned_at', 'alert_mail', ['outcome', 'planned_at'], unique=False
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in ('alert_mail', 'alert_rule', 'short_code', 'message_template', 'messaging', 'message'):
        op.drop_table(table)
    for name, _ in reversed(ALERT):
        op.drop_column('alert', name)
    op.execute("UPDATE alert SET state = 'acknowledged' WHERE state = 'acted_on'")
    _allow(STATES, OLD_STATES)
    for name, _ in reversed(CONTACT):
        op.drop_column('contact', name)
    op.drop_column('contact', 'channel')


def _allow(before: str, after: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f('ck_alert_state'), 'alert', type_='check')
        op.create_check_constraint(op.f('ck_alert_state'), 'alert', after)
    else:
        _copy_alerts(before, after)


def _copy_alerts(before: str, after: str) -> None:
    """SQLite changes no CHECK: the table is made anew as it was written, with its index and its trigger."""
    made = op.get_bind().execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'alert' AND sql IS NOT NULL")
    ).all()
    [table] = [row.sql for row in made if row.type == "table"]
    if before not in table:
        raise RuntimeError(f"The table alert is not as expected: {before!r} is not in it.")
    changed = table.replace(before, after, 1)
    name = 'CREATE TABLE "alert"' if 'CREATE TABLE "alert"' in changed else "CREATE TABLE alert"
    op.execute(sa.text(_plain(changed.replace(name, "CREATE TABLE alert_new", 1))))
    op.execute("INSERT INTO alert_new SELECT * FROM alert")
    op.execute("DROP TABLE alert")
    op.execute("ALTER TABLE alert_new RENAME TO alert")
    for row in made:
        if row.type != "table":
            op.execute(sa.text(_plain(row.sql)))


def _plain(statement: str) -> str:
    """Colons are no parameters here."""
    return statement.replace(":", "\\:")


def _triggers(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} "
            f"{'' if statement == 'TRUNCATE' else 'FOR EACH ROW '}"
            f"EXECUTE FUNCTION seventh_refuse_{statement.lower()}()"
            for table, statements in REFUSED.items()
            for statement in (*statements, "TRUNCATE")
        ]
    return [
        f"CREATE TRIGGER {table}_{statement.lower()} BEFORE {statement} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: its rows are never {done}'); END"
        for table, statements in REFUSED.items()
        for statement, done in (("UPDATE", "updated"), ("DELETE", "deleted"))
        if statement in statements
    ]
