"""Which instrument a response of FHIR answers, by addresses and codes, and what its options are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.words import words as _
from surveys.exchange.fhir import coded, incoming
from surveys.exchange.fhir.coded import Unrecognised
from surveys.exchange.fhir.incoming import Resource, Resources
from surveys.exchange.foreign import fhir as foreign
from surveys.exchange.tables.foreign_form import label_of
from surveys.exchange.tables.mapping import InstrumentColumns
from surveys.exchange.tables.recognising import Known
from surveys.instruments.instrument import Instrument
from surveys.instruments.origin import Origin, OriginItem

WEIGHTS = ("ordinalValue", "itemWeight")
OWN_ADDRESS = "/Questionnaire/"


@dataclass(frozen=True)
class Asked:
    """The instrument of a response: `items` and `scales` by linkId, `worth` by linkId and code of an option.

    `elsewhere` has the address of a value set of options that the file does not hold, by linkId. `words` has
    the values of options whose words are ours, `displays` the words that options have if they say any.
    """

    instrument: Instrument
    items: Mapping[str, str]
    scales: Mapping[str, str]
    worth: Mapping[tuple[str, Any], float]
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[tuple[str, Any], int] = field(default_factory=dict)
    displays: Mapping[tuple[str, Any], str] = field(default_factory=dict)

    def value(self, key: str, link: str, code: Any, display: Any = None) -> int | None:
        """The value of an option: as the Questionnaire weighs it, else by our code for it, or our words.

        None where nobody knows it, or it says something else than was known of it.
        """
        known = self.displays.get((link, code))
        if known is not None and isinstance(display, str) and " ".join(display.split()) != known:
            return None
        ours = self._ours(key).get(code, self.words.get((link, code)))
        told = self.worth.get((link, code))
        if told is None:
            return ours
        whole = int(told)
        if whole != told or (ours is not None and ours != whole):
            raise Unrecognised(
                _(
                    "item %(link)s weighs %(code)s as %(told)s, which Seventh's %(title)s does not.",
                    link=link,
                    code=code,
                    told=format(told, "g"),
                    title=self._title,
                )
            )
        return whole

    def unknown_option(self, link: str, code: Any, display: Any) -> str:
        """The sentence about an option whose value nobody knows."""
        if link in self.elsewhere:
            address = self.elsewhere[link]
            return _(
                "the options of %(link)s are in a ValueSet that is not in this file: %(address)s. Add it.",
                link=link,
                address=address,
            )
        words = f" ‘{display}’" if display else ""
        return _(
            "item %(link)s of this %(title)s offers %(code)s%(words)s, which Seventh's %(title)s "
            "does not have: another version?",
            link=link,
            title=self._title,
            code=code,
            words=words,
        )

    @property
    def _title(self) -> str:
        return self.instrument.short_title

    def _ours(self, key: str) -> Mapping[Any, int]:
        choices, section = self.instrument.choices(key), self.instrument.item(key).section
        named = {f"{section}-{choice.value}": choice.value for choice in choices}
        return named | {choice.loinc: choice.value for choice in choices if choice.loinc}


class Recognising:
    """Tells which of `instruments` a response answers, by its file's Questionnaires among others."""

    def __init__(self, found: Resources, instruments: Sequence[Instrument]) -> None:
        self._found = found
        self._instruments = {one.key: one for one in instruments}
        self._known = [Known(one, tuple(one.wording.texts.values())) for one in instruments]
        self._forms: dict[str, list[Asked] | Unrecognised] = {}

    def of(self, response: Resource) -> list[Asked]:
        """What was asked: an instrument, or several, where its Questionnaire holds or became several.

        Raises:
            Unrecognised: neither its address, nor the codes of its items, nor its Questionnaire's words say.
            FileRefused: its Questionnaire contradicts itself, or its options are not in the file.
        """
        address = str(response.get("questionnaire", "")).split("|")[0]
        if own := self._own_address(response, address):
            return [own]
        form = self._found.questionnaires.get(address)
        if form is not None:
            asked = self._of_form(address, form)
        else:
            asked = self._of_origin(response, address) or self._of_codes(response, address)
        answered = {str(one.get("linkId")) for one in incoming.items(response) if one.get("answer")}
        if answered and not answered & {link for one in asked for link in one.items}:
            some = ", ".join(sorted(answered)[:3])
            raise Unrecognised(
                _("none of its items (%(some)s) is known: its Questionnaire has others.", some=some)
            )
        return asked

    def _own_address(self, response: Resource, address: str) -> Asked | None:
        """An instrument whose Questionnaire Seventh itself wrote."""
        key = address.rsplit(OWN_ADDRESS, 1)[-1] if OWN_ADDRESS in address else ""
        instrument = self._instruments.get(key)
        links = {str(one.get("linkId")) for one in incoming.items(response)}
        if instrument is None or not links & {item.key for item in instrument.items}:
            return None
        form = self._found.questionnaires.get(address)
        return Asked(
            instrument,
            {item.key: item.key for item in instrument.items},
            {f"score-{scale.key}": scale.key for scale in instrument.scales},
            dict(_worth(form, self._found.options)),
            dict(_elsewhere(form, self._found.options)),
        )

    def _of_codes(self, response: Resource, address: str) -> list[Asked]:
        codes = dict(coded.of_links(response))
        panels = {address.rsplit("/", 1)[-1]}
        return [
            Asked(one, coded.items(one, codes), coded.scales(one, codes), {})
            for one in coded.named(codes, panels, self._instruments.values())
        ]

    def _of_origin(self, response: Resource, address: str) -> list[Asked]:
        """The study's own forms that were made of the Questionnaire with this address, by its names alone."""
        made = [
            (one, one.origin)
            for one in self._instruments.values()
            if one.origin is not None and one.origin.is_of("fhir", address)
        ]
        asked = [_of_names(one, origin) for one, origin in made]
        for item in incoming.items(response):
            _refuse_other_words(item, [kept for __, origin in made for kept in origin.items])
        return asked

    def _of_form(self, address: str, form: Resource) -> list[Asked]:
        """What a Questionnaire of the file asks; it is looked at once for all its responses."""
        if address not in self._forms:
            try:
                self._forms[address] = self._looked(form)
            except Unrecognised as error:
                self._forms[address] = error
        found = self._forms[address]
        if isinstance(found, Unrecognised):
            raise found
        return found

    def _looked(self, form: Resource) -> list[Asked]:
        parted = foreign.parted(form, self._found.options, self._known)
        asked = []
        for ours in parted.ours:
            if not ours.certain:
                raise Unrecognised(
                    _(
                        "its items look like those of %(title)s by their linkIds alone. The Questionnaire "
                        "needs their LOINC codes.",
                        title=ours.instrument.short_title,
                    )
                )
            elsewhere = dict(_elsewhere(form, self._found.options))
            worth = dict(_worth(form, self._found.options))
            asked.append(Asked(ours.instrument, ours.items, ours.scales, worth, elsewhere, ours.words))
        mine = [one for one in self._instruments.values() if one.study is not None]
        if mine:
            rest = foreign.rest(form, parted, self._found.options)
            asked += [_own(one.instrument, one.columns) for one in foreign.own(rest, mine)]
        if not asked:
            raise Unrecognised(
                _(
                    "%(title)s is none of Seventh's questionnaires. Make a form of the study's own of it "
                    "first: Own forms, or seventh study take-forms.",
                    title=parted.title,
                )
            )
        return asked


def _own(instrument: Instrument, columns: InstrumentColumns) -> Asked:
    worth = {
        (columns.items[key], written): float(value)
        for key, table in columns.values_of.items()
        for code, value in table.items()
        for written in _written(code)
    }
    return Asked(instrument, {link: key for key, link in columns.items.items()}, {}, worth)


def _of_names(instrument: Instrument, origin: Origin) -> Asked:
    """What the form was made of, whose Questionnaire is not in the file."""
    worth: dict[tuple[str, Any], float] = {}
    displays: dict[tuple[str, Any], str] = {}
    for kept in origin.items:
        for choice in kept.choices:
            for written in _written(choice.code):
                worth[kept.name, written] = choice.value
                displays[kept.name, written] = choice.words
    items = {kept.name: kept.item for kept in origin.items}
    return Asked(instrument, items, {}, worth, displays=displays)


def _written(code: str) -> tuple[str | int, ...]:
    """A code as it may stand in an answer: options may be integers."""
    return (code, int(code)) if code.lstrip("-").isdecimal() else (code,)


def _refuse_other_words(item: Resource, kept: Sequence[OriginItem]) -> None:
    """A response may have the words of a question: another version of the form may ask another one there."""
    text, link = item.get("text"), str(item.get("linkId"))
    if not isinstance(text, str) or not item.get("answer"):
        return
    for one in kept:
        if one.name == link and one.words != label_of(link, text):
            raise Unrecognised(
                _(
                    "item %(link)s asks ‘%(text)s’, and the form was made of ‘%(words)s’: another version? "
                    "Put its Questionnaire into the file.",
                    link=link,
                    text=text,
                    words=one.words,
                )
            )


def _worth(form: Resource | None, options: Mapping[str, Resource]) -> Iterator[tuple[tuple[str, Any], float]]:
    """What each option counts, where the Questionnaire or its ValueSet says so."""
    sets = incoming.options_of(form, options) if form else {}
    for one in incoming.items(form) if form else ():
        link, address = str(one.get("linkId")), one.get("answerValueSet")
        for option in incoming.listed(one, "answerOption"):
            coding = option.get("valueCoding")
            code = coding.get("code") if isinstance(coding, dict) else option.get("valueInteger")
            for weight in _weights(option, coding):
                yield (link, code), weight
        found = sets.get(address.split("|")[0]) if isinstance(address, str) else None
        for concept in incoming.concepts(found) if found else ():
            for weight in _weights(concept):
                yield (link, concept["code"]), weight


def _weights(*holders: Any) -> Iterator[float]:
    for holder in holders:
        for extension in incoming.listed(holder, "extension") if isinstance(holder, dict) else ():
            weight = extension.get("valueDecimal")
            named = str(extension.get("url")).rsplit("/", 1)[-1] in WEIGHTS
            if named and isinstance(weight, int | float):
                yield float(weight)


def _elsewhere(form: Resource | None, options: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    """The addresses of options that are not in the file."""
    sets = incoming.options_of(form, options) if form else {}
    for one in incoming.items(form) if form else ():
        address = one.get("answerValueSet")
        if isinstance(address, str) and address.split("|")[0] not in sets:
            yield str(one.get("linkId")), address
