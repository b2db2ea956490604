"""The files about answers: one row per item, one file per questionnaire, and the scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select

from surveys.exchange.tidy.codes import NOT_GIVEN, WORDING_STATUSES
from surveys.exchange.tidy.columns import (
    DATES,
    OCCURRENCE,
    PATIENT,
    VISIT,
    Column,
    TidyTable,
    Type,
    coded,
    day,
    days_since_enrolment,
    days_since_onset,
    flag,
    instant,
    number,
    text,
    whole,
)
from surveys.exchange.tidy.queries import ANCHORS, Selection, responses
from surveys.forms.labels import ANSWERED_BY as HELPERS
from surveys.forms.labels import SOURCES
from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.library import Library
from surveys.models import Assistance, InstrumentVersion, Patient, Response, Score, Visit
from surveys.models.response import seconds_taken

TYPES: dict[str, Type] = {
    "choice": "integer",
    "choices": "string",
    "whole": "integer",
    "decimal": "number",
    "date": "date",
    "text": "string",
}

# The columns of a response that each of these files reads.
_READ = (
    Patient.code,
    Visit.name.label("visit"),
    Visit.occurrence,
    Response.instrument,
    InstrumentVersion.version,
    InstrumentVersion.wording,
    InstrumentVersion.wording_status,
    Response.locale,
    Response.source,
    func.coalesce(Response.answered_by, Assistance.answered_by).label("answered_by"),
    Response.partial,
    Response.corrected,
    Response.started_at,
    Response.submitted_at,
    Response.completed_on,
)
SINCE_ENROLMENT = days_since_enrolment(lambda row: row.completed_on)
SINCE_ONSET = days_since_onset(lambda row: row.completed_on)
INSTRUMENT = text("instrument", "Key of the questionnaire.", lambda row: row.instrument)
VERSION = text("version", "Version of its definition.", lambda row: row.version)
WORDING = text("wording", "Name of the text that was answered.", lambda row: row.wording)
STATUS = coded(
    "wording_status",
    "verbatim: the instrument's own text. loaded: the site's text, used by permission. working: a working "
    "text of this software, not validated. unknown: nobody recorded the text.",
    WORDING_STATUSES,
    lambda row: row.wording_status,
)
LOCALE = text("locale", "Language in which it was answered.", lambda row: row.locale)
SOURCE = coded(
    "source", "web, kiosk, staff_read, paper, import or simulated.", SOURCES, lambda row: row.source
)
ANSWERED_BY = coded(
    "answered_by",
    "Who answered: patient, typed_by_other, chosen_by_other or interpreter; empty where nobody said.",
    HELPERS,
    lambda row: row.answered_by,
)
PARTIAL = flag("partial", "Begun and never sent: kept when the visit was over.", lambda row: row.partial)
CORRECTED = flag(
    "corrected",
    "Entered again by staff with a reason, in place of an earlier response.",
    lambda row: row.corrected,
)
SUBMITTED = instant("submitted_at", "When it was sent (UTC).", lambda row: row.submitted_at)
COMPLETED = day(
    "completed_on", "Calendar date of the answers in the study's time zone.", lambda row: row.completed_on
)
SECONDS = number(
    "seconds",
    "Seconds from the first saved answer to sending. Empty where it was never sent, came on paper or by "
    "import, or the times are not known.",
    lambda row: seconds_taken(row.source, row.partial, row.started_at, row.submitted_at),
)


def _responses(*columns: Any) -> Select[*tuple[Any, ...]]:
    return responses(*_READ, *columns, *ANCHORS).outerjoin(Assistance, Assistance.visit_id == Visit.id)


@dataclass(frozen=True, slots=True)
class _Said:
    """One item of a response."""

    response: Any
    item: Item

    @property
    def value(self) -> Any:
        return self.response.answers.get(self.item.key)


def long_table(library: Library) -> TidyTable:
    """Every item of every response: its value, or why it has none."""

    def rows(selection: Selection) -> Iterator[_Said]:
        query = _responses(Response.answers, Response.not_given, Response.answered_at).order_by(
            *selection.visit_order, selection.by_code(Response.instrument)
        )
        for row in selection.stream(query):
            for item in _asked(library.get(row.instrument, row.version), row):
                yield _Said(row, item)

    return TidyTable(
        "answers_long",
        "Answers, a row for each item",
        (
            PATIENT.within("response"),
            VISIT.within("response"),
            OCCURRENCE.within("response"),
            SINCE_ENROLMENT.within("response"),
            SINCE_ONSET.within("response"),
            INSTRUMENT.within("response"),
            VERSION.within("response"),
            WORDING.within("response"),
            text("item", "Key of the item.", lambda said: said.item.key),
            text(
                "value",
                "The answer as given: see the item in codebook.csv. Empty where there is none.",
                lambda said: None if said.item.kind in ("date", "text") else said.value,
            ),
            coded(
                "not_given",
                "Why there is no answer: skipped (passed over on purpose) or not_reached. Empty where there "
                "is one, and where nobody recorded why there is none. An item that was not asked has no row.",
                NOT_GIVEN,
                lambda said: said.response.not_given.get(said.item.key),
            ),
            STATUS.within("response"),
            LOCALE.within("response"),
            SOURCE.within("response"),
            ANSWERED_BY.within("response"),
            day(
                "value_on",
                "The answer to an item that asks for a date.",
                lambda said: said.value if said.item.kind == "date" else None,
            ),
            replace(
                text(
                    "value_text",
                    "The answer to an item that asks for a text, as it was typed.",
                    lambda said: said.value if said.item.kind == "text" else None,
                ),
                typed=True,
            ),
            instant(
                "answered_at",
                "When the answer was given (UTC).",
                lambda said: said.response.answered_at.get(said.item.key),
            ),
        ),
        ("patient", "visit", "occurrence", "instrument", "item"),
        rows,
    )


def _asked(instrument: Instrument, row: Any) -> Iterator[Item]:
    """The items of `instrument`; optional ones only if a response has them."""
    for item in instrument.items:
        if not item.optional or item.key in row.answers or item.key in row.not_given:
            yield item


def wide_table(key: str, versions: Sequence[Instrument]) -> TidyTable:
    """One questionnaire, a row per response and a column per item of any of its `versions`."""
    items = {item.key: item for version in versions for item in version.items}

    def rows(selection: Selection) -> Iterator[Any]:
        query = (
            _responses(Response.id, Response.visit_id, Response.answers, Response.not_given)
            .where(Response.instrument == key)
            .order_by(*selection.visit_order, Response.id)
        )
        return selection.stream(query)

    return TidyTable(
        f"answers_{key}",
        f"{versions[-1].short_title}, a row for each response",
        (
            PATIENT,
            VISIT,
            OCCURRENCE,
            SINCE_ENROLMENT,
            SINCE_ONSET,
            VERSION,
            WORDING,
            STATUS,
            LOCALE,
            SOURCE,
            ANSWERED_BY,
            PARTIAL,
            CORRECTED,
            SECONDS,
            *(_of_item(key, item) for item in items.values()),
            COMPLETED,
            SUBMITTED,
        ),
        ("patient", "visit", "occurrence"),
        rows,
    )


def _of_item(instrument: str, item: Item) -> Column:
    kind = TYPES[item.kind]
    name, value = f"{instrument}_{item.key}", _answer_to(item.key)
    return Column(name, kind, item.label, value, is_date=kind in DATES, typed=item.kind == "text")


def _answer_to(item: str) -> Callable[[Any], Any]:
    return lambda row: row.answers.get(item)


def _score_rows(selection: Selection) -> Iterator[Any]:
    query = (
        _responses(Score.scale, Score.value, Score.items_used, Score.items_missing, Score.prorated)
        .join(Score, Score.response_id == Response.id)
        .order_by(
            *selection.visit_order, selection.by_code(Response.instrument), selection.by_code(Score.scale)
        )
    )
    return selection.stream(query)


SCORES = TidyTable(
    "scores",
    "Scores, a row for each scale of each response",
    (
        PATIENT,
        VISIT,
        SINCE_ENROLMENT,
        SINCE_ONSET,
        SUBMITTED,
        INSTRUMENT,
        VERSION,
        WORDING,
        text("scale", "Key of the scale within its questionnaire.", lambda row: row.scale),
        number("value", "The score, unrounded; empty where too much is missing.", lambda row: row.value),
        whole("items_used", "Items answered that the score rests on.", lambda row: row.items_used),
        whole("items_missing", "Items of the scale without an answer.", lambda row: row.items_missing),
        flag(
            "prorated",
            "Whether missing items were made up for by the rule in codebook.json.",
            lambda row: row.prorated,
        ),
        LOCALE,
        SOURCE,
        OCCURRENCE,
        STATUS,
        ANSWERED_BY,
        PARTIAL,
        CORRECTED,
        COMPLETED,
    ),
    ("patient", "visit", "occurrence", "instrument", "scale"),
    _score_rows,
)


def answered(selection: Selection) -> list[tuple[str, str, str, str]]:
    """The questionnaires with answers: key, version, wording and its status, sorted by their bytes."""
    query = (
        select(
            InstrumentVersion.instrument,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            InstrumentVersion.wording_status,
        )
        .distinct()
        .join(Response, Response.instrument_version_id == InstrumentVersion.id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Response.stands, selection.condition)
    )
    return sorted(
        (row.instrument, row.version, row.wording, row.wording_status)
        for row in selection.session.execute(query)
    )
