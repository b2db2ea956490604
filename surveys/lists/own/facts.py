"""The fields of a patient besides scores: person, palsy, treatments, visits, how the person is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, literal, select

from analysis.data.gradings import GRADING_SCALES
from analysis.data.kinds import ALL_FAMILIES, ALL_KINDS
from analysis.words import words as _
from surveys.lists import patients
from surveys.lists.needs import WAITING
from surveys.lists.own.fields import Field
from surveys.lists.own.reading import Reading
from surveys.lists.visits import TITLE, StateOfVisit
from surveys.models import Consent, Grading, Patient, Timepoint, Treatment, Visit

Words = Mapping[str, Mapping[str, str]]
"""The words of each coded fact, by the fact's name."""

OUTSIDE = "-"
YES_NO = {"yes": _("Yes"), "no": _("No")}
CONSENTS = {"agreed": _("Agreed"), "declined": _("Declined"), "none": _("Not recorded")}
NO_CHANNEL = {"none": _("None: no e-mail address"), "no_contact": _("No contact recorded")}


@dataclass(frozen=True)
class PlanPart:
    """A timepoint of the plan, as fields name it."""

    id: int
    key: str
    name: str


def fields(words: Words, plan: Sequence[PlanPart]) -> Iterator[Field]:
    """Every field, in the order in which lists show them."""
    yield from _person(words)
    yield from _palsy(words)
    yield from _visits(words, plan)
    yield from _reached(words)
    yield from _gradings(words)
    yield from _treatments()


def _of(value: Any) -> Callable[[Reading], ColumnElement[Any]]:
    """A column of the patient, which every statement reads."""
    return lambda __: value


def _person(words: Words) -> Iterator[Field]:
    group = _("Patient")
    yield Field("code", group, _("Study code"), "text", _of(Patient.code), compared=_of(Patient.code_folded))
    site = Patient.site_folded
    yield Field("site", group, _("Site"), "text", _of(Patient.site), compared=_of(site))
    yield Field("sex", group, _("Sex"), "choice", _of(Patient.sex), words["sex"])
    yield Field(
        "age",
        group,
        _("Age by year of birth"),
        "number",
        lambda reading: reading.scope.today.year - Patient.birth_year,
    )
    yield Field("enrolled_on", group, _("Enrolled"), "day", _of(Patient.enrolled_on))
    yield Field("status", group, _("Taking part"), "choice", _of(Patient.status), words["status"])
    yield Field("status_since", group, _("Taking part: since"), "day", _of(Patient.status_since))
    last = (
        select(Consent.decision)
        .where(Consent.patient_id == Patient.id)
        .order_by(Consent.id.desc())
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )
    yield Field("consent", group, _("Consent"), "choice", _of(func.coalesce(last, "none")), CONSENTS)


def _palsy(words: Words) -> Iterator[Field]:
    group = _("Palsy")
    for key, label in (("side", _("Side")), ("cause", _("Cause")), ("begin", _("How it began"))):

        def read(reading: Reading, key: str = key) -> ColumnElement[Any]:
            return func.coalesce(getattr(reading.palsy, key), "unknown")

        yield Field(key, group, label, "choice", read, words[key])
    yield Field(
        "onset_on",
        group,
        _("Onset"),
        "day",
        lambda reading: reading.palsy.onset_on,  # type: ignore[arg-type,return-value]
        precision=lambda reading: reading.palsy.onset_precision,  # type: ignore[arg-type,return-value]
    )
    yield Field("days_since_onset", group, _("Days since onset"), "days_since", _onset)
    for key, label in (("recovered_on", _("Recovered")), ("synkinesis_noted_on", _("Synkinesis first seen"))):

        def day(reading: Reading, key: str = key) -> ColumnElement[Any]:
            return getattr(reading.palsy, key)  # type: ignore[no-any-return]

        yield Field(key, group, label, "day", day)


def _onset(reading: Reading) -> ColumnElement[Any]:
    """The onset where its day is known: days since a month or a year would be made up."""
    return case((reading.palsy.onset_precision == "day", reading.palsy.onset_on))


def _visits(words: Words, plan: Sequence[PlanPart]) -> Iterator[Field]:
    group = _("Visits and answers")
    answered = patients.last_answered_on(Patient.id.expression)
    yield Field("last_answered_on", group, _("Last answered"), "day", _of(answered))
    yield Field("days_since_answer", group, _("Days since last answer"), "days_since", _of(answered))
    yield Field(
        "state", group, _("Visit now: state"), "choice", lambda reading: reading.line.c.state, words["state"]
    )
    names = {one.key: one.name for one in plan}
    yield Field(
        "visit",
        group,
        _("Visit now"),
        "choice",
        _visit_now,
        {**names, OUTSIDE: _("Outside the plan, or none")},
    )
    yield Field("due_on", group, _("Visit now: due"), "day", lambda reading: reading.line.c.due_on)
    yield Field("next_visit", group, _("Next visit"), "text", lambda reading: _next(reading, TITLE))
    yield Field(
        "next_due_on", group, _("Next visit: due"), "day", lambda reading: _next(reading, Visit.due_on)
    )
    for one in plan:

        def state(reading: Reading, timepoint_id: int = one.id) -> ColumnElement[Any]:
            return func.coalesce(_state_at(reading, timepoint_id), "none")

        yield Field(
            f"at.{one.key}", group, _("%(name)s: state", name=one.name), "choice", state, words["state"]
        )
    waiting = patients.alerts(Patient.id.expression, "new")
    yield Field("alerts", group, _("Alerts waiting"), "number", _of(waiting))
    still_open = patients.alerts(Patient.id.expression, *WAITING)
    yield Field("open_alerts", group, _("Alerts not closed"), "number", _of(still_open))


def _visit_now(reading: Reading) -> ColumnElement[Any]:
    key = (
        select(Timepoint.key)
        .join(Visit, Visit.timepoint_id == Timepoint.id)
        .where(Visit.id == reading.line.c.visit_id)
        .correlate(reading.line)
        .scalar_subquery()
    )
    return func.coalesce(key, OUTSIDE)


def _next(reading: Reading, what: Any) -> ScalarSelect[Any]:
    """Of the patient's first visit that opens later."""
    return (
        select(what)
        .select_from(Visit)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(
            Visit.patient_id == Patient.id,
            Visit.withdrawn_at.is_(None),
            StateOfVisit.on(reading.scope.today).state == "upcoming",
        )
        .order_by(Visit.due_on, Visit.id)
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )


def _state_at(reading: Reading, timepoint_id: int) -> ScalarSelect[str]:
    """Of the patient's last visit at that timepoint."""
    return (
        select(StateOfVisit.on(reading.scope.today).state)
        .select_from(Visit)
        .where(
            Visit.patient_id == Patient.id,
            Visit.timepoint_id == timepoint_id,
            Visit.withdrawn_at.is_(None),
        )
        .order_by(Visit.occurrence.desc())
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )


def _reached(words: Words) -> Iterator[Field]:
    group = _("Reaching the patient")

    def channel(reading: Reading) -> ColumnElement[Any]:
        return case(
            (Patient.contact_id.is_(None), "no_contact"), else_=func.coalesce(reading.contact.way, "none")
        )

    yield Field("channel", group, _("Messages"), "choice", channel, {**words["channel"], **NO_CHANNEL})
    yield Field(
        "refused_email",
        group,
        _("E-mail address refused"),
        "choice",
        lambda reading: _yes(reading.contact.email == reading.contact.refused_email),
        YES_NO,
    )
    stopped = _yes(Patient.messages_stopped_at.is_not(None))
    yield Field("messages_stopped", group, _("Wants no messages"), "choice", _of(stopped), YES_NO)
    removal = _yes(Patient.removal_requested_at.is_not(None))
    yield Field("removal_requested", group, _("Asks to be removed"), "choice", _of(removal), YES_NO)


def _gradings(words: Words) -> Iterator[Field]:
    for scale in GRADING_SCALES:
        last = (
            select(Grading.value)
            .where(Grading.patient_id == Patient.id, Grading.scale == scale)
            .order_by(Grading.graded_on.desc(), Grading.id.desc())
            .limit(1)
            .correlate(Patient)
            .scalar_subquery()
        )
        label = _("Last %(words)s", words=words["grading_scale"][scale])
        yield Field(f"grade.{scale}", _("Gradings"), label, "number", _of(last))


def _treatments() -> Iterator[Field]:
    families = {
        family.key: [kind.key for kind in ALL_KINDS if kind.family == family.key] for family in ALL_FAMILIES
    }
    for family in ALL_FAMILIES:
        yield from _given(
            _("Treatments by family"), f"family.{family.key}", family.words, families[family.key]
        )
    for kind in ALL_KINDS:
        yield from _given(_("Treatments by kind"), f"kind.{kind.key}", kind.words, [kind.key])


def _given(group: str, key: str, name: str, kinds: Sequence[str]) -> Iterator[Field]:
    """Whether one of these was given, also on an unknown day, and the first day of the last that was."""
    given = (Treatment.patient_id == Patient.id, Treatment.kind.in_(kinds), Treatment.state == "given")
    there = select(Treatment.id).where(*given).correlate(Patient).exists()
    yield Field(f"{key}.given", group, _("%(name)s: given", name=name), "choice", _of(_yes(there)), YES_NO)
    last = select(func.max(Treatment.started_on)).where(*given).correlate(Patient).scalar_subquery()
    exactly = (
        select(Treatment.started_precision)
        .where(*given, Treatment.started_on.is_not(None))
        .order_by(Treatment.started_on.desc(), Treatment.id)
        .limit(1)
        .correlate(Patient)
        .scalar_subquery()
    )
    yield Field(
        f"{key}.begun_on",
        group,
        _("%(name)s: last begun", name=name),
        "day",
        _of(last),
        precision=_of(exactly),
    )


def _yes(condition: ColumnElement[bool]) -> ColumnElement[str]:
    return case((condition, literal("yes")), else_="no")
