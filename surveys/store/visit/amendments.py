"""Amend the plan of an active study: from a day on, for all patients at once, and what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from analysis.data.statuses import DIED
from analysis.words import joined
from analysis.words import words as _
from surveys.instruments.library import Library
from surveys.models import Amendment, ConsentText, Erasure, Patient, Study, Timepoint, Visit
from surveys.models.consent import asked_anew
from surveys.schedule import Amended, PlannedVisit, is_over
from surveys.schedule import amended as rules
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import readiness
from surveys.store.study.studies import plan_now, plan_of, today
from surveys.store.visit import planning, setup, stranding
from surveys.store.visit.planning import PlanChanges

AMENDED = "plan.amended"
_STEP = ("version", "since_on", "until_on", "window_before", "window_after", "times", "every_days", "battery")


@dataclass(frozen=True)
class NewAmendment:
    """What the study's documents say of an amendment, and the day from which it holds.

    `consent_version` is the consent text that patients have to agree to before they are asked what is added;
    None where consent is not asked anew.
    """

    protocol: str
    holds_from: date
    reason: str
    ethics_reference: str
    ethics_on: date | None = None
    consent_version: str | None = None


@dataclass(frozen=True)
class PatientEffect:
    """What an amendment does to the visits of one patient, in numbers; asked_anew: she has to agree first.

    `reachable`: she has a visit ahead at which her link can ask.
    """

    code: str
    come: int
    moved: int
    withdrawn: int
    asking: int
    asked_anew: bool
    reachable: bool

    @property
    def silent(self) -> bool:
        """Whether nothing changes for this patient."""
        return not (self.come or self.moved or self.withdrawn or self.asking or self.asked_anew)


@dataclass(frozen=True)
class Effect:
    """What an amendment changes in the plan, and for each patient who has visits by it."""

    number: int
    plan: Amended
    patients: tuple[PatientEffect, ...]

    def total(self, name: str) -> int:
        """The number of visits that `come`, are `moved`, `withdrawn`, or are `asking` something else."""
        return sum(getattr(one, name) for one in self.patients)

    @property
    def asked_anew(self) -> int:
        """How many patients are asked for their consent anew."""
        return sum(one.asked_anew for one in self.patients)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The codes of those who have no visit ahead at which to be asked."""
        return tuple(one.code for one in self.patients if one.asked_anew and not one.reachable)


def amend(
    session: Session,
    study: Study,
    rows: Sequence[PlannedVisit],
    new: NewAmendment,
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> Effect:
    """Make `rows` the plan for what is due on `new.holds_from` or later. Needs the study's timepoints loaded.

    Visits that were opened stay as they are. The others are laid anew by the plan that holds on their day.
    Who shows the effect before it is decided rolls this back.

    Raises:
        Refused: the study is not active, something is not said, a row is impossible, nothing differs, or a
            patient could not finish a visit that is open.
    """
    session.flush()
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    on = today(study, at)
    last = _last(session, study)
    text_id = _check(session, study, new, last, on)
    before, after = plan_now(study.timepoints), [setup.ordered(row, library) for row in rows]
    for fault in (*setup.plan_faults(after, library), *rules.faults(before, after)):
        raise Refused(fault)
    difference = rules.compare(before, after)
    if not difference.anything:
        raise Refused(_("The plan is the same as before: change what the amendment changes."))
    stranding.refuse_unfinished(session, study, before, after, new.holds_from, on)
    lacking = set(readiness.gaps(session, study, library))
    number = last.number + 1 if last else 2
    were = [setup.row_facts(row) for row in study.timepoints if row.until_on is None]
    _apply(session, study, after, difference, number, new.holds_from)
    if missing := [gap.reason for gap in readiness.gaps(session, study, library) if gap not in lacking]:
        raise Refused(_("Patients are answering: an active study cannot do without. ") + joined(" ", missing))
    row = _stored(study, new, number, text_id, were, on, at, actor)
    session.add(row)
    session.flush()
    grown = {*difference.added, *difference.changed}
    made: dict[str, Any] = {"at": at, "actor": actor}
    laid = [
        (one, planning.replan(session, one, library, changed=(), added=grown, ended=True, **made))
        for one in session.scalars(_with_plan(study)).all()
    ]
    laid = [(one, done) for one, done in laid if not one.gone]
    effect = Effect(number, difference, tuple(_effects(session, study, laid, on)))
    facts = {
        "study": study.code,
        "version": number,
        "protocol": row.protocol,
        "holds_from": row.holds_from.isoformat(),
        "ethics": [row.ethics_reference, row.ethics_on.isoformat() if row.ethics_on else None],
        "consent": new.consent_version,
        "before": row.before,
        "after": row.after,
    }
    audit.record(session, audit.Entry(at, actor, AMENDED, facts=facts, study_id=study.id, reason=row.reason))
    return effect


def of_study(session: Session, study_id: int) -> list[Amendment]:
    """The amendments of a study, the oldest first."""
    query = select(Amendment).where(Amendment.study_id == study_id).order_by(Amendment.number)
    return list(session.scalars(query))


def told(session: Session, study_id: int, at: datetime) -> list[dict[str, Any]]:
    """The amendments that were recorded by `at`, as a report tells them."""
    return [
        {"version": one.number, "protocol": one.protocol, "holds_from": one.holds_from.isoformat()}
        for one in of_study(session, study_id)
        if one.recorded_at <= at
    ]


def _stored(
    study: Study,
    new: NewAmendment,
    number: int,
    text_id: int | None,
    before: list[dict[str, Any]],
    on: date,
    at: datetime,
    actor: str,
) -> Amendment:
    return Amendment(
        study_id=study.id,
        number=number,
        protocol=new.protocol.strip(),
        holds_from=new.holds_from,
        reason=new.reason.strip(),
        ethics_reference=new.ethics_reference.strip(),
        ethics_on=new.ethics_on,
        consent_text_id=text_id,
        before=before,
        after=[setup.row_facts(row) for row in study.timepoints if row.until_on is None],
        recorded_on=on,
        recorded_by=actor,
        recorded_at=at,
    )


def _last(session: Session, study: Study) -> Amendment | None:
    query = select(Amendment).where(Amendment.study_id == study.id).order_by(Amendment.number.desc())
    return session.scalar(query.limit(1))


def _check(session: Session, study: Study, new: NewAmendment, last: Amendment | None, on: date) -> int | None:
    """Refuse what is not said or impossible; returns the consent text to agree to, by its first row."""
    if study.status == "draft":
        raise Refused(_("Study %(code)s is a draft: change its plan itself.", code=study.code))
    if study.status != "active":
        raise Refused(
            _("Study %(code)s is %(status)s: its plan changes no more.", code=study.code, status=study.status)
        )
    if not new.protocol.strip():
        raise Refused(_("Say which version of the protocol this is, such as 2.0."), "protocol")
    if not new.reason.strip():
        raise Refused(_("Say why the plan is amended."), "reason")
    if not new.ethics_reference.strip():
        raise Refused(
            _("Give the reference of the committee's opinion on the amendment, or why none is needed."),
            "ethics_reference",
        )
    if new.ethics_on is None and not study.ethics_not_required and not study.simulated:
        raise Refused(_("Give the day of the committee's opinion."), "ethics_on")
    if new.ethics_on and new.ethics_on > on:
        raise Refused(_("The day of the committee's opinion lies ahead."), "ethics_on")
    if new.holds_from < on:
        raise Refused(
            _("An amendment holds from today or a later day: visits of before are what they were."),
            "holds_from",
        )
    if last and new.holds_from < last.holds_from:
        raise Refused(
            _(
                "The amendment of before (version %(number)s) holds from %(holds_from)s. This one "
                "holds from that day on or later.",
                number=last.number,
                holds_from=last.holds_from,
            ),
            "holds_from",
        )
    return _text_to_agree_to(session, study, new.consent_version)


def _text_to_agree_to(session: Session, study: Study, version: str | None) -> int | None:
    if not version:
        return None
    first = func.min(ConsentText.id)
    there = session.execute(
        select(ConsentText.version, first)
        .where(ConsentText.study_id == study.id)
        .group_by(ConsentText.version)
        .order_by(first)
    ).all()
    ids = {row[0]: row[1] for row in there}
    if version not in ids:
        raise Refused(
            _("The study has no consent text of version %(version)s. Store it first.", version=repr(version)),
            "consent_version",
        )
    if version != there[-1][0]:
        raise Refused(
            _(
                "Patients are asked version %(there)s by now: consent is asked anew in the newest text.",
                there=repr(there[-1][0]),
            ),
            "consent_version",
        )
    if len(there) == 1:
        raise Refused(
            _(
                "The study has one consent text, to which patients have agreed already. First store the text "
                "that tells of the amendment, as a new version."
            ),
            "consent_version",
        )
    found: int = ids[version]
    return found


def _apply(
    session: Session,
    study: Study,
    after: Sequence[PlannedVisit],
    difference: Amended,
    number: int,
    holds_from: date,
) -> None:
    by_key = {row.key: row for row in study.timepoints}
    for key in difference.added:
        if key in by_key:
            raise Refused(
                _(
                    "There was a timepoint %(name)s before, which was ended: give the new one another name.",
                    name=by_key[key].name,
                )
            )
    new = {row.key: row for row in after}
    last = max((row.position for row in study.timepoints), default=0)
    for key in difference.ended:
        by_key[key].until_on = holds_from
    for key in difference.changed:
        row, was = by_key[key], asdict(replace(plan_of([by_key[key]])[-1], until_on=holds_from))
        told = {name: was[name] for name in _STEP}
        told |= {name: told[name].isoformat() if told[name] else None for name in ("since_on", "until_on")}
        row.earlier = [*(row.earlier or []), {**told, "battery": list(told["battery"])}]
        setup.fill(row, new[key], row.position)
        row.version, row.since_on = number, holds_from
    for position, key in enumerate(difference.added, start=last + 1):
        row = Timepoint(study_id=study.id, key=key, version=number, since_on=holds_from)
        setup.fill(row, new[key], position)
        session.add(row)
    session.flush()
    session.expire(study, ["timepoints"])
    session.refresh(study, ["timepoints"])


def _with_plan(study: Study) -> Any:
    """Patients for whom visits were laid by the plan, also who left, since many come back.

    Those of an import have answered visits only. Nobody died or was erased.
    """
    planned = exists().where(
        Visit.patient_id == Patient.id, Visit.timepoint_id.is_not(None), Visit.import_id.is_(None)
    )
    return (
        select(Patient)
        .where(
            Patient.study_id == study.id,
            Patient.status != DIED,
            ~exists().where(Erasure.patient_id == Patient.id).correlate(Patient),
            planned.correlate(Patient),
        )
        .order_by(Patient.code)
    )


def _effects(
    session: Session, study: Study, laid: Collection[tuple[Patient, PlanChanges]], on: date
) -> Iterator[PatientEffect]:
    anew = set(
        session.scalars(
            select(Patient.id).where(Patient.study_id == study.id, asked_anew(study.id, Patient.id))
        )
    )
    ahead = set(
        session.scalars(
            select(Visit.patient_id).where(
                Visit.study_id == study.id, Visit.withdrawn_at.is_(None), ~is_over(Visit, on), ~Visit.done
            )
        )
    )
    for patient, done in laid:
        yield PatientEffect(
            patient.code,
            len(done.added),
            len(done.moved),
            len(done.withdrawn),
            len(done.asking),
            patient.id in anew,
            patient.id in ahead,
        )
