"""Whether the database still refuses what it must: its triggers, functions and constraints as stated.

Of a trigger and a function the text is compared, of a constraint or an index that it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, inspect, text
from sqlalchemy.orm import Session

from surveys.models import Base
from surveys.models.functions import FUNCTIONS
from surveys.models.triggers import Dialect, Trigger, in_one_order, triggers
from surveys.models.upkeep import Upkeep, upkeeps
from surveys.store.audit import roles
from surveys.store.audit.proof import Break

_ON_SQLITE = "SELECT name, sql AS said, 'O' AS enabled FROM sqlite_master WHERE type = 'trigger'"
_ON_POSTGRESQL = """
    SELECT tgname AS name, tgenabled AS enabled,
        split_part(pg_get_triggerdef(pg_trigger.oid), 'EXECUTE', 1) || prosrc AS said
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"""
_FUNCTIONS = """
    SELECT proname AS name, prosrc AS said FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype <> 'trigger'::regtype"""
_RULES = "SELECT rulename FROM pg_rules WHERE schemaname = current_schema()"


def missing(session: Session) -> Iterator[Break]:
    """Every trigger, function and constraint that is missing, switched off, changed, or not ours; every right
    of a server's role that it should not have."""
    dialect = cast(Dialect, session.get_bind().dialect.name)
    yield from _triggers(session, dialect)
    if dialect == "postgresql":
        yield from _functions(session)
        for name in session.scalars(text(_RULES)).all():
            yield Break(f"Rule {name}", "it is none of Seventh's")
        yield from roles.excess(session)
    else:
        for told in session.scalars(text("PRAGMA integrity_check")).all():
            if told != "ok":
                yield Break("Database file", str(told))
    yield from _constraints(session)


def _triggers(session: Session, dialect: Dialect) -> Iterator[Break]:
    there = {
        row["name"]: row
        for row in session.execute(text(_ON_SQLITE if dialect == "sqlite" else _ON_POSTGRESQL)).mappings()
    }
    both: tuple[Trigger | Upkeep, ...] = (*triggers(dialect), *upkeeps())
    stated = {trigger.name: trigger for trigger in both}
    for name, trigger in stated.items():
        if name not in there:
            yield Break(f"Trigger {name}", "it is missing")
        elif there[name]["enabled"] == "D":
            yield Break(f"Trigger {name}", "it is switched off")
        elif _plain(str(there[name]["said"])) != _plain(_said(trigger, dialect)):
            yield Break(f"Trigger {name}", "it was changed")
    for name in sorted(there.keys() - stated.keys()):
        yield Break(f"Trigger {name}", "it is none of Seventh's")


def _said(trigger: Trigger | Upkeep, dialect: Dialect) -> str:
    """The trigger as the database prints it: on PostgreSQL with its function's body."""
    if dialect == "sqlite":
        return trigger.sql(dialect)[0]
    function, create = trigger.sql(dialect)
    return create.partition("EXECUTE")[0] + function.split("$$")[1]


def _plain(definition: str) -> str:
    return in_one_order(definition).replace(" FOR EACH STATEMENT", "")


def _functions(session: Session) -> Iterator[Break]:
    there: Mapping[str, Any] = {row.name: row.said for row in session.execute(text(_FUNCTIONS))}
    for function in FUNCTIONS:
        name = function.split("(")[0].split()[-1]
        if name not in there:
            yield Break(f"Function {name}", "it is missing")
        elif there[name].split() != function.split("$$")[1].split():
            yield Break(f"Function {name}", "it was changed")


def _constraints(session: Session) -> Iterator[Break]:
    seen = inspect(session.connection())
    for table in Base.metadata.sorted_tables:
        there = {
            str(one["name"])
            for one in (
                *seen.get_check_constraints(table.name),
                *seen.get_unique_constraints(table.name),
                *seen.get_indexes(table.name),
                seen.get_pk_constraint(table.name),
            )
        }
        # SQLite knows no name of a foreign key that came with a later column.
        there |= {_keys(one["constrained_columns"]) for one in seen.get_foreign_keys(table.name)}
        stated = {
            _keys(one.column_keys) if isinstance(one, ForeignKeyConstraint) else str(one.name)
            for one in table.constraints
            if not isinstance(one, PrimaryKeyConstraint) or len(one)
        } | {str(one.name) for one in table.indexes}
        for name in sorted(stated - there):
            yield Break(f"Constraint {name}", f"{table.name} is without it")


def _keys(columns: Iterable[str]) -> str:
    return f"foreign key of {', '.join(columns)}"
