"""The digest of a study's tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping

import pandas as pd


def digest(
    study: str,
    tables: Mapping[str, pd.DataFrame],
    columns: Mapping[str, Mapping[str, str]],
    later: Mapping[str, Collection[str]],
) -> str:
    """SHA-256 of the tables' ``columns``; those of ``later`` count only where something is said in them."""
    made = hashlib.sha256(study.encode())
    for name, known in columns.items():
        table = tables[name]
        unsaid = {column for column in later.get(name, ()) if table[column].isna().all()}
        table = table[[column for column in known if column != "visit_id" and column not in unsaid]]
        if "battery" in table:
            table = table.assign(battery=table["battery"].map("|".join))
        if "answers" in table:
            table = table.assign(answers=table["answers"].map(as_text))
        lines = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").splitlines()
        made.update("\n".join([name, lines[0], *sorted(lines[1:])]).encode())
    return made.hexdigest()


def as_text(answers: Mapping[str, object] | str) -> str:
    """Answers as JSON in one order of keys."""
    return json.dumps(json.loads(answers) if isinstance(answers, str) else answers, sort_keys=True)
