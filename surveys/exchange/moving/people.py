"""A patient's rows of a package as what the store keeps of her."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analysis.data.gradings import GRADING_SCALES
from analysis.data.kinds import KINDS
from analysis.data.statuses import REASONS, STATUSES
from analysis.words import words as _
from surveys import background
from surveys.exchange.import_file import patient_code
from surveys.exchange.moving.cells import Cells, day, flag, whole
from surveys.exchange.moving.responses import Answered, responses
from surveys.exchange.moving.tables import Rows
from surveys.exchange.moving.visits import Place, place_of, visit_row
from surveys.instruments.library import Library
from surveys.models.background import OUTCOMES
from surveys.models.consent import DECISIONS, WAYS
from surveys.models.injection import INJECTED_SIDES, MUSCLES
from surveys.models.patient import BEGINNINGS, CAUSES, GRADING_MODES, SEXES, SIDES, TREATMENT_STATES
from surveys.store.patient.consents import PARTS
from surveys.store.patient.moving import (
    MovedAnswer,
    MovedGrading,
    MovedPatient,
    MovedTreatment,
    MovedVisit,
)


@dataclass(frozen=True)
class Here:
    """What patients of a package refer to, as the study here has it; `lacking` collects what it has not.

    `timepoints` and `consent_texts` have ids, the latter by version and language. `answered` are the
    versions and wordings of the package.
    """

    library: Library
    timepoints: Mapping[str, int]
    consent_texts: Mapping[tuple[str, str], int]
    answered: Answered
    lacking: set[str] = field(default_factory=set)


def moved(own: Cells, rows: Rows, here: Here) -> MovedPatient:
    """The patient of these rows. What is wrong with them is noted as faults."""
    places = [place_of(row) for row in rows["visits"]]
    reported = _by_visit(rows["reported"], places)
    answered = responses(rows, places, here.answered)
    return MovedPatient(
        row=_patient(own),
        palsies=tuple(map(_palsy, rows["palsies"])),
        treatments=tuple(_treatments(rows["treatments"], rows["injection_sites"])),
        gradings=tuple(_gradings(rows["gradings"], {row.record["palsy"] for row in rows["palsies"]})),
        consents=tuple(_consent(row, here) for row in rows["consents"]),
        visits=tuple(
            MovedVisit(
                row=visit_row(row, here.timepoints, here.library, here.lacking),
                answered_by=row.text("answered_by"),
                matters=row.text("matters_most"),
                shown=tuple(row.several("feedback_shown")),
                reported=tuple(map(_answer, reported.get(place, ()))),
                responses=tuple(answered.get(place, ())),
            )
            for row, place in zip(rows["visits"], places, strict=True)
        ),
    )


def _patient(row: Cells) -> Mapping[str, Any]:
    enrolled = row.needed("enrolled_on", day)
    return {
        "contact_id": None,
        "code": row.needed("patient", patient_code),
        "site": row.text("site"),
        "birth_year": row.whole("birth_year"),
        "sex": row.code("sex", SEXES) or "unknown",
        "enrolled_on": enrolled,
        "status": row.code("status", STATUSES) or "active",
        "status_since": row.day("status_since") or enrolled,
        "status_reason": row.code("status_reason", REASONS),
    }


def _palsy(row: Cells) -> Mapping[str, Any]:
    onset, precision = row.period("onset_on")
    return {
        "number": row.needed("palsy", whole),
        "is_index": row.needed("index", flag),
        "side": row.code("side", SIDES) or "unknown",
        "cause": row.code("cause", CAUSES) or "unknown",
        "begin": row.code("begin", BEGINNINGS) or "unknown",
        "onset_on": onset,
        "onset_precision": precision,
        "recovered_on": row.day("recovered_on"),
        "synkinesis_noted_on": row.day("synkinesis_noted_on"),
    }


def _treatments(rows: Sequence[Cells], sites: Sequence[Cells]) -> Iterator[MovedTreatment]:
    left = list(sites)
    for row in rows:
        started, precision = row.period("started_on")
        dose = row.number_of("dose")
        yield MovedTreatment(
            {
                "kind": row.code("kind", KINDS),
                "state": row.code("state", TREATMENT_STATES),
                "started_on": started,
                "started_precision": precision,
                "ended_on": row.day("ended_on"),
                "product": row.text("product"),
                "dose": dose,
                "unit": row.text("unit"),
                "sessions": row.whole("sessions"),
                "side": row.code("side", SIDES),
                "note": None,
            },
            tuple(_sites(row, dose, left)),
        )
    for site in left:
        site.fault("muscle", _("There is no such injection in treatments.csv."))


_INJECTION = ("state", "started_on", "product")


def _sites(treatment: Cells, dose: float | None, left: list[Cells]) -> Iterator[Mapping[str, Any]]:
    """Takes the treatment's muscles from those that are left: the dose is the sum of its units."""
    told, units = set[tuple[str, str]](), 0.0
    for site in list(left):
        same = all(site.record[name] == treatment.record[name] for name in _INJECTION)
        muscle = (site.record["muscle"], site.record["side"])
        if not same or muscle in told or dose is None or units >= dose:
            continue
        left.remove(site)
        told.add(muscle)
        injected = site.number_of("units") or 0
        units += injected
        yield {
            "muscle": site.code("muscle", MUSCLES),
            "side": site.code("side", INJECTED_SIDES),
            "units": injected,
        }


def _gradings(rows: Sequence[Cells], palsies: Collection[str]) -> Iterator[MovedGrading]:
    for row in rows:
        if row.record["palsy"] not in palsies:
            row.fault("palsy", _("palsies.csv has no such palsy of this patient."))
        yield MovedGrading(
            row.needed("palsy", whole),
            {
                "scale": row.code("scale", GRADING_SCALES),
                "value": row.needed("value", whole),
                "parts": _parts(row),
                "graded_on": row.needed("graded_on", day),
                "mode": row.code("mode", GRADING_MODES) or "unknown",
                "graded_by": None,
            },
        )


def _parts(row: Cells) -> dict[str, Any] | None:
    text = row.record["parts"]
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        row.fault("parts", _("This is no JSON object."))
        return None
    return found


def _consent(row: Cells, here: Here) -> Mapping[str, Any]:
    version, locale = row.record["version"], row.record["locale"]
    text = here.consent_texts.get((version, locale))
    if version and text is None:
        here.lacking.add(
            _(
                "The study has no consent text %(version)s in %(locale)s, on which patients of the "
                "package decided. Load it first: seventh study consent STUDY FILE.",
                version=version,
                locale=locale,
            )
        )
    return {
        "consent_text_id": text,
        "decision": row.code("decision", DECISIONS),
        "how": row.code("how", WAYS),
        "parts": {part: row.record[part] == "true" for part in PARTS if row.record[part]},
        "signed_on": row.needed("signed_on", day),
        "reference": row.record["reference"],
    }


def _answer(row: Cells) -> MovedAnswer:
    question = row.code("question", background.QUESTIONS) or background.SENT
    answer = {"skipped": True} if row.record["not_given"] else {"value": _said(row, question)}
    return MovedAnswer(
        {"question": question, "answer": answer, "locale": row.record["locale"]},
        row.code("decision", OUTCOMES),
    )


def _said(row: Cells, question: str) -> Any:
    on: date | None
    on, precision = row.period("value_on")
    if on is not None:
        return {"on": on.isoformat(), "precision": precision}
    if question in background.SEVERAL:
        return row.several("value")
    return row.text("value")


def _by_visit(rows: Sequence[Cells], known: Collection[Place]) -> Mapping[Place, Sequence[Cells]]:
    found: dict[Place, list[Cells]] = defaultdict(list)
    for row in rows:
        place = place_of(row)
        if place not in known:
            row.fault("visit", _("visits.csv has no such visit of this patient."))
        found[place].append(row)
    return found
