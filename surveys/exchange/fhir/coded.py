"""The instruments that LOINC's codes name, in Questionnaires of FHIR and in responses to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analysis.words import joined
from analysis.words import words as _
from surveys.exchange.fhir import incoming
from surveys.exchange.fhir.incoming import Resource
from surveys.instruments.instrument import Instrument

LOINC = "http://loinc.org"


class Unrecognised(ValueError):
    """Nobody can tell for sure what was asked; the message says why."""


class UnknownItems(Unrecognised):
    """No instrument has the codes of the items."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "which questionnaire it answers cannot be told: neither its address nor the codes of "
                "its items are known. Give its Questionnaire in the same file."
            )
        )


def of_links(resource: Resource) -> Iterator[tuple[str, str]]:
    """The codes of each linkId: its item's, that of its definition, and itself, as in LOINC's own forms."""
    for one in incoming.items(resource):
        link = str(one.get("linkId"))
        yield link, link.rsplit("/", 1)[-1]
        for code in (*of_item({"code": _definition(one)}), *of_item(one)):
            yield link, code


def of_item(item: Resource) -> Iterator[str]:
    """The codes that an item, or a whole Questionnaire, names."""
    codes = item.get("code")
    for one in codes if isinstance(codes, list) else ():
        if one.get("system") == LOINC and isinstance(one.get("code"), str):
            yield one["code"]


def named(
    codes: Mapping[str, str], panels: Iterable[str], instruments: Iterable[Instrument]
) -> list[Instrument]:
    """The instruments whose scored items the codes of linkIds are, all of them and no others.

    Where one instrument's panel or total is named it is that one, however many of its items there are: an
    item without an answer may be absent.

    Raises:
        UnknownItems: they are of no instrument, or not all of one.
        Unrecognised: they are those of several alike.
    """
    instruments, told = list(instruments), {*panels, *codes.values()}
    by_total = [
        one for one in instruments if told & {_panel(one), *(each.loinc for each in one.scales)} - {None}
    ]
    found = by_total if len(by_total) == 1 else []
    scored = {one.key: _scored(one) for one in instruments}
    left = set(codes.values()) & set[str]().union(*scored.values())
    left -= {code for one in found for code in scored[one.key]}
    while left:
        within = [one for one in instruments if scored[one.key] and scored[one.key] <= left]
        most = max((len(scored[one.key]) for one in within), default=0)
        best = [one for one in within if len(scored[one.key]) == most]
        if not best:
            break
        if len({frozenset(scored[one.key]) for one in best}) < len(best):
            alike = joined(_(" and of "), (one.short_title for one in best))
            raise Unrecognised(_("its items are those of %(listed)s.", listed=alike))
        found.append(best[0])
        left -= scored[best[0].key]
    if not found or (left and not by_total):
        raise UnknownItems
    return found


def items(instrument: Instrument, codes: Mapping[str, str]) -> dict[str, str]:
    """The instrument's item of each linkId."""
    by_code = {one.loinc: one.key for one in instrument.items if one.loinc}
    return {link: by_code[code] for link, code in codes.items() if code in by_code}


def scales(instrument: Instrument, codes: Mapping[str, str]) -> dict[str, str]:
    """The instrument's scale of each linkId."""
    by_code = {one.loinc: one.key for one in instrument.scales if one.loinc}
    return {link: by_code[code] for link, code in codes.items() if code in by_code}


def _panel(one: Instrument) -> str | None:
    return one.loinc.panel if one.loinc else None


def _definition(item: Resource) -> list[Resource]:
    """The code within an address such as http://loinc.org/44250-9."""
    address = str(item.get("definition", ""))
    found = address.startswith(LOINC)
    return [{"system": LOINC, "code": address.rsplit("/", 1)[-1].split("#")[-1]}] if found else []


def _scored(one: Instrument) -> set[str]:
    """The codes of the items that its scales are made of; empty where one has none."""
    codes = [one.item(key).loinc for scale in one.scales for key in scale.items]
    return {code for code in codes if code} if None not in codes else set()
