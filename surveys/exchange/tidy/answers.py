"""The files about answers: one row per item, one file per questionnaire, and the scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from surveys.exchange.tidy.columns import (
    OCCURRENCE,
    PATIENT,
    SINCE_ENROLMENT,
    SINCE_ONSET,
    VISIT,
    Column,
    Kind,
    Table,
    flag,
    text,
    whole,
)
from surveys.exchange.tidy.days import Anchors
from surveys.exchange.tidy.queries import ANCHORS, Selection, responses
from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.library import Library
from surveys.models import Assistance, InstrumentVersion, Patient, Response, Score, Visit

Rows = Iterator[Sequence[Any]]

KINDS: dict[str, Kind] = {
    "choice": "integer",
    "choices": "string",
    "whole": "integer",
    "decimal": "number",
    "date": "date",
}

# What stands about a response in each of these files, in this order.
_WHERE = (
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
    Response.supersedes_id,
    Response.started_at,
    Response.submitted_at,
    Response.completed_on,
)
INSTRUMENT = text("instrument", "Key of the questionnaire.")
VERSION = text("version", "Version of its definition.")
WORDING = text("wording", "Name of the text that was answered.")
STATUS = text(
    "wording_status",
    "verbatim: the instrument's own text. loaded: the site's text, used by permission. working: a working "
    "text of this software, not validated. unknown: nobody recorded the text.",
)
LOCALE = text("locale", "Language in which it was answered.")
SOURCE = text("source", "web, kiosk, staff_read, paper, import or simulated.")
ANSWERED_BY = text(
    "answered_by",
    "Who answered: patient, typed_by_other, chosen_by_other or interpreter; empty where nobody said.",
)
PARTIAL = flag("partial", "Begun and never sent: kept when the visit was over.")
CORRECTED = flag("corrected", "Entered again by staff with a reason, in place of an earlier response.")
SUBMITTED = Column("submitted_at", "datetime", "When it was sent (UTC).")
COMPLETED = Column("completed_on", "date", "Calendar date of the answers in the study's time zone.")
SECONDS = Column("seconds", "number", "Seconds from opening the first question to sending; empty if unknown.")


def _responses(*columns: Any) -> Select[*tuple[Any, ...]]:
    return responses(*_WHERE, *columns, *ANCHORS).outerjoin(Assistance, Assistance.visit_id == Visit.id)


def _seconds(row: Any) -> float | None:
    if row.source != "web" or row.started_at is None:
        return None
    taken: float = (row.submitted_at - row.started_at).total_seconds()
    return taken


def long_table(library: Library) -> Table:
    """Every item of every response: its value, or why there is none."""

    def rows(selection: Selection) -> Rows:
        query = _responses(Response.answers, Response.not_given, Response.answered_at).order_by(
            *selection.visit_order, selection.by_code(Response.instrument)
        )
        for row in selection.stream(query):
            days = Anchors.of(row)
            for item in _asked(library.get(row.instrument, row.version), row):
                yield (
                    row.code,
                    row.visit,
                    row.occurrence,
                    days.since_enrolment(row.completed_on),
                    days.since_onset(row.completed_on),
                    row.instrument,
                    row.version,
                    row.wording,
                    item.key,
                    None if item.kind == "date" else row.answers.get(item.key),
                    row.not_given.get(item.key),
                    row.wording_status,
                    row.locale,
                    row.source,
                    row.answered_by,
                    row.answers.get(item.key) if item.kind == "date" else None,
                    row.answered_at.get(item.key),
                )

    return Table(
        "answers_long",
        "Answers, a row for each item",
        (
            PATIENT,
            VISIT,
            OCCURRENCE,
            SINCE_ENROLMENT,
            SINCE_ONSET,
            INSTRUMENT,
            VERSION,
            WORDING,
            text("item", "Key of the item."),
            text("value", "The answer as given: see the item in codebook.csv. Empty where there is none."),
            text(
                "not_given",
                "Why there is no answer: skipped (passed over on purpose) or not_reached. Empty where there "
                "is one, and where nobody recorded why there is none.",
            ),
            STATUS,
            LOCALE,
            SOURCE,
            ANSWERED_BY,
            Column("value_on", "date", "The answer to an item that asks for a date."),
            Column("answered_at", "datetime", "When the answer was given (UTC)."),
        ),
        ("patient", "visit", "occurrence", "instrument", "item"),
        rows,
    )


def _asked(instrument: Instrument, row: Any) -> Iterator[Item]:
    """The items of `instrument`; optional ones only where something is known of them."""
    for item in instrument.items:
        if not item.optional or item.key in row.answers or item.key in row.not_given:
            yield item


def wide_table(key: str, versions: Sequence[Instrument]) -> Table:
    """One questionnaire, a row per response and a column per item of any of its `versions`."""
    items = {item.key: item for version in versions for item in version.items}

    def rows(selection: Selection) -> Rows:
        query = (
            _responses(Response.answers)
            .where(Response.instrument == key)
            .order_by(*selection.visit_order, Response.id)
        )
        for row in selection.stream(query):
            days = Anchors.of(row)
            yield (
                row.code,
                row.visit,
                row.occurrence,
                days.since_enrolment(row.completed_on),
                days.since_onset(row.completed_on),
                row.version,
                row.wording,
                row.wording_status,
                row.locale,
                row.source,
                row.answered_by,
                row.partial,
                row.supersedes_id is not None,
                _seconds(row),
                *(row.answers.get(item) for item in items),
                row.completed_on,
                row.submitted_at,
            )

    return Table(
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
            *(Column(f"{key}_{item.key}", KINDS[item.kind], item.label) for item in items.values()),
            COMPLETED,
            SUBMITTED,
        ),
        ("patient", "visit", "occurrence"),
        rows,
    )


def _score_rows(selection: Selection) -> Rows:
    query = (
        _responses(Score.scale, Score.value, Score.items_used, Score.items_missing, Score.prorated)
        .join(Score, Score.response_id == Response.id)
        .order_by(
            *selection.visit_order, selection.by_code(Response.instrument), selection.by_code(Score.scale)
        )
    )
    for row in selection.stream(query):
        days = Anchors.of(row)
        yield (
            row.code,
            row.visit,
            days.since_enrolment(row.completed_on),
            days.since_onset(row.completed_on),
            row.submitted_at,
            row.instrument,
            row.version,
            row.wording,
            row.scale,
            row.value,
            row.items_used,
            row.items_missing,
            row.prorated,
            row.locale,
            row.source,
            row.occurrence,
            row.wording_status,
            row.answered_by,
            row.partial,
            row.supersedes_id is not None,
            row.completed_on,
        )


SCORES = Table(
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
        text("scale", "Key of the scale within its questionnaire."),
        Column("value", "number", "The score, unrounded; empty where too much is missing."),
        whole("items_used", "Items answered that the score rests on."),
        whole("items_missing", "Items of the scale without an answer."),
        flag("prorated", "Whether missing items were made up for by the rule in codebook.json."),
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
    """What there are answers to: key, version, wording and the wording's status, sorted by their bytes."""
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
