"""The file of amendments: what changed in the plan of visits, from which day on. It is about no patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.exchange.tidy.columns import TidyTable, day, text, whole
from surveys.exchange.tidy.queries import Selection
from surveys.models import Amendment, ConsentText
from surveys.store.visit import amendments

_Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class AmendedRow:
    """An amendment with the consent text that it asks, and the plan's rows before and after, by key."""

    row: Amendment
    consent_version: str | None
    before: _Rows
    after: _Rows

    @property
    def changed(self) -> list[str]:
        """The timepoints that are there before and after, in other words."""
        return [key for key in self.after if key in self.before and self.after[key] != self.before[key]]


def _rows(selection: Selection) -> Iterator[AmendedRow]:
    for one in amendments.of_study(selection.session, selection.study_id):
        asked = selection.session.get(ConsentText, one.consent_text_id) if one.consent_text_id else None
        yield AmendedRow(one, asked.version if asked else None, _by_key(one.before), _by_key(one.after))


def _by_key(rows: Sequence[Mapping[str, Any]]) -> _Rows:
    return {row["key"]: row for row in rows}


AMENDMENTS = TidyTable(
    "amendments",
    "Amendments of the study's plan",
    (
        whole(
            "plan_version",
            "The version of the plan that it made, as in visits.csv; the study began with version 1.",
            lambda one: one.row.number,
        ),
        text("protocol", "The version of the protocol, as the study names it.", lambda one: one.row.protocol),
        day(
            "holds_from",
            "It holds for visits that are due on this day or later and were not opened before.",
            lambda one: one.row.holds_from,
        ),
        text("reason", "Why the plan was amended.", lambda one: one.row.reason),
        text(
            "ethics_reference",
            "The reference of the ethics committee's opinion.",
            lambda one: one.row.ethics_reference,
        ),
        day("ethics_on", "The day of the opinion.", lambda one: one.row.ethics_on),
        text(
            "consent_version",
            "The consent text that had to be agreed to before anything added was asked; empty if none.",
            lambda one: one.consent_version,
        ),
        text(
            "added",
            "Timepoints that it added, separated by `;`.",
            lambda one: [key for key in one.after if key not in one.before],
        ),
        text(
            "ended",
            "Timepoints that it ended, separated by `;`.",
            lambda one: [key for key in one.before if key not in one.after],
        ),
        text(
            "changed",
            "Timepoints whose windows, repeats or questionnaires it changed, separated by `;`.",
            lambda one: one.changed,
        ),
    ),
    ("plan_version",),
    _rows,
)
