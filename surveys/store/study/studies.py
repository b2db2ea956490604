"""Make a study and its plan, activate it and close it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.words import joined
from analysis.words import words as _
from surveys import same
from surveys.daytime import is_time_zone
from surveys.instruments.definition import Instrument, Item
from surveys.instruments.library import Library, asking_order
from surveys.models import BackupProof, Draft, Patient, Study, Timepoint, Visit
from surveys.models.study import STUDY_CODE
from surveys.schedule import PlannedVisit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import readiness
from surveys.store.words import eye_texts


@dataclass(frozen=True)
class NewStudy:
    """The facts of a new study; only the code is required. Texts are per locale.

    `optional_items` are asked here though instruments leave them out elsewhere: `("phq9.q10",)`.
    `asks_background`: patients answer questions about palsy and treatments before the first questionnaire.
    `eye_texts` are our own words where none are given.
    """

    code: str
    title: str = ""
    timezone: str = "UTC"
    locales: tuple[str, ...] = ("en",)
    contact: str = ""
    who_reads: dict[str, str] = field(default_factory=dict)
    crisis_texts: dict[str, str] = field(default_factory=dict)
    eye_texts: dict[str, str] | None = None
    lowest_age: int = 18
    simulated: bool = False
    optional_items: tuple[str, ...] = ()
    asks_background: bool = False


def create(
    session: Session,
    new: NewStudy,
    plan: Sequence[PlannedVisit],
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> Study:
    """A draft study with its timepoints.

    Raises:
        Refused: the code is taken or malformed, the time zone or an optional item is unknown.
    """
    if not re.fullmatch(STUDY_CODE, new.code):
        raise Refused(
            _(
                "%(code)s cannot be a study's code: use up to 32 letters, digits, - and _, beginning "
                "with a letter or digit.",
                code=repr(new.code),
            ),
            "code",
        )
    for code in session.scalars(select(Study.code)):
        if same.alike(code, new.code):
            raise Refused(_("There already is a study %(code)s. Choose another code.", code=code), "code")
    if not is_time_zone(new.timezone):
        raise Refused(
            _(
                "%(timezone)s is no time zone. Use a name such as Europe/Berlin or UTC.",
                timezone=repr(new.timezone),
            ),
            "timezone",
        )
    if not 0 <= new.lowest_age <= 120:
        raise Refused(_("The lowest age must be from 0 to 120 years."), "lowest_age")
    _check_optional(new.optional_items, library)
    study = Study(
        code=new.code,
        title=new.title or new.code,
        timezone=new.timezone,
        locales=list(new.locales),
        contact=new.contact,
        who_reads=new.who_reads,
        crisis_texts=new.crisis_texts,
        eye_texts=eye_texts.begun(new.locales) if new.eye_texts is None else new.eye_texts,
        lowest_age=new.lowest_age,
        simulated=new.simulated,
        optional_items=list(dict.fromkeys(new.optional_items)),
        asks_background=new.asks_background,
        status="draft",
        created_at=at,
    )
    study.timepoints = [
        Timepoint(
            key=planned.key,
            name=planned.name,
            position=position,
            anchor=planned.anchor,
            offset_days=planned.offset_days,
            window_before=planned.window_before,
            window_after=planned.window_after,
            battery=list(asking_order(planned.battery, library)),
            treatment=planned.treatment,
            treatment_state=planned.treatment_state,
            unless_followed=planned.unless_followed,
            every_days=planned.every_days,
            times=planned.times,
        )
        for position, planned in enumerate(plan, start=1)
    ]
    session.add(study)
    session.flush()
    audit.record(
        session,
        audit.Entry(
            at,
            actor,
            "study.created",
            facts={"study": study.code, "timepoints": len(plan)},
            study_id=study.id,
        ),
    )
    return study


def note_taken_over(
    session: Session, study: Study, counts: Mapping[str, int], *, at: datetime, actor: str
) -> None:
    """Note that the study came whole from another installation, with how many rows of each kind."""
    facts = {"study": study.code, **counts}
    audit.record(session, audit.Entry(at, actor, "study.taken_over", facts=facts, study_id=study.id))


def plan_of(timepoints: Sequence[Timepoint]) -> tuple[PlannedVisit, ...]:
    """Stored timepoints as the pure rows `schedule` works with: one that was amended has several."""
    return tuple(planned for row in timepoints for planned in (*_earlier(row), _newest(row)))


def plan_now(timepoints: Sequence[Timepoint]) -> tuple[PlannedVisit, ...]:
    """The plan as its newest version has it, a row for each timepoint that is not ended."""
    kept = [row for row in timepoints if row.until_on is None]
    return tuple(replace(_newest(row), version=1, since_on=None) for row in kept)


def _newest(row: Timepoint) -> PlannedVisit:
    return PlannedVisit(
        key=row.key,
        name=row.name,
        anchor=row.anchor,
        offset_days=row.offset_days,
        window_before=row.window_before,
        window_after=row.window_after,
        battery=tuple(row.battery),
        treatment=row.treatment,
        treatment_state=row.treatment_state,
        unless_followed=row.unless_followed,
        every_days=row.every_days,
        times=row.times,
        version=row.version,
        since_on=row.since_on,
        until_on=row.until_on,
    )


def _earlier(row: Timepoint) -> Iterator[PlannedVisit]:
    newest = _newest(row)
    for was in row.earlier or ():
        days = {
            name: date.fromisoformat(was[name]) if was[name] else None for name in ("since_on", "until_on")
        }
        yield replace(newest, **{**was, **days, "battery": tuple(was["battery"])})


def _check_optional(names: Sequence[str], library: Library) -> None:
    known = [f"{one.key}.{item.key}" for one in library for item in one.items if item.optional]
    for name in names:
        if name not in known:
            raise Refused(
                _(
                    "There is no optional item %(name)s. There are: %(known)s.",
                    name=repr(name),
                    known=", ".join(known),
                ),
                "optional_items",
            )


def obstacles(session: Session, study: Study, library: Library) -> list[str]:
    """Why `study` may not go active yet, a sentence each; needs its timepoints loaded."""
    return [gap.reason for gap in readiness.gaps(session, study, library)]


def activate(session: Session, study: Study, library: Library, *, at: datetime, actor: str) -> None:
    """Let patients answer; needs the study's timepoints loaded.

    Raises:
        Refused: with every obstacle.
    """
    if study.status != "draft":
        raise Refused(
            _(
                "Study %(code)s is %(status)s; only a draft study can be made active.",
                code=study.code,
                status=study.status,
            )
        )
    reasons = obstacles(session, study, library)
    if reasons:
        raise Refused(
            _("Study %(code)s cannot go active yet:\n", code=study.code)
            + "\n".join(f"- {r}" for r in reasons)
        )
    study.status, study.activated_at = "active", at
    audit.record(
        session, audit.Entry(at, actor, "study.activated", facts={"study": study.code}, study_id=study.id)
    )


def close(session: Session, study: Study, *, reason: str, at: datetime, actor: str) -> None:
    """Close `study` for good: no answers, open links, messages or enrolments from now on.

    Raises:
        Refused: the study is not active, the reason is missing, or an alert is not closed.
    """
    if study.status != "active":
        raise Refused(
            _(
                "Study %(code)s is %(status)s; only an active study can be closed.",
                code=study.code,
                status=study.status,
            )
        )
    if not reason.strip():
        raise Refused(_("Say why the study is closed."), "reason")
    if reasons := readiness.hindrances_to_closing(session, study):
        raise Refused(joined(" ", reasons))
    study.status, study.closed_at = "closed", at
    entry = audit.Entry(
        at, actor, "study.closed", facts={"study": study.code}, study_id=study.id, reason=reason.strip()
    )
    audit.record(session, entry)


def under_way(session: Session, study: Study) -> int:
    """How many questionnaires of `study` are begun and not sent: closing makes partial responses of them."""
    query = (
        select(func.count(Draft.id))
        .join(Visit, Visit.id == Draft.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Patient.study_id == study.id)
    )
    return session.scalar(query) or 0


def note_backup_proved(session: Session, *, sha256: str, at: datetime, actor: str) -> None:
    """Record that a backup of this database, with that digest, was restored elsewhere and found whole."""
    session.add(BackupProof(sha256=sha256, proved_by=actor, proved_at=at))
    session.flush()
    audit.record(session, audit.Entry(at, actor, "backup.proved", facts={"sha256": sha256}))


def items_asked(instrument: Instrument, optional_items: Collection[str]) -> tuple[Item, ...]:
    """The items of `instrument` that are asked, in order; optional items only if named, as in `phq9.q10`."""
    return instrument.asked(
        [one.key for one in instrument.items if f"{instrument.key}.{one.key}" in optional_items]
    )


def today(study: Study, at: datetime) -> date:
    """The calendar date at `at` in the study's time zone."""
    return at.astimezone(ZoneInfo(study.timezone)).date()
