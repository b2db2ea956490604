"""Whether a mapping may be used for a table: it is whole, confirmed, and names the columns that are there."""

from __future__ import annotations

from collections import Counter

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tables.mapping import FileMapping
from surveys.exchange.tables.table import Table


def must_fit(table: Table, mapping: FileMapping) -> None:
    """Refuse a mapping that nobody confirmed whole, or that the table does not fit.

    Raises:
        FileRefused: with every such fault.
    """
    faults = [
        Fault(_("mapping, %(place)s: the file has no column %(column)s.", place=place, column=repr(column)))
        for place, column in mapping.named()
        if column not in table.places
    ]
    named = {column for _, column in mapping.named()} | set(mapping.left_out)
    for column in table.columns:
        if column.name not in named:
            said = _(
                "This column is not in the mapping. Say what it is, or add it to left_out under [columns]."
            )
            faults.append(Fault(said, None, column.name))
    if not mapping.patient:
        faults.append(Fault(_('No column holds a patient code. Write [columns] patient = "…".')))
    if not (mapping.visit.constant or mapping.visit.column):
        faults.append(Fault(_('No visit is named. Write [visit] constant = "baseline", or column = "…".')))
    if not mapping.completed_on and not all(one.completed_on for one in mapping.instruments.values()):
        faults.append(Fault(_('No column holds the day of the answers. Write [columns] completed_on = "…".')))
    for name, one in mapping.treatments.items():
        if not (one.kind or one.kind_column):
            faults.append(
                Fault(_('[treatments.%(name)s] does not say of which kind. Write kind = "…".', name=name))
            )
    used = Counter(column for one in mapping.instruments.values() for column in one.items.values())
    for name, times in used.items():
        if times > 1:
            faults.append(Fault(_("This column is mapped to more than one item."), None, name))
    for part in mapping.unconfirmed:
        said = _(
            "[%(part)s] is a proposal. Look at it, and write confirmed = true (or take it out).", part=part
        )
        faults.append(Fault(said))
    if faults:
        raise FileRefused(faults)
