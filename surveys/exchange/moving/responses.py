"""The answers of a package as responses, and its scores compared with those that the answers give here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from analysis.words import words as _
from surveys.exchange.moving.cells import Cells, day, instant
from surveys.exchange.moving.tables import Rows
from surveys.exchange.moving.visits import Place, place_of
from surveys.exchange.tidy.columns import cell
from surveys.instruments.instrument import Answer, Instrument
from surveys.instruments.scoring import score
from surveys.models.response import SOURCES
from surveys.store.patient.moving import CORRECTED_ELSEWHERE, MovedPatient
from surveys.store.visit.responses import NewResponse

Version = tuple[str, str, str]
"""An instrument's key, its version and the name of the wording."""
Answered = Mapping[Version, tuple[Instrument, int]]
"""Each version with its definition here, and its number among the frozen ones."""
_SCORE = ("value", "items_used", "items_missing", "prorated")
_LONG = "answers_long"


@dataclass(frozen=True)
class _Given:
    """The answers of one response, from the rows of its items."""

    answers: Mapping[str, Answer]
    not_given: Mapping[str, str]
    answered_at: Mapping[str, str]


def responses(rows: Rows, visits: Collection[Place], answered: Answered) -> Mapping[Place, list[NewResponse]]:
    """The responses of a patient by visit; visit and patient have no ids yet."""
    items: dict[tuple[Place, str], list[Cells]] = defaultdict(list)
    for row in rows[_LONG]:
        items[place_of(row), row.record["instrument"]].append(row)
    found: dict[Place, list[NewResponse]] = defaultdict(list)
    for table, own in rows.items():
        if table == _LONG or not table.startswith("answers_"):
            continue
        key = table.removeprefix("answers_")
        for row in own:
            place = place_of(row)
            if place not in visits:
                row.fault("visit", _("visits.csv has no such visit of this patient."))
            version = answered.get((key, row.record["version"], row.record["wording"]))
            if version is None:
                row.fault("version", _("codebook.json does not name this version and wording."))
                continue
            found[place].append(_response(row, version, items.pop((place, key), ())))
    for left in items.values():
        left[0].fault("instrument", _("There is no such response in the file of its questionnaire."))
    return found


def _response(row: Cells, version: tuple[Instrument, int], items: Sequence[Cells]) -> NewResponse:
    instrument, number = version
    given = _given(instrument, items)
    sent = row.needed("submitted_at", instant)
    seconds = row.number_of("seconds")
    return NewResponse(
        visit_id=0,
        patient_id=0,
        instrument=instrument,
        version_id=number,
        answers=given.answers,
        not_given=given.not_given,
        answered_at=given.answered_at,
        source=row.code("source", SOURCES) or "import",
        answered_by=row.text("answered_by"),
        partial=row.record["partial"] == "true",
        reason=CORRECTED_ELSEWHERE if row.record["corrected"] == "true" else None,
        started_at=sent - timedelta(seconds=seconds) if sent and seconds is not None else None,
        submitted_at=sent,
        completed_on=row.needed("completed_on", day),
        locale=row.text("locale"),
    )


def _given(instrument: Instrument, rows: Sequence[Cells]) -> _Given:
    answers: dict[str, Answer] = {}
    not_given: dict[str, str] = {}
    answered_at: dict[str, str] = {}
    known = {item.key: item for item in instrument.items}
    for row in rows:
        key = row.record["item"]
        if key not in known:
            row.fault(
                "item",
                _(
                    "%(key)s version %(version)s has no such item.",
                    key=instrument.key,
                    version=instrument.version,
                ),
            )
            continue
        column = {"date": "value_on", "text": "value_text"}.get(known[key].kind, "value")
        if row.record[column]:
            answers[key] = row.answer(instrument, key, column)
        if why := row.code("not_given", ("skipped", "not_reached")):
            not_given[key] = why
        if row.record["answered_at"]:
            row.needed("answered_at", instant)
            answered_at[key] = row.record["answered_at"]
    return _Given(answers, not_given, answered_at)


def compare_scores(rows: Rows, person: MovedPatient) -> None:
    """Note where the package's scores are not those that its answers give here."""
    given = {
        (visit.row["name"], str(visit.row["occurrence"]), one.instrument.key, scale): told
        for visit in person.visits
        for one in visit.responses
        for scale, told in _scores(one)
    }
    for row in rows["scores"]:
        said = tuple(row.record[name] for name in _SCORE)
        told = given.pop((*place_of(row), row.record["instrument"], row.record["scale"]), None)
        if told != said:
            here = (told[0] or _("nothing")) if told else _("no such score")
            name = f"{row.record['instrument']}.{row.record['scale']}"
            problem = _(
                "The package says %(value)s for %(name)s, its answers give %(here)s here.",
                value=said[0] or _("nothing"),
                name=name,
                here=here,
            )
            row.fault("value", problem)
    if given and rows["visits"]:
        *__, instrument, scale = next(iter(given))
        problem = _(
            "scores.csv lacks %(instrument)s.%(scale)s of a visit of this patient.",
            instrument=instrument,
            scale=scale,
        )
        rows["visits"][0].fault("patient", problem)


def _scores(one: NewResponse) -> Iterator[tuple[str, tuple[str, ...]]]:
    for result in score(one.instrument, one.answers):
        value = None if result.value is None else float(result.value)
        values = (value, result.items_used, result.items_missing, result.prorated)
        yield result.scale, tuple(map(cell, values))
