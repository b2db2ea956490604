"""Change a study's facts and plan. Each change is audited with the value before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from analysis.data.kinds import KINDS
from analysis.words import joined
from analysis.words import words as _
from surveys import same
from surveys.daytime import is_time_zone
from surveys.instruments.facts import without_crisis_item
from surveys.instruments.library import Library, asking_order
from surveys.models import Draft, Patient, Response, Serving, Study, Timepoint, Visit
from surveys.models.feedback import SWITCHES
from surveys.models.study import ANCHOR_STATES, ANCHORS, MOST_TIMES
from surveys.schedule import FAMILIES, PlannedVisit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import readiness
from surveys.store.visit import planning
from surveys.typed import formula_fault

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
LONGEST_OFFSET = 36_525

CHANGEABLE = frozenset(
    {
        "title",
        "timezone",
        "locales",
        "lowest_age",
        "contact",
        "contacts",
        "feedback",
        "use_texts",
        "news_texts",
        "who_reads",
        "ethics_committee",
        "ethics_number",
        "ethics_on",
        "ethics_not_required",
        "controller",
        "data_protection_contact",
        "legal_basis",
        "asks_background",
        "retention_years",
        "smallest_group",
        "leaves_out_without_consent",
        "privacy_notices",
        "crisis_texts",
        "eye_texts",
        "alert_days",
        "alert_from",
        "alert_until",
        "escalate_after_hours",
        "heads_address",
    }
)
_FIXED_ONCE_ACTIVE = {"timezone": _("its days are counted in it"), "locales": _("patients answer in them")}


def change(
    session: Session, study: Study, facts: Mapping[str, Any], library: Library, *, at: datetime, actor: str
) -> bool:
    """Give `study` these field values; returns whether anything differed. Needs its timepoints loaded.

    Raises:
        Refused: a value is impossible, the study is closed, or an active study would lack what it needs.
    """
    if unknown := set(facts) - CHANGEABLE:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be changed here.")
    before = {name: getattr(study, name) for name in facts if getattr(study, name) != facts[name]}
    if not before:
        return False
    _refuse_closed(study)
    _check(study, {name: facts[name] for name in before})
    lacking = set(readiness.gaps(session, study, library)) if study.status == "active" else set()
    for name in before:
        setattr(study, name, facts[name])
    if study.status == "active":
        new = [gap.reason for gap in readiness.gaps(session, study, library) if gap not in lacking]
        if new:
            raise Refused(_("Patients are answering: an active study cannot do without. ") + joined(" ", new))
    session.flush()
    told = {name: {"before": _plain(value), "after": _plain(facts[name])} for name, value in before.items()}
    entry = audit.Entry(at, actor, "study.changed", facts={"study": study.code, **told}, study_id=study.id)
    audit.record(session, entry)
    return True


def set_plan(
    session: Session,
    study: Study,
    rows: Sequence[PlannedVisit],
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> bool:
    """Make `rows` the plan of a draft study; returns whether it differs. Needs its timepoints loaded.

    Patients with planned visits ahead get a new layout.

    Raises:
        Refused: the study is not a draft, a row is impossible, or a removed row has visits with answers.
    """
    if study.status != "draft":
        raise Refused(
            _(
                "Study %(code)s is %(status)s: its plan stands, because patients have visits by it. "
                "An active study's plan is changed by an amendment.",
                code=study.code,
                status=study.status,
            )
        )
    for fault in plan_faults(rows, library):
        raise Refused(fault)
    as_asked = [ordered(row, library) for row in rows]
    by_key = {row.key: row for row in study.timepoints}
    before = [row_facts(row) for row in study.timepoints]
    _take_out(session, [row for key, row in by_key.items() if key not in {one.key for one in rows}])
    for position, planned in enumerate(as_asked, start=1):
        row = by_key.get(planned.key) or Timepoint(study_id=study.id, key=planned.key)
        fill(row, planned, position)
        session.add(row)
    session.flush()
    session.expire(study, ["timepoints"])
    session.refresh(study, ["timepoints"])
    after = [row_facts(row) for row in study.timepoints]
    if before == after:
        return False
    facts = {"study": study.code, "before": before, "after": after}
    audit.record(session, audit.Entry(at, actor, "plan.changed", facts=facts, study_id=study.id))
    for patient in session.scalars(_planned_patients(study)).all():
        planning.replan(session, patient, library, changed=ANCHORS, at=at, actor=actor)
    return True


def plan_faults(rows: Sequence[PlannedVisit], library: Library) -> list[str]:
    """Why those rows cannot be a plan, a sentence each."""
    found: list[str] = []
    for key, count in Counter(row.key for row in rows).items():
        if count > 1:
            found.append(
                _(
                    "There are %(count)s timepoints %(key)s: give each a name of its own.",
                    count=count,
                    key=repr(key),
                )
            )
    for row in rows:
        found += [f"{row.name or row.key}: {fault}" for fault in _row_faults(row, library)]
    return found


def instead_of_crisis(rows: Sequence[PlannedVisit], library: Library) -> list[PlannedVisit]:
    """The plan without questions about self-harm, where a definition names an instrument without them."""
    return [_with_battery(row, [_without_crisis(key, library) for key in row.battery]) for row in rows]


def _without_crisis(key: str, library: Library) -> str:
    instead = without_crisis_item(library.get(key), library)
    return key if instead is None else instead.key


def _with_battery(row: PlannedVisit, battery: Sequence[str]) -> PlannedVisit:
    return replace(row, battery=tuple(dict.fromkeys(battery)))


def ordered(row: PlannedVisit, library: Library) -> PlannedVisit:
    """The row with its battery in the order in which it is asked."""
    return _with_battery(row, asking_order(row.battery, library))


def _row_faults(row: PlannedVisit, library: Library) -> list[str]:
    found: list[str] = []
    if not row.name.strip():
        found.append(_("give the timepoint a name."))
    if fault := formula_fault(row.name.strip(), _("a timepoint's name")):
        found.append(fault)
    if not KEY.fullmatch(row.key):
        found.append(_("%(key)s is no key: small letters, digits and _ only.", key=repr(row.key)))
    if row.anchor not in ANCHORS:
        found.append(_("%(anchor)s is no anchor.", anchor=repr(row.anchor)))
    if (row.anchor == "treatment") != bool(row.treatment):
        found.append(_("a timepoint is anchored at a treatment or at something else, not both."))
    if (row.treatment_state in ANCHOR_STATES) != (row.anchor == "treatment") or (
        row.treatment_state and row.treatment_state not in ANCHOR_STATES
    ):
        found.append(_("a treatment counts when it is planned, or once it is given; nothing else does."))
    if row.treatment and row.treatment not in {*FAMILIES, *KINDS}:
        found.append(_("%(treatment)s is no treatment.", treatment=repr(row.treatment)))
    if abs(row.offset_days) > LONGEST_OFFSET or (row.offset_days < 0 and row.anchor != "treatment"):
        found.append(_("only a treatment can be planned for: days after enrolment or onset are 0 or more."))
    if not (0 <= row.window_before <= LONGEST_OFFSET and 0 <= row.window_after <= LONGEST_OFFSET):
        found.append(_("the days before and after are 0 or more."))
    if not 1 <= row.times <= MOST_TIMES or (row.times > 1) != bool(row.every_days):
        found.append(
            _("it comes once, or up to %(most_times)s times with the days in between.", most_times=MOST_TIMES)
        )
    elif row.every_days and (row.every_days < 1 or row.anchor == "treatment"):
        found.append(_("each treatment has a visit of its own: it does not repeat by days."))
    if not row.battery:
        found.append(_("choose at least one questionnaire."))
    for key in row.battery:
        if key not in library:
            found.append(_("there is no questionnaire %(key)s.", key=repr(key)))
        elif library.get(key).answered_by == "staff":
            found.append(_("%(key)s is answered by staff, not by patients.", key=key))
    return found


def _take_out(session: Session, gone: Sequence[Timepoint]) -> None:
    for row in gone:
        by_it = select(Visit.id).where(Visit.timepoint_id == row.id).limit(1)
        served = select(Serving.id).where(Serving.timepoint_id == row.id).limit(1)
        if session.scalar(by_it) or session.scalar(served):
            raise Refused(
                _(
                    "%(name)s cannot be taken out: patients have visits by it. Change it instead, or "
                    "make another study.",
                    name=row.name,
                )
            )
        session.delete(row)
    session.flush()


def _planned_patients(study: Study) -> Any:
    """Patients with an untouched visit of the plan; imported patients have answered visits only."""
    untouched = (
        exists()
        .where(
            Visit.patient_id == Patient.id,
            Visit.timepoint_id.is_not(None),
            Visit.opened_at.is_(None),
            ~exists().where(Response.visit_id == Visit.id),
            ~exists().where(Draft.visit_id == Visit.id),
        )
        .correlate(Patient)
    )
    return select(Patient).where(Patient.study_id == study.id, untouched).order_by(Patient.id)


def fill(row: Timepoint, planned: PlannedVisit, position: int) -> None:
    """Give a stored timepoint the values of a row of a plan."""
    row.name, row.position, row.anchor = planned.name.strip(), position, planned.anchor
    row.treatment, row.treatment_state = planned.treatment, planned.treatment_state
    row.offset_days, row.unless_followed = planned.offset_days, planned.unless_followed
    row.window_before, row.window_after = planned.window_before, planned.window_after
    row.every_days, row.times = planned.every_days, planned.times
    row.battery = list(planned.battery)


def row_facts(row: Timepoint) -> dict[str, Any]:
    """A timepoint as events and amendments tell it."""
    return {
        "key": row.key,
        "name": row.name,
        "anchor": ":".join(filter(None, (row.anchor, row.treatment, row.treatment_state))),
        "days": [row.offset_days, row.window_before, row.window_after],
        "repeats": [row.times, row.every_days],
        "unless_followed": row.unless_followed,
        "battery": list(row.battery),
    }


def _refuse_closed(study: Study) -> None:
    if study.status == "closed":
        raise Refused(_("Study %(code)s is closed: nothing about it changes any more.", code=study.code))


def _check(study: Study, facts: Mapping[str, Any]) -> None:
    for name, why in _FIXED_ONCE_ACTIVE.items():
        if name in facts and study.status != "draft":
            kept = name == "locales" and set(study.locales) <= set(facts[name])
            if not kept:
                raise Refused(_("Patients are answering: this stays, because %(why)s.", why=why), name)
    if not facts.get("title", "x").strip():
        raise Refused(_("Give the study a title."), "title")
    if not is_time_zone(facts.get("timezone", "UTC")):
        raise Refused(
            _("%(facts)s is no time zone. Use a name such as Europe/Berlin.", facts=repr(facts["timezone"])),
            "timezone",
        )
    if not facts.get("locales", ["en"]):
        raise Refused(_("Choose at least one language."), "locales")
    if not 0 <= facts.get("lowest_age", 18) <= 120:
        raise Refused(_("The lowest age must be from 0 to 120 years."), "lowest_age")
    if facts.get("retention_years") is not None and not 1 <= facts["retention_years"] <= 100:
        raise Refused(_("Answers are kept for 1 to 100 years."), "retention_years")
    if not 5 <= facts.get("smallest_group", 5) <= 100:
        raise Refused(_("The smallest group that is shown has 5 to 100 patients."), "smallest_group")
    if address := facts.get("heads_address"):
        try:
            same.email_address(address)
        except same.NoAddressError as fault:
            raise Refused(str(fault), "heads_address") from fault
    if facts.get("ethics_on") and facts["ethics_on"].year < 1950:
        raise Refused(_("Enter the year of the opinion with four digits."), "ethics_on")
    for name in ("alert_from", "alert_until"):
        if facts.get(name) is not None and not CLOCK.fullmatch(facts[name]):
            raise Refused(_("Enter a time such as 09:00."), name)
    opens, closes = (facts.get(name, getattr(study, name)) for name in ("alert_from", "alert_until"))
    if opens and closes and opens >= closes:
        raise Refused(_("Alerts are read until a time after they begin to be read."), "alert_until")
    if set(facts.get("alert_days", ())) - set(WEEKDAYS):
        raise Refused(_("Choose days of the week."), "alert_days")
    if set(facts.get("feedback", ())) - set(SWITCHES):
        raise Refused(_("Choose what comes back to patients from the list."), "feedback")
    if not 1 <= facts.get("escalate_after_hours", 24) <= 168:
        raise Refused(_("The deputy is told after 1 to 168 hours."), "escalate_after_hours")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
