"""Responses of FHIR as rows of an import: items and answers are found by codes, never by their place."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from analysis.words import counted
from analysis.words import words as _
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.fhir import incoming
from surveys.exchange.fhir.coded import Unrecognised
from surveys.exchange.fhir.incoming import Resource, Resources
from surveys.exchange.fhir.recognising import Asked, Recognising
from surveys.exchange.import_file import Circumstances, ImportFile, ImportRow, patient_code, visit_name
from surveys.instruments.answers import AnswerError, check_answer
from surveys.instruments.instrument import Answer
from surveys.instruments.library import Library
from surveys.instruments.scoring import score

PARTIAL = ("in-progress", "stopped")
WHOLE = ("completed", "amended")
ERRONEOUS = "entered-in-error"
NOT_GIVEN = {"asked-declined": "skipped", "not-asked": "not_reached"}
PLAIN = ("valueInteger", "valueString", "valueDate")  # options that are no codes
TOLERANCE = 1e-9
Place = tuple[str, str, int]


def read(name: str, content: bytes, library: Library, study: str = "") -> ImportFile:
    """The rows of a file of FHIR: a row for each patient and visit. `study` is whose own forms may be meant.

    A response that names no visit is of a visit outside the plan, whose name is its day.

    Raises:
        FileRefused: a response cannot be read, with its place.
    """
    found = incoming.read(content)
    recognising = Recognising(found, library.of_study(study))
    rows: dict[Place, ImportRow] = {}
    unread: Counter[str] = Counter()
    faults: list[Fault] = []
    erroneous = 0
    for number, response in enumerate(found.responses, start=1):
        if response.get("status") == ERRONEOUS:
            erroneous += 1
            continue
        try:
            asked = recognising.of(response)
            row = _row(number, response, found, asked)
            unread.update(_unread(response, asked))
        except (CellError, Unrecognised) as error:
            faults.append(Fault(f"{_name(response, number)}: {error}"))
            continue
        place = (row.patient, row.visit, row.occurrence)
        if place not in rows:
            rows[place] = row
        elif twice := rows[place].answers.keys() & row.answers.keys():
            faults.append(
                Fault(
                    _(
                        "%(name)s: %(patient)s has %(twice)s at %(visit)s twice.",
                        name=_name(response, number),
                        patient=row.patient,
                        twice=min(twice),
                        visit=row.visit,
                    )
                )
            )
        else:
            rows[place] = _united(rows[place], row)
    if faults:
        raise FileRefused(faults)
    if not rows:
        raise FileRefused([Fault(_("All responses of this file were entered in error."))])
    left_out = [
        _("%(count)s %(kind)s left out.", count=count, kind=kind)
        for kind, count in sorted(found.others.items())
    ]
    left_out += [
        counted(
            "Item %(link)s left out (%(num)d answer).",
            "Item %(link)s left out (%(num)d answers).",
            count,
            link=link,
        )
        for link, count in sorted(unread.items())
    ]
    if erroneous:
        left_out.append(
            counted(
                "%(num)d response left out: it was entered in error.",
                "%(num)d responses left out: they were entered in error.",
                erroneous,
            )
        )
    digest = hashlib.sha256(content).hexdigest()
    return ImportFile(name, digest, tuple(rows.values()), left_out=tuple(left_out))


def _name(response: Resource, number: int) -> str:
    return f"QuestionnaireResponse {response.get('id', number)}"


def _unread(response: Resource, asked: Sequence[Asked]) -> Iterator[str]:
    """The answered items that the instruments have not."""
    read_links = {link for one in asked for link in (*one.items, *one.scales)}
    for one in incoming.items(response):
        link = str(one.get("linkId"))
        if one.get("answer") and link not in read_links:
            yield link


def _row(number: int, response: Resource, found: Resources, asked: Sequence[Asked]) -> ImportRow:
    status = response.get("status")
    if status not in (*PARTIAL, *WHOLE):
        raise CellError(_("its status is %(status)s, which is none of R4.", status=repr(status)))
    given = {one.instrument.key: _answers(response, one) for one in asked}
    for one in asked:
        _compare_totals(response, one, given[one.instrument.key][0])
    authored = response.get("authored")
    if not isinstance(authored, str):
        raise CellError(_("it has no authored: nobody can tell of which day it is."))
    completed = _day(authored)
    own = _extensions(response)
    visit = own.get("visit")
    return ImportRow(
        number=number,
        patient=patient_code(_patient(response, found.patients)),
        visit=visit_name(visit) if isinstance(visit, str) else str(completed)[:10],
        completed=completed,
        locale=cells.locale(response["language"]) if isinstance(response.get("language"), str) else None,
        answers={key: answers for key, (answers, __) in given.items() if answers},
        occurrence=own["occurrence"] if isinstance(own.get("occurrence"), int) else 1,
        how={
            key: Circumstances(completed, status in PARTIAL, not_given)
            for key, (answers, not_given) in given.items()
            if answers  # else it would tell of another response of the visit
        },
    )


def _united(first: ImportRow, second: ImportRow) -> ImportRow:
    return replace(first, answers={**first.answers, **second.answers}, how={**first.how, **second.how})


def _day(authored: str) -> date | datetime:
    """The day or instant; FHIR writes milliseconds, and may write a year or month alone."""
    return cells.day_or_instant(authored)


def _patient(response: Resource, patients: Mapping[str, str]) -> str:
    subject = response.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if not isinstance(reference, str):
        raise CellError(_("it has no subject: nobody can tell whose it is."))
    code = patients.get(reference)
    return reference.rsplit("/", 1)[-1] if code is None else code


def _extensions(resource: Resource) -> dict[str, Any]:
    """The values of extensions by the last part of their address."""
    found = {}
    for one in resource.get("extension", ()):
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            values = (value for name, value in one.items() if name.startswith("value"))
            found[one["url"].rsplit("/", 1)[-1]] = next(values, None)
    return found


def _answers(response: Resource, asked: Asked) -> tuple[dict[str, Answer], dict[str, str]]:
    answers: dict[str, Answer] = {}
    not_given: dict[str, str] = {}
    seen: set[str] = set()
    for one in incoming.items(response):
        link = str(one.get("linkId"))
        if link in seen and one.get("answer"):
            raise CellError(_("the linkId %(link)s stands twice.", link=link))
        seen.add(link)
        key = asked.items.get(link)
        if key is None:
            continue
        given = one.get("answer") or ()
        if not given:
            why = NOT_GIVEN.get(str(_extensions(one).get("data-absent-reason")))
            if why:
                not_given[key] = why
            continue
        values = [_value(asked, key, link, answer) for answer in given if isinstance(answer, dict)]
        several = asked.instrument.item(key).kind == "choices"
        if len(values) != 1 and not several:
            raise CellError(
                _("item %(link)s has %(number)s answers, and takes one.", link=link, number=len(values))
            )
        found: Any = sorted(values) if several else values[0]
        try:
            check_answer(asked.instrument, key, found)
        except AnswerError as error:
            raise CellError(_("item %(link)s: %(error)s", link=link, error=error)) from None
        answers[key] = found
    return answers, not_given


def _value(asked: Asked, key: str, link: str, answer: Resource) -> Any:
    kind = asked.instrument.item(key).kind
    if kind in ("choice", "choices"):
        code, display = _chosen(answer)
        value = asked.value(key, link, code, display)
        if value is None:
            raise CellError(asked.unknown_option(link, code, display))
        return value
    if "valueQuantity" in answer and kind == "decimal":
        return _measured(asked, key, link, answer["valueQuantity"])
    wanted = {"whole": "valueInteger", "decimal": "valueDecimal", "date": "valueDate", "text": "valueString"}[
        kind
    ]
    if wanted not in answer:
        raise CellError(_("item %(link)s has no %(wanted)s.", link=link, wanted=wanted))
    return answer[wanted]


def _chosen(answer: Resource) -> tuple[Any, Any]:
    """The code of a chosen option, as `worth` has it, and its words."""
    coding = answer.get("valueCoding")
    if isinstance(coding, dict):
        display = coding.get("display")
        return coding.get("code", display), display
    if isinstance(answer.get("valueBoolean"), bool):
        return str(int(answer["valueBoolean"])), None
    return next((answer[name] for name in PLAIN if name in answer), None), None


def _measured(asked: Asked, key: str, link: str, quantity: Resource) -> Any:
    """The number of a quantity. Raises CellError where its unit is not the item's."""
    unit = asked.instrument.item(key).unit
    told = {quantity[name] for name in ("unit", "code") if isinstance(quantity.get(name), str)}
    if told and unit not in told:
        raise CellError(
            _(
                "item %(link)s is in %(told)s, and is asked in %(unit)s.",
                link=link,
                told=" = ".join(sorted(told)),
                unit=unit or _("no unit"),
            )
        )
    value = quantity.get("value")
    if quantity.get("comparator") or type(value) not in (int, float):
        raise CellError(_("item %(link)s has no number.", link=link))
    return value


def _compare_totals(response: Resource, asked: Asked, answers: Mapping[str, Answer]) -> None:
    """Refuse a response whose own total is not what its answers give."""
    computed = {one.scale: one.value for one in score(asked.instrument, answers)}
    for scale, said in _totals(response, asked):
        here = computed[scale]
        if here is None or abs(said - here) > TOLERANCE:
            told = _("no score") if here is None else f"{here:g}"
            raise CellError(
                _(
                    "the response says %(said)s; its answers give %(told)s (%(scale)s).",
                    said=format(said, "g"),
                    told=told,
                    scale=scale,
                )
            )


def _totals(response: Resource, asked: Asked) -> Iterator[tuple[str, float]]:
    for one in incoming.items(response):
        scale = asked.scales.get(str(one.get("linkId")))
        for answer in one.get("answer") or () if scale else ():
            quantity = answer.get("valueQuantity")
            said = quantity.get("value") if isinstance(quantity, dict) else None
            for value in (said, answer.get("valueDecimal"), answer.get("valueInteger")):
                if scale and isinstance(value, int | float):
                    yield scale, float(value)
