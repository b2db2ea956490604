"""Read and check the words of an instrument: every item and choice in every language, no markup."""

import re
from collections.abc import Iterator, Mapping
from typing import cast, get_args

from analysis.words import words as _
from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Item, LocaleText, Section, SectionText, Wording, WordingStatus
from surveys.instruments.table import TomlTable

LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_VALUE = re.compile(r"0|-?[1-9]\d*")
_MARKUP = re.compile(r"<\s*[/!?a-zA-Z]|&(#\w+|[A-Za-z]\w*);")


def read_wording(root: TomlTable) -> Wording:
    """The `wording` table: name, status, and texts by language.

    Only a study's own form may have questions without a recall period.
    """
    with root.open_table("wording") as table:
        return Wording(
            name=table.text("name"),
            status=cast(WordingStatus, table.one_of("status", get_args(WordingStatus))),
            texts=read_texts(table, recalls="study" not in root) if "texts" in table else {},
        )


def read_texts(wording: TomlTable, *, recalls: bool = True) -> dict[str, LocaleText]:
    """The table `texts` of a wording, a table per language."""
    with wording.open_table("texts") as texts:
        return {locale: _locale(texts, locale, recalls) for locale in texts.names()}


def check_wording(
    wording: Wording, sections: tuple[Section, ...], items: tuple[Item, ...], faults: Faults
) -> None:
    """Adds a fault for each text that a language lacks, or has for a part that does not exist."""
    if faults.at("wording", "wording.status", "wording.texts"):
        return
    if wording.status == "absent" and wording.texts:
        faults.add(
            "wording.texts",
            _("has texts, but the wording is said to be absent."),
            _("Remove the texts, or say verbatim or working."),
        )
    if wording.status != "absent" and not wording.texts:
        faults.add(
            "wording.texts",
            _("has no language, but the wording is said to be %(status)s.", status=wording.status),
            _("Add [wording.texts.en], or say absent."),
        )
    check_texts("wording.texts", wording.texts, sections, items, faults)


def check_texts(
    where: str,
    texts: Mapping[str, LocaleText],
    sections: tuple[Section, ...],
    items: tuple[Item, ...],
    faults: Faults,
) -> None:
    """Adds a fault below `where` for each missing text, and for each text of an unknown part."""
    sound = [section for section in sections if not faults.about(f"sections.{section.key}")]
    names = {section.key for section in sound}
    doubtful = {section.key for section in sections} - names
    for locale, text in texts.items():
        place = f"{where}.{locale}"
        if not LOCALE.fullmatch(locale):
            faults.add(place, _("is not a language code."), _("Write one such as en, de or pt-BR."))
        _compare(f"{place}.items", "item", {item.key for item in items}, set(text.items), faults)
        _compare(f"{place}.sections", "section", names, set(text.sections) - doubtful, faults)
        for section in sound:
            if section.key in text.sections:
                _compare_choices(
                    f"{place}.sections.{section.key}.choices", section, text.sections[section.key], faults
                )


def check_markup(data: object, faults: Faults, where: str = "") -> None:
    """Adds a fault for each text of a file, staff's or patients', that holds tags or character entities."""
    for place, text in _strings(data, where):
        if found := _MARKUP.search(text):
            faults.add(
                place, f"holds markup ({found.group()!r}).", _("Write plain text: pages add the markup.")
            )


def _locale(texts: TomlTable, locale: str, recalls: bool) -> LocaleText:
    with texts.open_table(locale) as table:
        with table.open_table("sections") as sections:
            by_section = {key: _section(sections, key, recalls) for key in sections.names()}
        with table.open_table("items") as items:
            by_item = {key: items.text(key) for key in items.names()}
        return LocaleText(
            title=table.text("title"),
            notice=table.optional_text("notice"),
            sections=by_section,
            items=by_item,
        )


def _section(sections: TomlTable, key: str, recalls: bool) -> SectionText:
    with sections.open_table(key) as table:
        return SectionText(
            recall=table.text("recall") if recalls or "recall" in table else "",
            instruction=table.optional_text("instruction") or "",
            choices=_choices(table) if "choices" in table else {},
        )


def _choices(section: TomlTable) -> dict[int, str]:
    with section.open_table("choices") as table:
        labels = {name: table.text(name) for name in table.names()}
        for name in labels:
            if not _VALUE.fullmatch(name):
                table.faults.add(
                    table.at(name), _("is not a whole number."), _("Use the choice's value as its name.")
                )
    return {int(name): label for name, label in labels.items() if _VALUE.fullmatch(name)}


def _compare_choices(where: str, section: Section, text: SectionText, faults: Faults) -> None:
    if section.choices and not text.choices and not faults.about(where):
        faults.add(where, _("is missing."), _("Add the text of each choice."))
        return
    _compare(
        where,
        "choice",
        {str(choice.value) for choice in section.choices},
        {str(value) for value in text.choices},
        faults,
    )


def _compare(where: str, kind: str, wanted: set[str], found: set[str], faults: Faults) -> None:
    if faults.at(where):
        return
    for key in sorted(wanted - found):
        faults.add(f"{where}.{key}", _("is missing."), _("Add the text of this %(kind)s.", kind=kind))
    for key in sorted(found - wanted):
        faults.add(
            f"{where}.{key}",
            _("names no %(kind)s of the instrument.", kind=kind),
            _("Remove it or add the %(kind)s.", kind=kind),
        )


def _strings(data: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield where, data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _strings(value, f"{where}.{name}" if where else name)
    elif isinstance(data, list):
        for position, value in enumerate(data, start=1):
            yield from _strings(value, f"{where}.{position}")
