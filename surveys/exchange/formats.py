"""A study in any of the formats that leave: one order, one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from surveys.exchange import excel, leaving
from surveys.exchange.bundle.package import write_study
from surveys.exchange.dates import EXACT, NO_DATES, Dates, shifted
from surveys.exchange.fhir import package as fhir
from surveys.exchange.fhir.answers import Answers
from surveys.exchange.fhir.questionnaires import Names
from surveys.exchange.places import Place, Written
from surveys.exchange.redcap import package as redcap
from surveys.exchange.redcap.studies import source_of
from surveys.exchange.statistics import package as statistics
from surveys.exchange.tidy import package as tidy
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.study.exports import Order

# Formats whose tables are all data; of others the number of rows would tell nothing.
COUNTED = ("tidy", "spss", "stata", "all")
SHIFTED = (
    "All dates of a patient were moved by one secret number of days: times between them are true, the days "
    "themselves are not."
)
_Progress = Callable[[str], object]


@dataclass(frozen=True)
class Left:
    """How many files were written, with how many rows; None where rows are not counted."""

    files: int
    rows: int | None


def file_name(study: Study, order: Order) -> str:
    """The name of the zip file, which tells what it holds."""
    kind = "coarser" if order.coarse else "" if order.form == "tidy" else order.form
    return f"{study.code}{'-' if kind else ''}{kind}.zip"


def write(
    place: Place,
    session: Session,
    study: Study,
    library: Library,
    order: Order,
    *,
    at: datetime,
    progress: _Progress = lambda _: None,
) -> Left:
    """Write what `order` says into `place`, from the one moment of the database that `session` sees.

    Raises:
        Refused: it is more than the format holds.
        CutShortError: the database gave fewer rows than it counts.
    """
    if order.form == "bundle":
        reason = order.exact_dates or ""
        return Left(write_study(place, session, study, library, site=order.site, at=at, reason=reason), None)
    files = _tables(place, Selection(session, study.id, order.site), study, library, order, progress)
    return Left(len(files), sum(one.rows or 0 for one in files) if order.form in COUNTED else None)


def dates_of(study: Study, order: Order) -> tuple[Dates, str]:
    """The calendar dates that leave by `order`, and the sentence about them."""
    if order.shifted:
        if study.shift_key is None:
            raise ValueError("The order was not noted: dates have no secret to be shifted by.")
        return shifted(study.shift_key), SHIFTED
    if order.exact_dates is None:
        return NO_DATES, "There are no calendar dates."
    return EXACT, f"Dates are real. The reason recorded for this: {' '.join(order.exact_dates.split())}"


def _tables(
    place: Place, selection: Selection, study: Study, library: Library, order: Order, progress: _Progress
) -> list[Written]:
    contents = contents_of(selection, library, site_words=order.site_wording is not None)
    exact = order.exact_dates
    dates, told = dates_of(study, order)
    match order.form:
        case "spss" | "stata" as form:
            return statistics.write(place, selection, study, contents, form, exact=exact)
        case "redcap":
            source = source_of(selection, study, contents, library)
            return redcap.write(place, source, study, dates, told=told)
        case "all":
            words = order.site_wording is not None
            return leaving.write(place, selection, study, contents, reason=exact or "", site_words=words)
        case "fhir":
            answers = Answers(selection, contents, Names(order.fhir_base), dates, study.code)
            return fhir.write(place, answers, study, told=told)
        case "excel":
            return excel.write(place, selection, study, contents, exact=exact is not None)
        case _:
            return tidy.write(
                place, selection, study, contents, exact_dates=exact, coarse=order.coarse, progress=progress
            )
