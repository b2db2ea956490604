"""All bulk reading, as the tidy tables that `analysis` takes, without contacts.

`queries` says what is read, `columns` reads it, `tables` makes it the tables of the contract. NumPy and
pandas are imported when frames are asked for, not when the server starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from analysis.data.analysis_plan import NO_ANALYSIS_PLAN
from surveys.frames import apart
from surveys.instruments import facts
from surveys.instruments.instrument import Instrument
from surveys.instruments.labels import scale_title
from surveys.instruments.library import Library
from surveys.instruments.scale import Scale
from surveys.models import Study, analysis_plan

if TYPE_CHECKING:
    from analysis.data.frame import ScaleInfo, StudyFrames


def study_frames(
    session: Session,
    study: Study,
    library: Library,
    *,
    site: str | None = None,
    unconfirmed: bool = False,
) -> StudyFrames:
    """The tables of one study (columns: `analysis.data.frame.COLUMNS`), limited to one `site` where given.

    Only current responses: none that was superseded or annulled. Who joined by herself and was not looked at
    is there only if `unconfirmed` are asked for, otherwise counted; so is, where the study wants it, whose
    consent does not stand. A site alone answers no question of the
    study's analysis plan.
    """
    from analysis.data.frame import StudyFrames
    from surveys.frames.tables import tables

    return StudyFrames(
        study=study.code,
        title=study.title,
        simulated=study.simulated,
        **tables(session, study.id, site, unconfirmed),
        scale_info=scale_info(library),
        unconfirmed=() if unconfirmed else apart.unconfirmed(session, study.id, site),
        without_consent=apart.without_consent(session, study.id, site)
        if study.leaves_out_without_consent
        else None,
        analysis_plan=analysis_plan.of_study(session, study.id) if site is None else NO_ANALYSIS_PLAN,
    )


def scale_info(library: Library) -> dict[str, ScaleInfo]:
    """The facts of every scale of the newest definitions, by its full key (`face.total`)."""
    from analysis.data.frame import ScaleInfo, Threshold

    places = {key: place for place, key in enumerate(facts.headlines(library), start=1)}
    shared = facts.shared_content(library)

    def info(instrument: Instrument, scale: Scale) -> ScaleInfo:
        known = facts.known(instrument, library)
        return ScaleInfo(
            label=scale_title(instrument, scale),
            short_label=scale_title(instrument, scale),
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
