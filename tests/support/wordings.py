"""Files of made-up texts, complete for an instrument: `face-nl item q1`. No text is published."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from surveys.exchange.wording_file import COLUMNS
from surveys.instruments.instrument import Instrument


def made_up(
    instrument: Instrument, name: str = "authors", locales: Sequence[str] = ("en",), mark: str = ""
) -> dict[str, Any]:
    """The tables of a wording file; `mark` makes texts that differ from those without it."""
    key = f"{instrument.key}{mark}"
    return {
        "instrument": instrument.key,
        "version": instrument.version,
        "name": name,
        "texts": {
            locale: {
                "title": f"{key}-{locale} title",
                "notice": f"{key}-{locale} notice",
                "sections": {
                    section.key: {
                        "recall": f"{key}-{locale} recall {section.key}",
                        "instruction": f"{key}-{locale} instruction {section.key}",
                        "choices": {
                            str(choice.value): f"{key}-{locale} {section.key} {choice.value}"
                            for choice in section.choices
                        },
                    }
                    for section in instrument.sections
                },
                "items": {item.key: f"{key}-{locale} item {item.key}" for item in instrument.items},
            }
            for locale in locales
        },
    }


def as_toml(tables: dict[str, Any], path: str = "") -> str:
    """TOML of nested tables of texts."""
    lines = [f"{name} = {json.dumps(text)}" for name, text in tables.items() if isinstance(text, str)]
    if path:
        lines.insert(0, f"\n[{path}]")
    for name, inner in tables.items():
        if isinstance(inner, dict):
            lines.append(as_toml(inner, f"{path}.{name}" if path else name))
    return "\n".join(lines) + "\n"


def as_csv(tables: dict[str, Any]) -> str:
    """The same as CSV, a row per text."""
    rows = []
    for locale, text in tables["texts"].items():
        rows += [(locale, part, "", text[part]) for part in ("title", "notice") if part in text]
        for section, words in text["sections"].items():
            rows += [
                (locale, part, section, words[part]) for part in ("recall", "instruction") if part in words
            ]
            rows += [
                (locale, "choice", f"{section}.{value}", said) for value, said in words["choices"].items()
            ]
        rows += [(locale, "item", item, said) for item, said in text["items"].items()]
    whose = (tables["instrument"], tables["version"], tables["name"])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([COLUMNS, *((*whose, *row) for row in rows)])
    return out.getvalue()
