"""All bulk reading, as the tidy tables that `analysis` takes, without contacts.

pandas is imported when frames are asked for, not when the server starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from surveys.instruments import facts
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scale import Scale
from surveys.models import (
    Assistance,
    Background,
    Draft,
    Grading,
    InstrumentVersion,
    Palsy,
    Patient,
    Response,
    Score,
    Study,
    Treatment,
    Visit,
)
from surveys.models.background import standing
from surveys.models.response import seconds_taken

if TYPE_CHECKING:
    from analysis.data.frame import ScaleInfo, StudyFrames


def study_frames(session: Session, study: Study, library: Library, *, site: str | None = None) -> StudyFrames:
    """The tables of one study (columns: `analysis.data.frame.COLUMNS`), limited to one `site` where given.

    Only current responses: none that was superseded or annulled.
    """
    from analysis.data.frame import StudyFrames, build

    def rows(query: Select[*tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for row in session.execute(query.where(Patient.within(study.id, site))).mappings():
            yield dict(row)

    return StudyFrames(
        study=study.code,
        title=study.title,
        simulated=study.simulated,
        scores=build("scores", rows(_scores())),
        patients=build("patients", rows(_patients())),
        treatments=build("treatments", rows(_treatments())),
        visits=build("visits", rows(_visits())),
        gradings=build("gradings", rows(_gradings())),
        responses=build("responses", map(_timed, rows(_responses()))),
        scale_info=scale_info(library),
    )


def scale_info(library: Library) -> dict[str, ScaleInfo]:
    """The facts of every scale of the newest definitions, by its full key (`face.total`)."""
    from analysis.data.frame import ScaleInfo, Threshold

    places = {key: place for place, key in enumerate(facts.headlines(library), start=1)}
    shared = facts.shared_content(library)

    def info(instrument: Instrument, scale: Scale) -> ScaleInfo:
        known = facts.known(instrument, library)
        return ScaleInfo(
            label=_name(instrument, scale),
            short_label=_name(instrument, scale),
            low=scale.low,
            high=scale.high,
            direction=scale.direction,
            instrument=instrument.key,
            bands=tuple((band.label, band.at_least) for band in scale.bands),
            cutoffs=tuple((cutoff.label, cutoff.value, cutoff.source) for cutoff in scale.cutoffs),
            thresholds=tuple(
                Threshold(one.kind, one.value, one.source, one.population, one.caveat)
                for one in instrument.change_thresholds
                if one.scale == scale.key
            ),
            items=scale.items,
            reverse=tuple((item, sum(instrument.extent(item))) for item in scale.reverse),
            missing=scale.missing.statement,
            asks_of=facts.asks_of(instrument, library),
            only_by_patient=facts.only_by_patient(instrument, library),
            piles_up=known.piles_up,
            headline=places.get((instrument.key, scale.key)),
            shares=tuple(shared.get(f"{instrument.key}.{scale.key}", {}).items()),
            early=known.not_before.because if known.not_before else "",
        )

    return {
        f"{instrument.key}.{scale.key}": info(instrument, scale)
        for instrument in library
        for scale in instrument.scales
    }


def _name(instrument: Instrument, scale: Scale) -> str:
    if scale.title.startswith(instrument.short_title):
        return scale.title
    return f"{instrument.short_title} {scale.title[0].lower()}{scale.title[1:]}"


def _scores() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Patient.code.label("patient"),
            Visit.name.label("visit"),
            Visit.id.label("visit_id"),
            Response.completed_on,
            Response.instrument,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            InstrumentVersion.wording_status,
            Response.locale,
            Response.source,
            func.coalesce(Response.answered_by, Assistance.answered_by).label("answered_by"),
            (Response.instrument + literal(".") + Score.scale).label("scale"),
            Score.value,
            Score.items_used,
            Score.items_missing,
            Score.prorated,
        )
        .join(Response, Response.id == Score.response_id)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Assistance, Assistance.visit_id == Visit.id)
        .where(Response.stands)
        .order_by(Patient.code, Response.completed_on, Visit.id, Response.id, Score.scale)
    )


def _patients() -> Select[*tuple[Any, ...]]:
    palsies = (
        select(func.count(Palsy.id))
        .where(Palsy.patient_id == Patient.id)
        .correlate(Patient)
        .scalar_subquery()
    )
    return (
        select(
            Patient.code.label("patient"),
            Patient.sex,
            Patient.birth_year,
            Patient.site,
            Patient.status,
            Patient.status_since,
            Palsy.cause,
            Palsy.side,
            Palsy.begin,
            Palsy.onset_on,
            Palsy.onset_precision,
            palsies.label("palsies"),
            Patient.enrolled_on,
        )
        .outerjoin(Palsy, (Palsy.patient_id == Patient.id) & Palsy.is_index)
        .order_by(Patient.code)
    )


def _treatments() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Patient.code.label("patient"),
            Treatment.kind,
            Treatment.state,
            Treatment.started_on,
            Treatment.started_precision.label("precision"),
        )
        .join(Patient, Patient.id == Treatment.patient_id)
        .order_by(Patient.code, Treatment.started_on, Treatment.kind)
    )


def _visits() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Patient.code.label("patient"),
            Visit.name.label("visit"),
            Visit.id.label("visit_id"),
            Visit.occurrence,
            Visit.due_on,
            Visit.opens_on,
            Visit.closes_on,
            Visit.battery,
            Visit.missed_reason,
            Background.answer["value"].as_string().label("says_recovered"),
            or_(
                exists().where(Response.stands, Response.visit_id == Visit.id),
                exists().where(Draft.visit_id == Visit.id),
            ).label("begun"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(
            Background,
            (Background.visit_id == Visit.id) & Background.id.in_(standing("recovered")),
        )
        .where(Visit.withdrawn_at.is_(None))
        .order_by(Patient.code, Visit.due_on, Visit.id)
    )


def _gradings() -> Select[*tuple[Any, ...]]:
    """The gradings of the index palsy."""
    return (
        select(Patient.code.label("patient"), Grading.scale, Grading.value, Grading.graded_on)
        .join(Patient, Patient.id == Grading.patient_id)
        .join(Palsy, Palsy.id == Grading.palsy_id)
        .where(Palsy.is_index)
        .order_by(Patient.code, Grading.graded_on, Grading.scale)
    )


def _responses() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Patient.code.label("patient"),
            Response.visit_id,
            Response.instrument,
            Response.completed_on,
            Response.partial,
            exists().where(Score.response_id == Response.id, Score.value.is_not(None)).label("scored"),
            Response.source,
            Response.started_at,
            Response.submitted_at,
            Response.answers,
        )
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Response.stands)
        .order_by(Patient.code, Response.completed_on, Response.visit_id, Response.id)
    )


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the minutes of answering, in place of the instants they come from."""
    started_at, submitted_at = row.pop("started_at"), row.pop("submitted_at")
    took = seconds_taken(row.pop("source"), row["partial"], started_at, submitted_at)
    return {**row, "minutes": None if took is None else took / 60}
