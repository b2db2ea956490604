"""The handbook of the instruments as Markdown, made from their definitions alone.

Pure: a library in, text out. docs/instruments.md is its output, and a test keeps it so.
"""

from collections.abc import Iterable, Iterator, Sequence

from surveys.instruments import facts
from surveys.instruments.instrument import (
    Answer,
    Example,
    Instrument,
    Item,
    Subject,
)
from surveys.instruments.library import Library
from surveys.instruments.notes import formula, missing_sentence
from surveys.instruments.scale import Band, ChangeKind, Outline, Scale

_INTRODUCTION = """\
# Instruments

Made from the definitions in `surveys/instruments/definitions/`; do not edit it here. It says what each
instrument asks and how it is scored, on whose authority, with examples worked by hand, so that anybody can
check this program or another one. The same examples and many random answers are at hand for programs as
[golden vectors](../tests/data/golden/README.md).

Scores are never rounded; bands and cut-offs apply to the unrounded value. An item is missing when it was
skipped, not reached or "prefer not to answer". How a new instrument is written is told in
[Add an instrument](add-an-instrument.md).

Wording `verbatim` is the instrument's own; `working` are our own words for the content, for demonstration and
training, which a study replaces by the authors' text; `absent` means that a site must supply the instrument
before it can be asked."""

_KINDS = {
    "choices": "several of ",
    "choice": "",
    "whole": "whole number, ",
    "decimal": "number, ",
    "date": "date",
    "text": "text",
}
_CHANGES: dict[ChangeKind, str] = {
    "sdc_individual": "smallest detectable change of one person",
    "sdc_group": "smallest detectable change of a group's mean",
    "mdc95": "minimum detectable change at 95 % confidence",
    "reliable_change": "reliable change index of one person",
    "mic_improvement": "minimal important change for the better",
    "mic_deterioration": "minimal important change for the worse",
    "mcid": "minimal clinically important difference",
    "mcid_percent_of_baseline": "minimal clinically important difference, in per cent of the first score",
}
_SUBJECTS: dict[Subject, str] = {
    "mood": "mood",
    "quality_of_life": "quality of life",
    "symptoms": "symptoms",
    "movement": "movement",
}
_DIRECTIONS = {"higher_better": "higher is better", "higher_worse": "higher is worse"}
_CUTOFFS = {"higher_better": "up to", "higher_worse": "from"}


def handbook(library: Library) -> str:
    """All instruments of the library in their newest versions, one section each."""
    parts = [_INTRODUCTION, _contents(library)]
    parts += [part for instrument in library for part in _section(instrument, library)]
    return "\n\n".join(parts) + "\n"


def _contents(library: Library) -> str:
    return _table(
        ("Instrument", "Key", "Answered by", "Wording", "Licence"),
        (
            (
                f"[{one.short_title}](#{one.key})",
                f"`{one.key}`",
                one.answered_by,
                one.wording.status,
                one.licence.status.replace("_", " "),
            )
            for one in library
        ),
    )


def _section(instrument: Instrument, library: Library) -> Iterator[str]:
    yield f'## <a id="{instrument.key}"></a>{instrument.title}'
    yield instrument.purpose
    yield _facts(instrument)
    yield from _listed("Known besides", tuple(_known(instrument, library)))
    yield from _listed("Not to be confused with", instrument.not_to_be_confused_with)
    if instrument.supply:
        yield f"**How it is scored.** {instrument.supply.scoring}"
        yield from _listed("What a site must supply", instrument.supply.needs)
        for outline in instrument.supply.scales:
            yield f"**{outline.title}** (`{outline.key}`): {_range(outline)}.{_bands(outline.bands)}"
    if instrument.items:
        yield "### Items"
        yield _items(instrument)
        yield from _listed("Choices", tuple(_choices(instrument)))
    for scale in instrument.scales:
        yield from _scale(instrument, scale)
    if instrument.alerts:
        yield "### Alerts"
    for alert in instrument.alerts:
        crisis = " The crisis text is shown at once." if alert.crisis else ""
        yield f"`{alert.rule}`: {_name(instrument, alert.item)} is {alert.at_least} or more.{crisis}"
        yield from _listed("Practice", alert.practice)
        yield from _listed("Evidence", alert.evidence)
    if instrument.change_thresholds:
        yield "### How much change counts"
        yield _thresholds(instrument)
    if instrument.examples:
        yield "### Worked examples"
        yield _examples(instrument)
    yield "### Sources"
    yield from _listed("Traps", instrument.traps)
    yield from _listed("What was verified, and how", instrument.evidence)
    yield from _listed("Published translations", instrument.translations)
    yield from _listed("Read", instrument.references)


def _facts(instrument: Instrument) -> str:
    licence, loinc, wording = instrument.licence, instrument.loinc, instrument.wording
    languages = ", ".join(instrument.locales) or "no language"
    told = [
        ("Key", f"`{instrument.key}`, version {instrument.version}"),
        ("Publication", _sentences(str(instrument.citation), instrument.citation.note)),
        ("Recall period", instrument.recall),
        ("Answered by", instrument.answered_by),
        ("Wording", f"{wording.status} (`{wording.name}`; {languages})"),
        (
            "Licence",
            _sentences(
                f"{licence.status.replace('_', ' ')}.",
                licence.statement,
                f"Holder: {licence.holder}",
                f"Source: {licence.source}",
                licence.obligation,
                licence.ask and f"Ask: {licence.ask}.",
            ),
        ),
    ]
    if loinc:
        told.append(("LOINC", _sentences(loinc.panel and f"Panel {loinc.panel}.", loinc.note)))
    return "\n".join(f"- **{name}:** {value}" for name, value in told)


def _known(instrument: Instrument, library: Library) -> Iterator[str]:
    """The facts that do not depend on answers, from the files of all instruments."""
    known, subject = facts.known(instrument, library), facts.asks_of(instrument, library)
    if subject:
        yield f"It asks of {_SUBJECTS[subject]}."
    if facts.only_by_patient(instrument, library):
        yield "Only the patient can know: what somebody else chose is kept, and not analysed."
    if known.piles_up:
        yield "Scores pile up at the lowest value: where they do, no line is fitted to them."
    if known.not_before:
        noted = known.not_before.unless_noted
        yield (
            f"It is asked from {known.not_before.days_after_onset} days after onset"
            f"{f', or once staff have noted {noted}' if noted else ''}. {known.not_before.because}"
        )
    without = facts.without_crisis_item(instrument, library)
    if without:
        yield f"{without.short_title} asks the same without the question about self-harm."
    first = [f"`{key}.{scale}`" for key, scale in facts.headlines(library) if key == instrument.key]
    if first:
        yield f"Pages show first: {', '.join(first)}."
    shared = facts.shared_content(library)
    for scale in instrument.scales:
        for other, why in shared.get(f"{instrument.key}.{scale.key}", {}).items():
            yield f"`{scale.key}` shares content with `{other}`: {why}."


def _items(instrument: Instrument) -> str:
    return _table(
        ("Item", "Content", "Answers", "LOINC"),
        (
            (
                item.key,
                item.label + (" (optional)" if item.optional else ""),
                _answers(instrument, item),
                item.loinc,
            )
            for item in instrument.asked(optional=True)
        ),
    )


def _answers(instrument: Instrument, item: Item) -> str:
    if item.low is not None and item.high is not None:
        unit = f" {item.unit}" if item.unit else ""
        return f"{_KINDS[item.kind]}{item.low:g} to {item.high:g}{unit}"
    return _KINDS[item.kind] + ", ".join(map(str, instrument.values(item.key)))


def _choices(instrument: Instrument) -> Iterator[str]:
    """The meaning of each section's values, in the words of the first language."""
    for text in list(instrument.wording.texts.values())[:1]:
        for section in instrument.sections:
            items = [item.key for item in instrument.asked(optional=True) if item.section == section.key]
            said = "; ".join(
                f"{choice.value} {text.sections[section.key].choices[choice.value]}"
                for choice in section.choices
            )
            if said:
                yield f"{', '.join(items)}: {said}"


def _scale(instrument: Instrument, scale: Scale) -> Iterator[str]:
    yield f"### {scale.title} (`{instrument.key}.{scale.key}`)"
    yield f"    {scale.key} = {formula(instrument, scale)}"
    lines = [f"- **Items:** {', '.join(scale.items)}"]
    for key in scale.reverse:
        low, high = instrument.extent(key)
        lines.append(f"- **Reversed:** {key} counts {low + high:g} − answer")
    lines.append(f"- **Range:** {_range(scale)}")
    if scale.conventional:
        low, high = scale.conventional
        lines.append(f"- **Conventional range:** {low:g} to {high:g}; values outside it are kept and flagged")
    lines.append(f"- **Missing items:** {missing_sentence(scale)}")
    if scale.bands:
        lines.append(f"- **Bands:**{_bands(scale.bands)}")
    side = _CUTOFFS[scale.direction]
    lines += [f"- **Cut-off:** {c.label} {side} {c.value:g}. Source: {c.source}" for c in scale.cutoffs]
    if scale.loinc:
        lines.append(f"- **LOINC:** {scale.loinc}")
    yield "\n".join(lines)
    if scale.table:
        yield _table(("Sum", "Value"), ((str(row.raw), f"{row.value:g}") for row in scale.table))


def _range(scale: Scale | Outline) -> str:
    return f"{scale.low:g} to {scale.high:g}, {_DIRECTIONS[scale.direction]}"


def _bands(bands: Sequence[Band]) -> str:
    """The bands as an answer's continuation: ` minimal from 0, mild from 5.`"""
    return " " + ", ".join(f"{band.label} from {band.at_least:g}" for band in bands) + "." if bands else ""


def _thresholds(instrument: Instrument) -> str:
    return _table(
        ("Scale", "Kind", "Value", "Source", "Found in", "Caveat"),
        (
            (t.scale, _CHANGES[t.kind], f"{t.value:g}", t.source, t.population, t.caveat)
            for t in instrument.change_thresholds
        ),
    )


def _examples(instrument: Instrument) -> str:
    """One line each: answers in the order of the items (– is missing), right values and wrong ones."""
    return _table(
        ("Example", "Answers", "Scores", "Must not come out", "Worked"),
        (
            (
                example.name.replace("_", " "),
                " ".join(_said(example.answers.get(item.key)) for item in instrument.asked()),
                _expected(example),
                "; ".join(
                    f"{wrong.scale} {wrong.band if wrong.value is None else f'{wrong.value:g}'}"
                    f" ({wrong.name.replace('_', ' ')})"
                    for wrong in example.wrong.values()
                ),
                example.note,
            )
            for example in instrument.examples
        ),
    )


def _expected(example: Example) -> str:
    scores = [
        f"{key} {'no score' if value is None else f'{value:g}'}"
        + (f" ({example.bands[key]})" if key in example.bands else "")
        for key, value in example.expected.items()
    ]
    return "; ".join([*scores, *(f"alert {rule}" for rule in example.alerts)])


def _said(answer: Answer) -> str:
    if answer is None:
        return "–"
    return str(answer) if isinstance(answer, int | float | str) else "+".join(map(str, answer))


def _name(instrument: Instrument, item: str) -> str:
    return f"item {instrument.item(item).number} ({instrument.item(item).label})"


def _sentences(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _listed(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"**{title}:**\n\n" + "\n".join(f"- {entry}" for entry in entries)


def _table(head: Sequence[str], rows: Iterable[Sequence[str | None]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str | None) -> str:
    return (text or "").replace("|", r"\|")
