"""A study's consent text, read from TOML: bytes in, texts by language out. docs/commands.md shows one."""

from __future__ import annotations

import tomllib
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.store.patient.consents import PARTS, NewText
from surveys.typed import holds_hidden_signs

HIDDEN = _("a control sign, which no page shows. Remove it.")


def read(content: bytes) -> tuple[str, dict[str, NewText]]:
    """The version, and the text in each language.

    Raises:
        FileRefused: with every fault of the file.
    """
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileRefused([Fault(_("The file is not UTF-8."))]) from None
    except tomllib.TOMLDecodeError as error:
        raise FileRefused([Fault(_("The file is not TOML: %(error)s.", error=error))]) from None
    faults: list[str] = []
    version = tables.pop("version", None)
    if not isinstance(version, str) or not 0 < len(version.strip()) <= 64:
        faults.append(_('The text needs a version, such as version = "1".'))
    if not tables:
        faults.append(_("There is no text: write one for each language of the study, such as [en]."))
    if isinstance(version, str) and holds_hidden_signs(version):
        faults.append(_("The version holds %(hidden)s", hidden=HIDDEN))
    texts = {}
    for locale, table in tables.items():
        found = _read_text(locale, table, faults)
        if found is not None:
            texts[locale] = found
    if len({frozenset(text.parts) for text in texts.values()}) > 1:
        faults.append(_("Every language must have the same parts."))
    if faults:
        raise FileRefused([Fault(fault) for fault in faults])
    return str(version).strip(), texts


def _read_text(locale: str, table: Any, faults: list[str]) -> NewText | None:
    if not isinstance(table, dict) or not isinstance(table.get("text"), str) or not table["text"].strip():
        faults.append(_('[%(locale)s] needs a text: text = """…""".', locale=locale))
        return None
    parts = table.get("parts", {})
    unknown = [f"[{locale}] {name}" for name in table if name not in ("text", "parts")]
    if not isinstance(parts, dict) or not all(
        isinstance(said, str) and said.strip() for said in parts.values()
    ):
        faults.append(_("[%(locale)s.parts] must give a sentence for each part.", locale=locale))
        return None
    unknown += [f"[{locale}.parts] {part}" for part in parts if part not in PARTS]
    if unknown:
        faults.append(
            _(
                "%(unknown)s is not known. Parts are: %(parts)s.",
                unknown=", ".join(unknown),
                parts=", ".join(PARTS),
            )
        )
        return None
    if any(map(holds_hidden_signs, (table["text"], *parts.values()))):
        faults.append(f"[{locale}] holds {HIDDEN}")
        return None
    return NewText(table["text"].strip(), {part: parts[part].strip() for part in PARTS if part in parts})
