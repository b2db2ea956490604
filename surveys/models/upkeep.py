"""What the database itself keeps in step: `visit.done_at` follows the responses and the battery.

A trigger cannot be forgotten by a function that stores, corrects, annuls or erases answers, and it costs the
program no statement. Migrations make these triggers, each with a text of its own; a test compares their
result with this module, and another compares what they do with `surveys.models.visit.done_at`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from surveys.models.response import STAMPS
from surveys.models.triggers import Dialect

_STANDS: Mapping[str, str] = {
    dialect: " AND ".join([*(f"response.{stamp} IS NULL" for stamp in STAMPS), not_held])
    for dialect, not_held in (("sqlite", "response.held = 0"), ("postgresql", "NOT response.held"))
}
_ASKED: Mapping[Dialect, str] = {
    "sqlite": "json_each(asking.battery) AS asked",
    "postgresql": "jsonb_array_elements_text(asking.battery) AS asked(value)",
}
_DIFFERS: Mapping[Dialect, str] = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def _settle(dialect: Dialect, visits: str) -> str:
    """The statement that sets `done_at` of these `visits` where it is not what the rule says."""
    return f"""UPDATE visit SET done_at = ruled.done_at FROM (
        SELECT asking.id, (
            SELECT CASE WHEN count(*) = count(response.id) THEN max(response.submitted_at) END
            FROM {_ASKED[dialect]} LEFT JOIN response
            ON response.visit_id = asking.id AND response.instrument = asked.value
            AND {_STANDS[dialect]}
        ) AS done_at FROM visit AS asking WHERE asking.id {visits}
    ) AS ruled WHERE visit.id = ruled.id AND visit.done_at {_DIFFERS[dialect]} ruled.done_at"""  # noqa: S608 — our own words


@dataclass(frozen=True)
class Upkeep:
    """After a statement on `table` the visits that `column` names get their `done_at`."""

    table: str
    statement: Literal["INSERT", "UPDATE", "DELETE"]
    column: str
    of: str = ""

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{self.table}_{self.statement.lower()}_done"

    def sql(self, dialect: Dialect) -> list[str]:
        """The statements that create it in an empty database."""
        row = "OLD" if self.statement == "DELETE" else "NEW"
        when = f"AFTER {self.statement}{self.of and f' OF {self.of}'} ON {self.table}"
        one = f"= {row}.{self.column}"
        if dialect == "sqlite":
            return [f"CREATE TRIGGER {self.name} {when} BEGIN {_settle(dialect, one)}; END"]
        # PostgreSQL takes all rows of a statement at once, except where a column is named.
        many = f"IN (SELECT {self.column} FROM changed)"  # noqa: S608 — our own words
        settle = _settle(dialect, one if self.of else many)
        each = "FOR EACH ROW" if self.of else f"REFERENCING {row} TABLE AS changed FOR EACH STATEMENT"
        function = f"seventh_{self.name}()"
        body = f"$$ BEGIN {settle}; RETURN NULL; END $$"
        return [
            f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {body}",
            f"CREATE TRIGGER {self.name} {when} {each} EXECUTE FUNCTION {function}",
        ]


def upkeeps() -> Iterator[Upkeep]:
    """Every such trigger."""
    for statement in ("INSERT", "UPDATE", "DELETE"):
        yield Upkeep("response", statement, "visit_id")
    yield Upkeep("visit", "UPDATE", "id", of="battery")
