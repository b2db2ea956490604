"""Which instrument a response of FHIR answers, by addresses and codes, and what its options are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.words import joined
from analysis.words import words as _
from surveys.exchange.fhir import incoming
from surveys.exchange.fhir.incoming import Resource
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library

LOINC = "http://loinc.org"
WEIGHTS = ("ordinalValue", "itemWeight")
OWN_ADDRESS = "/Questionnaire/"


class Unrecognised(ValueError):
    """Nobody can tell for sure what was asked; the message says why."""


@dataclass(frozen=True)
class Asked:
    """The instrument of a response: `items` and `scales` by linkId, `worth` by linkId and code of an option.

    `elsewhere` has the address of a value set of options that the file does not hold, by linkId.
    """

    instrument: Instrument
    items: Mapping[str, str]
    scales: Mapping[str, str]
    worth: Mapping[tuple[str, Any], float]
    elsewhere: Mapping[str, str]

    def value(self, key: str, link: str, code: Any) -> int | None:
        """The value of an option: as the Questionnaire weighs it, else as our definition has its code."""
        ours = self._ours(key).get(code)
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


def recognised(response: Resource, forms: Mapping[str, Resource], library: Library) -> Asked:
    """The instrument of `response`; `forms` are the Questionnaires of the file.

    Raises:
        Unrecognised: neither its address nor the codes of its items name exactly one.
    """
    address = str(response.get("questionnaire", "")).split("|")[0]
    form = forms.get(address)
    codes = dict(_codes(response))
    for one in incoming.items(form) if form else ():
        codes |= {str(one.get("linkId")): code for code in _loinc(one)}
    own = address.rsplit(OWN_ADDRESS, 1)[-1] if OWN_ADDRESS in address else ""
    if own in library and _links(response) & {item.key for item in library.get(own).items}:
        instrument = library.get(own)
        items = {item.key: item.key for item in instrument.items}
        scales = {f"score-{scale.key}": scale.key for scale in instrument.scales}
    else:
        instrument = _by_panel(address, form, library) or _by_codes(codes, library)
        by_code = {item.loinc: item.key for item in instrument.items if item.loinc}
        items = {link: by_code[code] for link, code in codes.items() if code in by_code}
        of_scale = {scale.loinc: scale.key for scale in instrument.scales if scale.loinc}
        scales = {link: of_scale[code] for link, code in codes.items() if code in of_scale}
    answered = {str(one.get("linkId")) for one in incoming.items(response) if one.get("answer")}
    if answered and not answered & items.keys():
        some = ", ".join(sorted(answered)[:3])
        raise Unrecognised(
            _("none of its items (%(some)s) is known: its Questionnaire has others.", some=some)
        )
    return Asked(instrument, items, scales, dict(_worth(form)), dict(_elsewhere(form)))


def _links(response: Resource) -> set[str]:
    return {str(one.get("linkId")) for one in incoming.items(response)}


def _codes(response: Resource) -> Iterator[tuple[str, str]]:
    """The codes that linkIds themselves are, as LOINC's own forms have them: /44250-9."""
    for one in incoming.items(response):
        link = str(one.get("linkId"))
        yield link, link.rsplit("/", 1)[-1]
        for code in _loinc({"code": _definition(one)}):
            yield link, code


def _definition(item: Resource) -> list[Resource]:
    """The code within an address such as http://loinc.org/44250-9."""
    address = str(item.get("definition", ""))
    found = address.startswith(LOINC)
    return [{"system": LOINC, "code": address.rsplit("/", 1)[-1].split("#")[-1]}] if found else []


def _loinc(item: Resource) -> Iterator[str]:
    codes = item.get("code")
    for one in codes if isinstance(codes, list) else ():
        if one.get("system") == LOINC and isinstance(one.get("code"), str):
            yield one["code"]


def _by_panel(address: str, form: Resource | None, library: Library) -> Instrument | None:
    """The instrument whose panel the address or the Questionnaire names."""
    named = {address.rsplit("/", 1)[-1], *_loinc(form or {})}
    found = [one for one in library if one.loinc and one.loinc.panel and one.loinc.panel in named]
    return found[0] if len(found) == 1 else None


def _by_codes(codes: Mapping[str, str], library: Library) -> Instrument:
    """The instrument whose scored items are those that the codes name, all of them and no others."""
    items = {one.key: _scored(one) for one in library}
    known = set(codes.values()) & {code for scored in items.values() for code in scored}
    found = [one for one in library if known and items[one.key] == known]
    if not found:
        raise Unrecognised(
            _(
                "which questionnaire it answers cannot be told: neither its address nor the codes of "
                "its items are known. If its items have codes, give the Questionnaire in the same "
                "Bundle."
            )
        )
    if len(found) > 1:
        named = joined(_(" and of "), (one.short_title for one in found))
        raise Unrecognised(_("its items are those of %(listed)s.", listed=named))
    return found[0]


def _scored(one: Instrument) -> set[str]:
    """The codes of the items that its scales are made of; empty where one has none."""
    codes = [one.item(key).loinc for scale in one.scales for key in scale.items]
    return {code for code in codes if code} if None not in codes else set()


def _worth(form: Resource | None) -> Iterator[tuple[tuple[str, Any], float]]:
    """What each option counts, where the Questionnaire says so."""
    for one in incoming.items(form) if form else ():
        for option in one.get("answerOption") or ():
            coding = option.get("valueCoding") if isinstance(option, dict) else None
            holders = [one for one in (option, coding) if isinstance(one, dict)]
            code = coding.get("code") if isinstance(coding, dict) else option.get("valueInteger")
            for extension in (found for holder in holders for found in holder.get("extension") or ()):
                weight = extension.get("valueDecimal")
                if str(extension.get("url")).rsplit("/", 1)[-1] in WEIGHTS and isinstance(
                    weight, int | float
                ):
                    yield (str(one.get("linkId")), code), float(weight)


def _elsewhere(form: Resource | None) -> Iterator[tuple[str, str]]:
    for one in incoming.items(form) if form else ():
        address = one.get("answerValueSet")
        if isinstance(address, str) and not address.startswith("#"):
            yield str(one.get("linkId")), address
