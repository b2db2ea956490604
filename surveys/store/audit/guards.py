"""Whether the database still refuses what it must: triggers, functions, tables and constraints as stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from surveys.models.functions import FUNCTIONS
from surveys.models.triggers import Dialect, Trigger, in_one_order, triggers
from surveys.models.upkeep import Upkeep, upkeeps
from surveys.store.audit import definitions, roles
from surveys.store.audit.proof import Break

_ON_SQLITE = "SELECT name, sql AS said, 'O' AS enabled FROM sqlite_master WHERE type = 'trigger'"
_ON_POSTGRESQL = """
    SELECT tgname AS name, tgenabled AS enabled,
        split_part(pg_get_triggerdef(pg_trigger.oid), 'EXECUTE', 1) || prosrc ||
            coalesce(array_to_string(proconfig, ' '), '') AS said
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"""
# Settings of a function too: they say where it looks for tables. An extension has functions of its own.
_FUNCTIONS = """
    SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')' AS name,
        prosrc || coalesce(array_to_string(proconfig, ' '), '') AS said FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype <> 'trigger'::regtype
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"""
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
    yield from _definitions(session)


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
        elif there[name]["enabled"] not in ("O", "A"):
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
    stated = {_signature(function): function.split("$$")[1] for function in FUNCTIONS}
    for name, body in stated.items():
        if name not in there:
            yield Break(f"Function {name}", "it is missing")
        elif there[name].split() != body.split():
            yield Break(f"Function {name}", "it was changed")
    for name in sorted(there.keys() - stated.keys()):
        yield Break(f"Function {name}", "it is none of Seventh's")


def _signature(function: str) -> str:
    return function.removeprefix("CREATE FUNCTION ").partition(")")[0] + ")"


def _definitions(session: Session) -> Iterator[Break]:
    bound = session.get_bind()
    stated = definitions.stated(bound if isinstance(bound, Engine) else bound.engine)
    if stated is None:
        yield Break(
            "Tables", "this role may make no temporary ones, so that nobody knows whether they were changed"
        )
        return
    there = definitions.definitions(session.connection())
    for name in sorted(stated.keys() - there.keys()):
        yield Break(name, "it is missing")
    for name, said in sorted(there.items()):
        if name not in stated:
            if definitions.none_of_ours(name, said):
                yield Break(name, "it is none of Seventh's")
        elif said != stated[name]:
            yield Break(name, "it was changed")
