"""Dates in an order that cannot be. Of a date known by month or year alone the first day counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, extract, select, union_all
from sqlalchemy.orm import aliased

from analysis.data.kinds import INJECTED
from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, days, named, row
from surveys.models import Grading, Palsy, Patient, Response, Treatment, Visit

_KINDS = {
    "recovered": _("Recovered on %(one)s, before the onset on %(other)s"),
    "synkinesis": _("Synkinesis seen on %(one)s, before the onset on %(other)s"),
    "onset_unborn": _("The onset on %(one)s is before the year of birth"),
    "graded": _("Graded on %(one)s, before the onset of that palsy on %(other)s"),
    "treated_unborn": _("A treatment on %(one)s is before the year of birth"),
    "injected": _("Injected on %(one)s, before the onset on %(other)s"),
    "given_ahead": _("A treatment is recorded as given on %(one)s, which lies ahead"),
    "enrolled_unborn": _("Enrolled on %(one)s, before the year of birth"),
    "answered_dead": _("Answers of %(one)s, although the patient died on %(other)s"),
}


def _found(terms: Terms) -> Select[Any]:
    found = union_all(*_parts(terms)).subquery()
    return select(found)


def _parts(terms: Terms) -> list[Select[Any]]:
    onset, born = Palsy.onset_on, Patient.birth_year
    palsy = named("palsy", Palsy.number)
    treatment = named("treatment", Treatment.id)
    given = Treatment.state == "given"
    index = aliased(Palsy)
    parts = []
    for kind, day in (("recovered", Palsy.recovered_on), ("synkinesis", Palsy.synkinesis_noted_on)):
        made = row(
            kind,
            Palsy.patient_id,
            subject=palsy,
            seen=days(day, onset),
            one_on=day,
            other_on=onset,
            figure=Palsy.number,
        )
        parts.append(made.where(day < onset))
    made = row(
        "onset_unborn",
        Palsy.patient_id,
        subject=palsy,
        seen=days(onset, born),
        one_on=onset,
        figure=Palsy.number,
    )
    parts.append(
        made.select_from(Palsy)
        .join(Patient, Patient.id == Palsy.patient_id)
        .where(extract("year", onset) < born)
    )
    made = row(
        "graded",
        Grading.patient_id,
        subject=named("grading", Grading.id),
        seen=days(Grading.graded_on, onset),
        one_on=Grading.graded_on,
        other_on=onset,
        figure=Grading.id,
    )
    parts.append(
        made.select_from(Grading).join(Palsy, Palsy.id == Grading.palsy_id).where(Grading.graded_on < onset)
    )
    started = Treatment.started_on
    made = row(
        "treated_unborn",
        Treatment.patient_id,
        subject=treatment,
        seen=days(started, born),
        one_on=started,
        figure=Treatment.id,
    )
    parts.append(
        made.select_from(Treatment)
        .join(Patient, Patient.id == Treatment.patient_id)
        .where(extract("year", started) < born)
    )
    made = row(
        "injected",
        Treatment.patient_id,
        subject=treatment,
        seen=days(started, index.onset_on),
        one_on=started,
        other_on=index.onset_on,
        figure=Treatment.id,
    )
    of_index = and_(index.patient_id == Treatment.patient_id, index.is_index)
    known = (Treatment.started_precision == "day", index.onset_precision == "day")
    parts.append(
        made.select_from(Treatment)
        .join(index, of_index)
        .where(Treatment.kind == INJECTED, given, *known, started < index.onset_on)
    )
    made = row(
        "given_ahead",
        Treatment.patient_id,
        subject=treatment,
        seen=days(started),
        one_on=started,
        figure=Treatment.id,
    )
    parts.append(made.where(given, started > terms.scope.today))
    enrolled = Patient.enrolled_on
    made = row("enrolled_unborn", Patient.id, seen=days(enrolled, born), one_on=enrolled)
    parts.append(made.where(extract("year", enrolled) < born))
    made = row(
        "answered_dead",
        Visit.patient_id,
        subject=named("response", Response.id),
        seen=days(Response.completed_on, Patient.status_since),
        one_on=Response.completed_on,
        other_on=Patient.status_since,
        figure=Response.id,
    )
    dead = (Patient.status == "died", Response.completed_on > Patient.status_since, Response.stands)
    parts.append(
        made.select_from(Patient)
        .join(Visit, Visit.patient_id == Patient.id)
        .join(Response, Response.visit_id == Visit.id)
        .where(*dead)
    )
    return parts


CHECK = Check(
    "order_of_dates",
    _("Dates in an impossible order"),
    _("One of the two days is wrong. Times since onset, ages and courses rest on them."),
    _KINDS,
    _found,
)
