"""From TOML tables to the parts of an instrument. It reads shape only; checks.py compares the parts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast, get_args

from analysis.words import words
from surveys.instruments.instrument import (
    Alert,
    Answer,
    AnsweredBy,
    Choice,
    Citation,
    Example,
    Facts,
    Instrument,
    Item,
    ItemKind,
    Licence,
    Loinc,
    NotBefore,
    Noted,
    Section,
    SharedContent,
    Subject,
    Supply,
    WrongAnswer,
    canonical_sha256,
)
from surveys.instruments.origin import PROGRAMS, Origin, OriginChoice, OriginItem, Program
from surveys.instruments.scale import (
    Band,
    Between,
    ChangeKind,
    ChangeThreshold,
    Cutoff,
    Direction,
    LookupRow,
    Method,
    MissingMethod,
    MissingRule,
    Outline,
    Part,
    Scale,
)
from surveys.instruments.table import TomlTable
from surveys.instruments.wording import read_wording

_NOT_HASHED = ("wording", "facts")  # a wording has its own digest; facts change no answer and no score


def read_instrument(data: dict[str, object], source: str, root: TomlTable) -> Instrument:
    """The instrument of a whole file; faults go to the table's faults.

    Its sha256 covers everything except the wording and the facts, as written. Layout, comments and the order
    of keys do not count, and a later version of this program with more names gives the same digest.
    """
    structure = {name: value for name, value in data.items() if name not in _NOT_HASHED}
    instrument = Instrument(
        key=root.text("key"),
        version=root.text("version"),
        title=root.text("title"),
        short_title=root.text("short_title"),
        purpose=root.text("purpose"),
        recall=root.text("recall"),
        minutes=root.whole("minutes") if "minutes" in root or "supply" not in root else 0,
        never_last=root.flag("never_last"),
        answered_by=cast(AnsweredBy, root.one_of("answered_by", get_args(AnsweredBy)))
        if "answered_by" in root
        else "patient",
        not_to_be_confused_with=root.texts("not_to_be_confused_with"),
        citation=_citation(root),
        licence=_licence(root),
        loinc=_loinc(root),
        traps=root.texts("traps"),
        evidence=root.texts("evidence"),
        translations=root.texts("translations"),
        references=root.texts("references"),
        sections=tuple(_section(table) for table in root.each("sections", "key")),
        items=tuple(_item(table) for table in root.each("items", "key")),
        scales=_scales(root),
        alerts=tuple(_alert(table) for table in root.each("alerts", "rule")),
        change_thresholds=tuple(_threshold(table) for table in root.each("change_thresholds", "kind")),
        examples=tuple(_example(table) for table in root.each("examples", "name")),
        supply=_supply(root) if "supply" in root else None,
        wording=read_wording(root),
        facts=_facts(root) if "facts" in root else Facts(),
        sha256=canonical_sha256(structure),
        source=source,
        study=root.optional_text("study"),
        once=root.flag("once"),
        origin=_origin(root),
    )
    root.refuse_unknown()
    return instrument


def _citation(root: TomlTable) -> Citation:
    with root.open_table("citation") as table:
        return Citation(
            authors=table.text("authors"),
            title=table.text("title"),
            journal=table.optional_text("journal"),
            year=table.whole("year"),
            volume=table.optional_text("volume"),
            pages=table.optional_text("pages"),
            doi=table.optional_text("doi"),
            note=table.optional_text("note"),
            publisher=table.optional_text("publisher"),
        )


def _licence(root: TomlTable) -> Licence:
    with root.open_table("licence") as table:
        return Licence(
            status=table.text("status"),
            shippable=table.text("shippable"),
            holder=table.text("holder"),
            statement=table.text("statement"),
            source=table.text("source"),
            obligation=table.optional_text("obligation"),
            ask=table.optional_text("ask"),
        )


def _loinc(root: TomlTable) -> Loinc | None:
    if "loinc" not in root:
        return None
    with root.open_table("loinc") as table:
        return Loinc(panel=table.optional_text("panel"), note=table.text("note"))


def _origin(root: TomlTable) -> Origin | None:
    if "origin" not in root:
        return None
    with root.open_table("origin") as table:
        return Origin(
            program=cast(Program, table.one_of("program", PROGRAMS)),
            form=table.text("form"),
            items=tuple(
                OriginItem(
                    item=item.text("item"),
                    name=item.text("name"),
                    words=item.text("words"),
                    choices=tuple(
                        OriginChoice(choice.whole("value"), choice.text("code"), choice.text("words"))
                        for choice in item.each("choices", "value")
                    ),
                )
                for item in table.each("items", "item")
            ),
        )


def _section(table: TomlTable) -> Section:
    return Section(
        key=table.text("key"),
        choices=tuple(
            Choice(value=choice.whole("value"), loinc=choice.optional_text("loinc"))
            for choice in table.each("choices", "value")
        ),
        loinc=table.optional_text("loinc"),
    )


def _item(table: TomlTable) -> Item:
    return Item(
        key=table.text("key"),
        number=table.whole("number"),
        label=words(table.text("label")),
        section=table.text("section"),
        optional=table.flag("optional"),
        loinc=table.optional_text("loinc"),
        kind=cast(ItemKind, table.one_of("kind", get_args(ItemKind))) if "kind" in table else "choice",
        low=table.optional_number("low"),
        high=table.optional_number("high"),
        unit=table.optional_text("unit"),
    )


def _scales(root: TomlTable) -> tuple[Scale, ...]:
    """All scales; a weighted one gets the items of its parts, in their order."""
    scales = [_scale(table) for table in root.each("scales", "key")]
    items = {scale.key: scale.items for scale in scales}
    return tuple(
        replace(scale, items=tuple(key for part in scale.parts for key in items.get(part.scale, ())))
        if scale.parts and not scale.items
        else scale
        for scale in scales
    )


def _scale(table: TomlTable) -> Scale:
    return Scale(
        key=table.text("key"),
        title=words(table.text("title")),
        items=table.texts("items"),
        reverse=table.texts("reverse"),
        method=cast(Method, table.one_of("method", get_args(Method))),
        subtract=table.number("subtract") if "subtract" in table else 0.0,
        multiply=table.number("multiply") if "multiply" in table else 1.0,
        divide=table.number("divide") if "divide" in table else 1.0,
        low=table.number("low"),
        high=table.number("high"),
        direction=cast(Direction, table.one_of("direction", get_args(Direction))),
        missing=_missing(table),
        bands=_bands(table),
        cutoffs=tuple(_cutoff(cutoff, table) for cutoff in table.each("cutoffs", "label")),
        loinc=table.optional_text("loinc"),
        table=tuple(
            LookupRow(raw=row.whole("raw"), value=row.number("value")) for row in table.each("table", "raw")
        ),
        between=cast(Between, table.one_of("between", get_args(Between))) if "between" in table else None,
        parts=tuple(
            Part(scale=part.text("scale"), weight=part.number("weight"))
            for part in table.each("parts", "scale")
        ),
        conventional=_conventional(table) if "conventional" in table else None,
    )


def _cutoff(table: TomlTable, scale: TomlTable) -> Cutoff:
    """`at_most` where higher is better; files that say `at_least` there mean the same number."""
    better = scale.value("direction") == "higher_better"
    name = "at_most" if better and "at_most" in table else "at_least"
    return Cutoff(label=words(table.text("label")), value=table.number(name), source=table.text("source"))


def _bands(scale: TomlTable) -> tuple[Band, ...]:
    return tuple(
        Band(label=words(band.text("label")), at_least=band.number("at_least"))
        for band in scale.each("bands", "label")
    )


def _conventional(scale: TomlTable) -> tuple[float, float]:
    with scale.open_table("conventional") as table:
        return table.number("low"), table.number("high")


def _missing(scale: TomlTable) -> MissingRule:
    with scale.open_table("missing") as table:
        return MissingRule(
            allowed=table.whole("allowed"),
            method=cast(MissingMethod, table.one_of("method", get_args(MissingMethod))),
            statement=table.text("statement"),
            source=table.text("source"),
            project_decision=table.optional_text("project_decision"),
        )


def _alert(table: TomlTable) -> Alert:
    return Alert(
        rule=table.text("rule"),
        item=table.text("item"),
        at_least=table.whole("at_least"),
        crisis=table.flag("crisis"),
        evidence=table.texts("evidence"),
        practice=table.texts("practice"),
    )


def _threshold(table: TomlTable) -> ChangeThreshold:
    return ChangeThreshold(
        scale=table.text("scale"),
        kind=cast(ChangeKind, table.one_of("kind", get_args(ChangeKind))),
        value=table.number("value"),
        source=table.text("source"),
        population=table.text("population"),
        caveat=table.text("caveat"),
    )


def _example(table: TomlTable) -> Example:
    with table.open_table("answers") as answers:
        # the example's check, which knows the items, tests each answer
        given: dict[str, Answer] = {name: cast(Answer, answers.value(name)) for name in answers.names()}
    given.update(dict.fromkeys(table.texts("missing")))
    return Example(
        name=table.text("name"),
        answers=given,
        expected=_expected(table),
        bands=_example_bands(table),
        alerts=table.texts("alerts"),
        wrong={
            wrong.text("name"): WrongAnswer(
                name=wrong.text("name"),
                scale=wrong.text("scale"),
                value=wrong.number("value") if "value" in wrong else None,
                band=wrong.optional_text("band"),
            )
            for wrong in table.each("wrong", "name")
        },
        note=table.optional_text("note"),
    )


def _expected(example: TomlTable) -> Mapping[str, float | None]:
    expected: dict[str, float | None] = dict.fromkeys(example.texts("unscored"))
    if "expected" in example or not expected:
        with example.open_table("expected") as table:
            expected.update({name: table.number(name) for name in table.names()})
    return expected


def _example_bands(example: TomlTable) -> Mapping[str, str]:
    if "bands" not in example:
        return {}
    with example.open_table("bands") as table:
        return {name: table.text(name) for name in table.names()}


def _supply(root: TomlTable) -> Supply:
    with root.open_table("supply") as table:
        return Supply(
            scoring=table.text("scoring"),
            needs=table.texts("needs"),
            scales=tuple(
                Outline(
                    key=scale.text("key"),
                    title=scale.text("title"),
                    low=scale.number("low"),
                    high=scale.number("high"),
                    direction=cast(Direction, scale.one_of("direction", get_args(Direction))),
                    bands=_bands(scale),
                )
                for scale in table.each("scales", "key")
            ),
        )


def _facts(root: TomlTable) -> Facts:
    with root.open_table("facts") as table:
        return Facts(
            asks_of=_subject(table, "asks_of"),
            only_by_patient=table.flag("only_by_patient") if "only_by_patient" in table else None,
            piles_up=table.flag("piles_up"),
            shares=tuple(
                SharedContent(
                    instruments=shared.texts("with"),
                    subject=_subject(shared, "with_all_on"),
                    scale=shared.optional_text("scale"),
                    because=words(shared.text("because")),
                )
                for shared in table.each("shares", "scale")
            ),
            not_before=_not_before(table) if "not_before" in table else None,
            without_crisis_item=table.optional_text("without_crisis_item"),
            headlines=_headlines(table) if "headlines" in table else {},
            result=table.optional_text("result"),
            eye_safety=_eye_safety(table) if "eye_safety" in table else {},
            without_period=table.texts("without_period"),
            only_after=_only_after(table) if "only_after" in table else {},
            shown_to_patients=_shown(table) if "shown_to_patients" in table else {},
        )


def _subject(table: TomlTable, name: str) -> Subject | None:
    return cast(Subject, table.one_of(name, get_args(Subject))) if name in table else None


def _not_before(facts: TomlTable) -> NotBefore:
    with facts.open_table("not_before") as table:
        return NotBefore(
            days_after_onset=table.whole("days_after_onset"),
            because=words(table.text("because")),
            unless_noted=cast(Noted, table.one_of("unless_noted", get_args(Noted)))
            if "unless_noted" in table
            else None,
        )


def _eye_safety(facts: TomlTable) -> Mapping[str, tuple[int, ...]]:
    with facts.open_table("eye_safety") as table:
        return {name: table.wholes(name) for name in table.names()}


def _only_after(facts: TomlTable) -> Mapping[str, tuple[str, ...]]:
    with facts.open_table("only_after") as table:
        return {name: table.texts(name) for name in table.names()}


def _shown(facts: TomlTable) -> Mapping[str, Mapping[str, str]]:
    shown = {}
    with facts.open_table("shown_to_patients") as table:
        for scale in table.names():
            with table.open_table(scale) as words:
                shown[scale] = {locale: words.text(locale) for locale in words.names()}
    return shown


def _headlines(facts: TomlTable) -> Mapping[str, int]:
    with facts.open_table("headlines") as table:
        return {name: table.whole(name) for name in table.names()}
