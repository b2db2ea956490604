"""What the database itself keeps in step: `visit.done_at`, and which patients changed since they were kept.

A trigger cannot be forgotten by a function that stores, corrects, annuls or erases answers, and it costs the
program no statement. Migrations make these triggers, each with a text of its own; a test compares their
result with this module. Others compare what they do with `surveys.models.visit.done_at`, and the kept list
of patients with the list computed anew.
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
_OF_PATIENT = "SELECT patient.id FROM patient WHERE patient."
_OF_VISIT = "SELECT DISTINCT patient.id FROM visit JOIN patient ON patient.id = visit.patient_id WHERE visit."
# Table → the query for the patients of its rows, and the rows' column that it compares.
_PATIENTS: Mapping[str, tuple[str, str]] = {
    "study": (f"{_OF_PATIENT}study_id", "id"),
    "patient": (f"{_OF_PATIENT}id", "id"),
    "visit": (f"{_OF_PATIENT}id", "patient_id"),
    "data_import": (f"{_OF_PATIENT}study_id", "study_id"),
    "response": (f"{_OF_VISIT}id", "visit_id"),
    "draft": (f"{_OF_VISIT}id", "visit_id"),
    "background": (f"{_OF_VISIT}id", "visit_id"),
}
# One row is enough where one transaction writes at a time. On PostgreSQL a row that is there may be one that
# another transaction is just taking away.
_ONCE = " AND patient.id NOT IN (SELECT patient_id FROM patient_changed)"


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
    """What follows a statement on `table`: visits get their `done_at`, or patients count as changed.

    `of` names columns; only an UPDATE that sets one of them counts then.
    """

    table: str
    statement: Literal["INSERT", "UPDATE", "DELETE"]
    keeps: Literal["done", "changed"]
    of: str = ""

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{self.table}_{self.statement.lower()}_{self.keeps}"

    def sql(self, dialect: Dialect) -> list[str]:
        """The statements that create it in an empty database."""
        row = "OLD" if self.statement == "DELETE" else "NEW"
        when = f"AFTER {self.statement}{self.of and f' OF {self.of}'} ON {self.table}"
        if dialect == "sqlite":
            return [f"CREATE TRIGGER {self.name} {when} BEGIN {self._follows(dialect, row)}; END"]
        # PostgreSQL takes all rows of a statement at once, except where a column is named.
        each = "FOR EACH ROW" if self.of else f"REFERENCING {row} TABLE AS changed FOR EACH STATEMENT"
        function = f"seventh_{self.name}()"
        body = f"$$ BEGIN {self._follows(dialect, row if self.of else None)}; RETURN NULL; END $$"
        return [
            f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {body}",
            f"CREATE TRIGGER {self.name} {when} {each} EXECUTE FUNCTION {function}",
        ]

    def _follows(self, dialect: Dialect, row: str | None) -> str:
        """The statement for this `row`, or for all rows of the statement."""

        def chosen(column: str) -> str:
            return f"= {row}.{column}" if row else f"IN (SELECT {column} FROM changed)"  # noqa: S608 — our own words

        if self.keeps == "done":
            return _settle(dialect, chosen("id" if self.table == "visit" else "visit_id"))
        patients, column = _PATIENTS[self.table]
        once = _ONCE if dialect == "sqlite" else ""
        return f"INSERT INTO patient_changed (patient_id) {patients} {chosen(column)}{once}"


def upkeeps() -> Iterator[Upkeep]:
    """Every such trigger."""
    for statement in ("INSERT", "UPDATE", "DELETE"):
        yield Upkeep("response", statement, "done")
        yield Upkeep("response", statement, "changed")
    yield Upkeep("visit", "UPDATE", "done", of="battery")
    yield Upkeep("visit", "DELETE", "changed")
    for table in ("patient", "visit"):
        yield Upkeep(table, "INSERT", "changed")
        yield Upkeep(table, "UPDATE", "changed")
    for table in ("draft", "background"):
        yield Upkeep(table, "INSERT", "changed")
        yield Upkeep(table, "DELETE", "changed")
    yield Upkeep("study", "UPDATE", "changed", of="timezone")  # its days begin at another hour
    # From then on the rows of an import are seen, or no longer.
    yield Upkeep("data_import", "UPDATE", "changed", of="finished_at, undone_at")
