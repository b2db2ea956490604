"""Changes that the database itself refuses: most updates, and deletions without a recorded erasure.

Migrations make these triggers, each with a text of its own; a test compares their result with this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from surveys.models.facts import FACTS, Fact
from surveys.models.freeze import Freeze
from surveys.models.response import STAMPS, Response

Dialect = Literal["sqlite", "postgresql"]
NEVER_UPDATED = "{table} is append-only: its rows are never updated"
NEVER_DELETED = "{table} is append-only: its rows are never deleted"
ONLY_ERASED = "{table} rows are deleted only under a recorded erasure"
NEVER_TRUNCATED = "{table} is never truncated"

APPEND_ONLY = (
    "amendment",
    "analysis_plan",
    "assistance",
    "background",
    "background_check",
    "backup_proof",
    "binding",
    "consent",
    "consent_text",
    "erasure",
    "event",
    "event_value",
    "feedback_shown",
    "instrument_version",
    "message_template",
    "own_form",
    "permission",
    "priority",
    "report",
    "report_file",
    "score",
    "signature",
    "wording",
)
KEPT = (
    "alert_mail",
    "amendment",
    "analysis_plan",
    "backup_proof",
    "consent",
    "consent_text",
    "data_freeze",
    "data_import",
    "head_mail",
    "message",
    "message_template",
    "own_form",
    "permission",
    "report",
    "signature",
    "wording",
)
KEPT_EVEN_THEN = ("erasure", "event", "instrument_version")
_ANSWERS_ERASED = """EXISTS (SELECT 1 FROM visit JOIN erasure ON erasure.patient_id = visit.patient_id
    WHERE visit.id = OLD.visit_id AND erasure.level = 'answers')"""
_ANSWERED = """EXISTS (SELECT 1 FROM response
    WHERE response.visit_id = OLD.visit_id AND response.instrument = OLD.instrument)"""
_VISIT_UNDONE = """EXISTS (SELECT 1 FROM visit JOIN data_import ON data_import.id = visit.import_id
    WHERE visit.id = OLD.visit_id AND data_import.undone_at IS NOT NULL)"""
_IMPORT_UNDONE = """EXISTS (SELECT 1 FROM data_import
    WHERE data_import.id = OLD.import_id AND data_import.undone_at IS NOT NULL)"""


def _still(fact: Fact) -> str:
    """The condition that a row still has its part, after that it is the row."""
    return f" AND ({' OR '.join(f'{name} IS NOT NULL' for name in fact.only)})" if fact.only else ""


_ROW_GONE = " OR ".join(
    f"OLD.subject = '{fact.subject}' AND NOT EXISTS"  # noqa: S608 - names of our tables
    f" (SELECT 1 FROM {fact.table} WHERE {fact.table}.{fact.key.name} = OLD.row_id{_still(fact)})"
    for fact in FACTS
    if fact.erased
)
# Table → when one of its rows (OLD) may be deleted.
DELETABLE: Mapping[str, str] = {
    "alert": """EXISTS (SELECT 1 FROM response JOIN data_import ON data_import.id = response.import_id
        WHERE response.visit_id = OLD.visit_id AND response.instrument = OLD.instrument
        AND data_import.undone_at IS NOT NULL)""",
    **dict.fromkeys(("assistance", "background", "priority"), f"{_ANSWERS_ERASED} OR {_VISIT_UNDONE}"),
    "feedback_shown": _VISIT_UNDONE,
    "background_check": """EXISTS (SELECT 1 FROM background JOIN visit ON visit.id = background.visit_id
        JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE background.id = OLD.background_id AND erasure.level = 'answers') OR
        EXISTS (SELECT 1 FROM background JOIN visit ON visit.id = background.visit_id
        JOIN data_import ON data_import.id = visit.import_id
        WHERE background.id = OLD.background_id AND data_import.undone_at IS NOT NULL)""",
    "binding": f"OLD.key <> '' AND ({_ROW_GONE})",
    "contact": """EXISTS (SELECT 1 FROM patient JOIN erasure ON erasure.patient_id = patient.id
        WHERE patient.contact_id = OLD.id)""",
    "draft": " OR ".join([_ANSWERED, _ANSWERS_ERASED]),
    "event_value": """EXISTS (SELECT 1 FROM event JOIN erasure ON erasure.patient_id = event.patient_id
        WHERE event.id = OLD.event_id)""",
    "report_file": """EXISTS (SELECT 1 FROM report JOIN patient ON patient.study_id = report.study_id
        JOIN erasure ON erasure.patient_id = patient.id
        WHERE report.id = OLD.report_id AND erasure.level = 'answers')""",
    "response": " OR ".join([_ANSWERS_ERASED, _IMPORT_UNDONE]),
    "score": """EXISTS (SELECT 1 FROM response JOIN visit ON visit.id = response.visit_id
        JOIN erasure ON erasure.patient_id = visit.patient_id
        WHERE response.id = OLD.response_id AND erasure.level = 'answers') OR
        EXISTS (SELECT 1 FROM response JOIN data_import ON data_import.id = response.import_id
        WHERE response.id = OLD.response_id AND data_import.undone_at IS NOT NULL)""",
}
# NULL counts as a value here.
_EQUALS: Mapping[Dialect, str] = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}
_DIFFERS: Mapping[Dialect, str] = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
# A freeze loses its content, and gets a stamp, once answers in it are erased.
EMPTIED = ("content", "emptied_at")
_FREEZE_EMPTIED = "OLD.content IS NOT NULL AND NEW.content IS NULL"
_FREEZE_ERASED = """EXISTS (SELECT 1 FROM erasure JOIN patient ON patient.id = erasure.patient_id
    WHERE patient.study_id = OLD.study_id AND erasure.level = 'answers')"""


@dataclass(frozen=True)
class Trigger:
    """A statement on a table is `refused` under this condition on OLD and NEW, or always; `words` say why."""

    table: str
    statement: Literal["UPDATE", "DELETE", "TRUNCATE"]
    words: str
    refused: str = ""

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"{self.table}_{self.statement.lower()}"

    def sql(self, dialect: Dialect) -> list[str]:
        """The statements that create it in an empty database."""
        return self._for_sqlite() if dialect == "sqlite" else self._for_postgresql()

    def _for_sqlite(self) -> list[str]:
        when = f" WHEN {self.refused}" if self.refused else ""
        words = self.words.format(table=self.table)
        return [f"{self._before()}{when} BEGIN SELECT RAISE(ABORT, '{words}'); END"]

    def _for_postgresql(self) -> list[str]:
        named = ", TG_TABLE_NAME" if "{table}" in self.words else ""
        body = f"RAISE EXCEPTION '{self.words.format(table='%')}'{named};"
        if self.refused:
            row = "NEW" if self.statement == "UPDATE" else "OLD"
            body = f"IF {self.refused} THEN {body} END IF; RETURN {row};"
        function = f"seventh_{self.name}()"
        each = "" if self.statement == "TRUNCATE" else " FOR EACH ROW"
        make = f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        return [make, f"{self._before()}{each} EXECUTE FUNCTION {function}"]

    def _before(self) -> str:
        return f"CREATE TRIGGER {self.name} BEFORE {self.statement} ON {self.table}"


def triggers(dialect: Dialect) -> Iterator[Trigger]:
    """Every trigger on a database of this kind."""
    yield from (Trigger(table, "UPDATE", NEVER_UPDATED) for table in APPEND_ONLY)
    yield Trigger("response", "UPDATE", NEVER_UPDATED, _response_changed(dialect))
    yield Trigger(
        "data_freeze",
        "UPDATE",
        "data_freeze is append-only: its content goes only when answers in it are erased",
        f"NOT ({_FREEZE_EMPTIED} AND {_freeze_kept(dialect)} AND {_FREEZE_ERASED})",
    )
    yield from (Trigger(table, "DELETE", NEVER_DELETED) for table in KEPT)
    yield from (Trigger(table, "DELETE", ONLY_ERASED) for table in KEPT_EVEN_THEN)
    yield from (
        Trigger(table, "DELETE", ONLY_ERASED, f"NOT ({allowed})") for table, allowed in DELETABLE.items()
    )
    if dialect == "postgresql":
        guarded = sorted({*KEPT, *KEPT_EVEN_THEN, *DELETABLE})
        yield from (Trigger(table, "TRUNCATE", NEVER_TRUNCATED) for table in guarded)


def _response_changed(dialect: Dialect) -> str:
    """The condition that more than the stamps differs, that one set before differs, or that it is held."""
    if dialect == "sqlite":
        free = (*STAMPS, "held")
        fixed = [column.name for column in Response.__table__.columns if column.name not in free]
        changed = " OR ".join(f"NEW.{name} {_DIFFERS[dialect]} OLD.{name}" for name in fixed)
    else:
        without = "".join(f" - '{name}'" for name in (*STAMPS, "held"))
        changed = " <> ".join(f"to_jsonb({row}){without}" for row in ("NEW", "OLD"))
    again = (f"(OLD.{stamp} IS NOT NULL AND NEW.{stamp} {_DIFFERS[dialect]} OLD.{stamp})" for stamp in STAMPS)
    return " OR ".join([changed, *again, "(NEW.held AND NOT OLD.held)"])


def _freeze_kept(dialect: Dialect) -> str:
    """The condition that every column except the content and its stamp stays."""
    kept = [column.name for column in Freeze.__table__.columns if column.name not in EMPTIED]
    return " AND ".join(f"NEW.{name} {_EQUALS[dialect]} OLD.{name}" for name in kept)


# Orders that mean nothing: of the values of a list, of columns of which none may change.
_VALUES = re.compile(r"(?<=ARRAY\[)[^]]+(?=\])|(?<= IN \()[^()]+(?=\))")
_UNCHANGED = re.compile(r"(?:NEW\.\w+ IS NOT OLD\.\w+ OR )+")


def in_one_order(definition: str) -> str:
    """A definition without what does not change its meaning: spaces, schemas, and the orders above."""
    plain = " ".join(definition.replace(" ON public.", " ON ").replace(" ON models.", " ON ").split())
    plain = _VALUES.sub(lambda found: ", ".join(sorted(found[0].split(", "))), plain)
    return _UNCHANGED.sub(lambda found: "".join(sorted(re.findall(r"NEW.*? OR ", found[0]))), plain)
