"""What can be asked about of one patient: each recorded value, its name, its words, where it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from analysis.words import joined
from surveys.db import db
from surveys.instruments.instrument import Instrument, UnknownPart
from surveys.lists import records, visits
from surveys.lists.at_once import together
from surveys.lists.records import GradingRow
from surveys.lists.visits import ResponseRow, VisitRow
from surveys.models import Palsy, Patient, Treatment
from surveys.store.patient import consents
from surveys.store.visit.corrections import ENTERED
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import Grant

LONGEST_LABEL = 200


@dataclass(frozen=True)
class Value:
    """One recorded value. `about` names it for good, `value` says it now, `place` is where it is mended.

    What a patient answered is never mended: `place` shows it then, and `answered` is true.
    """

    about: str
    group: str
    label: str
    value: str
    place: tuple[str, Mapping[str, Any]]
    answered: bool = False


def of_patient(patient: Patient, here: Grant) -> list[Value]:
    """Every value of the patient, whose palsies and treatments are loaded; in two statements."""
    rows, gradings = together(
        db.session,
        visits.of_patient(here.scope, patient.id, here.at),
        records.gradings(patient.id),
    )
    return [
        *_facts(patient),
        *(value for palsy in patient.palsies for value in _palsy(patient, palsy)),
        *(_treatment(one) for one in patient.treatments),
        *(_grading(one) for one in gradings),
        *(value for row in rows for value in _visit(patient, row)),
    ]


def _facts(patient: Patient) -> Iterator[Value]:
    group, who = _("Patient"), {"patient": patient.code}
    enrolled = ("records.enrolled", who)
    yield Value("enrolled_on", group, _("Enrolled"), _day(patient.enrolled_on), enrolled)
    yield Value("birth_year", group, _("Year of birth"), str(patient.birth_year or _("Not known")), enrolled)
    yield Value("sex", group, _("Sex"), display.words(patient.sex, "sex"), enrolled)
    yield Value("site", group, _("Site"), patient.site or "–", enrolled)
    status = _(
        "%(words)s since %(day)s",
        words=display.words(patient.status, "status"),
        day=_day(patient.status_since),
    )
    yield Value("status", group, _("Taking part"), status, ("records.status", who))
    decided = consents.of_patient(db.session, patient.id)
    said = (
        _("%(decision)s on %(day)s", decision=decided.decision, day=_day(decided.signed_on))
        if decided
        else _("Not recorded")
    )
    yield Value("consent", group, _("Consent"), said, ("patients.show", who))


def _palsy(patient: Patient, palsy: Palsy) -> Iterator[Value]:
    group = _("Palsy %(number)s", number=palsy.number)
    place = ("records.palsy", {"patient": patient.code, "number": palsy.number})
    onset = display.partial(palsy.onset_on, palsy.onset_precision) or _("Not known")
    told = {
        "side": (_("Side"), display.words(palsy.side, "side")),
        "cause": (_("Cause"), display.words(palsy.cause, "cause")),
        "begin": (_("How it began"), display.words(palsy.begin, "begin")),
        "onset_on": (_("Onset"), onset),
        "recovered_on": (_("Recovered"), _day(palsy.recovered_on)),
        "synkinesis_noted_on": (_("Synkinesis first seen"), _day(palsy.synkinesis_noted_on)),
    }
    for key, (label, value) in told.items():
        yield Value(f"palsy:{palsy.number}:{key}", group, f"{group}: {label}", value, place)


def _treatment(one: Treatment) -> Value:
    began = display.partial(one.started_on, one.started_precision) or _("day not known")
    dose = f"{display.plain(one.dose)} {one.unit or ''}".strip() if one.dose is not None else ""
    told = [display.words(one.state, "treatment_state"), began, one.product or "", dose]
    place = ("records.treatment_facts", {"treatment_id": one.id})
    return Value(
        f"treatment:{one.id}",
        _("Treatments"),
        display.words(one.kind, "treatment"),
        joined(", ", (text for text in told if text)),
        place,
    )


def _grading(one: GradingRow) -> Value:
    label = f"{display.words(one.scale, 'grading_scale')}, {_day(one.graded_on)}"
    value = display.grade(one.value, one.scale)
    place = ("records.grading_error", {"grading_id": one.id})
    return Value(f"grading:{one.id}", _("Gradings"), label, str(value), place)


def _visit(patient: Patient, row: VisitRow) -> Iterator[Value]:
    group = _("%(title)s, due %(day)s", title=row.title, day=_day(row.due_on))
    said = _(
        "%(words)s, open %(day)s to %(day_2)s",
        words=display.words(row.state, "state"),
        day=_day(row.opens_on),
        day_2=_day(row.closes_on),
    )
    if row.missed_reason:
        said += f": {row.missed_reason}"
    place: tuple[str, Mapping[str, Any]] = ("patients.show", {"patient": patient.code})
    yield Value(f"visit:{row.id}", group, _("%(title)s: the visit itself", title=row.title), said, place)
    for response in row.responses.values():
        yield from _response(group, row, response)


def _response(group: str, row: VisitRow, response: ResponseRow) -> Iterator[Value]:
    library = server.library()
    if response.instrument not in library:
        return
    instrument = library.get(response.instrument)
    by_staff = response.source in ENTERED
    place = ("answers.correct" if by_staff else "answers.show", {"response_id": response.id})
    name, about = f"{row.title}, {instrument.short_title}", f"visit:{row.id}:{instrument.key}"
    yield Value(
        f"{about}:day",
        group,
        _("%(name)s: day", name=name),
        _day(response.completed_on),
        place,
        answered=not by_staff,
    )
    for score in response.scores:
        label = _("%(name)s: score %(title)s", name=name, title=_title(instrument, score.scale))
        value = _("not computed") if score.value is None else display.decimal(score.value)
        yield Value(f"{about}:score:{score.scale}", group, label, value, place, answered=not by_staff)
    for key, given in response.answers.items():
        try:
            label, said = instrument.item(key).label, display.given_words(instrument, key, given)
        except UnknownPart:  # of an earlier version
            label, said = key, str(given)
        number = f"{name}: {label}"[:LONGEST_LABEL]
        yield Value(f"{about}:answer:{key}", group, number, said, place, answered=not by_staff)


def _title(instrument: Instrument, scale: str) -> str:
    try:
        return instrument.scale(scale).title
    except UnknownPart:
        return scale


def _day(on: Any) -> str:
    return display.day(on) or "–"


def grouped(values: Sequence[Value]) -> Iterator[tuple[str, str, str]]:
    """Group, name and words of each value, for a choice among them."""
    for one in values:
        yield one.group, one.about, f"{one.label} – {one.value}"[: 2 * LONGEST_LABEL]
