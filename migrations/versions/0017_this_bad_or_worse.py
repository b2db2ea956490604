"""Alert rules say at which end of a scale their threshold lies; those of before keep what they say."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = "id, study_id, instrument, scale, kind"


def upgrade() -> None:
    _change(
        ("at_least", "threshold"),
        "(kind = 'worse') = (threshold IS NULL)",
        "kind IN ('at_least', 'at_most', 'worse')",
        "kind",
    )


def downgrade() -> None:
    # The program of before knows one end only: a rule goes back to what it was before it was confirmed.
    _change(
        ("threshold", "at_least"),
        "(kind = 'at_least') = (at_least IS NOT NULL)",
        "kind IN ('at_least', 'worse')",
        "CASE kind WHEN 'at_most' THEN 'at_least' ELSE kind END",
    )


def _change(column: tuple[str, str], check: str, kinds: str, kind: str) -> None:
    old, new = column
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(f'ck_alert_rule_{old}'), 'alert_rule', type_='check')
        op.drop_constraint(op.f('ck_alert_rule_kind'), 'alert_rule', type_='check')
        op.execute(f"UPDATE alert_rule SET kind = {kind}")
        op.alter_column('alert_rule', old, new_column_name=new)
        op.create_check_constraint(op.f(f'ck_alert_rule_{new}'), 'alert_rule', check)
        op.create_check_constraint(op.f('ck_alert_rule_kind'), 'alert_rule', kinds)
        return
    # SQLite changes no CHECK: the table is made anew. It has no trigger and no further index, and no table
    # refers to it.
    op.create_table('alert_rule_new',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('study_id', sa.Integer(), nullable=False),
    sa.Column('instrument', sa.String(length=64), nullable=False),
    sa.Column('scale', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column(new, sa.Double(), nullable=True),
    sa.CheckConstraint(kinds, name=op.f('ck_alert_rule_kind')),
    sa.CheckConstraint(check, name=op.f(f'ck_alert_rule_{new}')),
    sa.ForeignKeyConstraint(['study_id'], ['study.id'], name=op.f('fk_alert_rule_study_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rule')),
    sa.UniqueConstraint(
        'study_id', 'instrument', 'scale', 'kind', name=op.f('uq_alert_rule_study_id_instrument_scale_kind')
    )
    )
    taken = COLUMNS.replace("kind", kind)
    op.execute(f"INSERT INTO alert_rule_new ({COLUMNS}, {new}) SELECT {taken}, {old} FROM alert_rule")
    op.drop_table('alert_rule')
    op.rename_table('alert_rule_new', 'alert_rule')
