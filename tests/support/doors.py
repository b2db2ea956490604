"""Every guarded address, who may open it, and somebody to knock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session

from surveys.instruments.definition import Instrument
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from surveys.views.web import access
from tests.support.patient import in_process
from tests.support.staff import Member, signed_in
from tests.support.study import Invited

PATIENTS = {"coordinator", "investigator", "admin"}
CHANGES = {"coordinator", "admin"}


# How the addresses of a patient's rows begin.
OF_A_PATIENT = (
    "visits/",
    "alerts/",
    "treatment/",
    "treatments/",
    "gradings/",
    "injections/",
    "palsies/",
    "responses/",
    "reported/",
    "calls/",
    "checks/dismissals/",
    "questions/",
    "message/",
)
EVERY_ROLE = {"coordinator", "investigator", "analyst", "admin"}


# Who may open each guarded page. A new one without a line here fails the walk below.
MAY_OPEN = {
    "staff.index": EVERY_ROLE,
    "dashboard.index": EVERY_ROLE,
    "freezes.index": EVERY_ROLE,
    "freezes.make": CHANGES,
    "freezes.report": EVERY_ROLE,
    "freezes.sign": {"investigator", "admin"},
    "imports.index": CHANGES,
    "imports.send": CHANGES,
    "imports.result": CHANGES,
    "reports.index": EVERY_ROLE,
    "reports.make": EVERY_ROLE,
    "reports.page": EVERY_ROLE,
    "reports.numbers": EVERY_ROLE,
    "reports.pdf": EVERY_ROLE,
    "signing.visit": {"investigator", "admin"},
    "dashboard.page": EVERY_ROLE,
    "dashboard.plain_table": EVERY_ROLE,
    "dashboard.table": EVERY_ROLE,
    "list_files.of_list": PATIENTS,
    "list_files.of_search": PATIENTS,
    "questions.index": PATIENTS,
    "questions.ask": PATIENTS,
    "questions.show": PATIENTS,
    "questions.answer": CHANGES,
    "questions.again": PATIENTS,
    "questions.close": PATIENTS,
    "checks.index": PATIENTS,
    "checks.dismiss": PATIENTS,
    "checks.take_back": PATIENTS,
    "own_lists.index": PATIENTS,
    "own_lists.look": PATIENTS,
    "own_lists.show": PATIENTS,
    "own_lists.file": PATIENTS,
    "own_lists.keep": PATIENTS,
    "own_lists.change": PATIENTS,
    "own_lists.delete": PATIENTS,
    "patients.index": PATIENTS,
    "patients.search": PATIENTS,
    "patients.show": PATIENTS,
    "patients.new": CHANGES,
    "patients.add_treatment": CHANGES,
    "patients.add_visit": CHANGES,
    "patients.record_consent": CHANGES,
    "patients.issue_link": CHANGES,
    "patients.revoke_links": CHANGES,
    "clinic.today": PATIENTS,
    "clinic.expect": CHANGES,
    "clinic.take_off": CHANGES,
    "clinic.progress": PATIENTS,
    "clinic.needs": PATIENTS,
    "clinic.unscheduled": CHANGES,
    "clinic.by_hand": CHANGES,
    "overviews.completeness": PATIENTS,
    "overviews.changes": PATIENTS,
    "course.show": PATIENTS,
    "enrolment.many": CHANGES,
    "enrolment.template": CHANGES,
    "waiting_room.start": CHANGES,
    "records.contact": CHANGES,
    "records.status": CHANGES,
    "records.enrolled": CHANGES,
    "records.mistake": CHANGES,
    "records.consent": CHANGES,
    "records.consent_copy": PATIENTS,
    "records.palsy": CHANGES,
    "records.palsy_error": CHANGES,
    "records.treatment_facts": CHANGES,
    "records.treatment": CHANGES,
    "records.injection": CHANGES,
    "records.missed": CHANGES,
    "records.late": CHANGES,
    "records.grading": PATIENTS,
    "records.grading_error": PATIENTS,
    "records.note": PATIENTS,
    "alerts.index": PATIENTS,
    "alerts.acknowledge": PATIENTS,
    "alerts.act": PATIENTS,
    "alerts.close": PATIENTS,
    "alerts.report": PATIENTS,
    "alert_rules.index": PATIENTS,
    "messages.index": PATIENTS,
    "letters.one": CHANGES,
    "at_once.status": CHANGES,
    "at_once.missed": CHANGES,
    "letters.many": CHANGES,
    "messages.came_back": CHANGES,
    "messages.send_now": CHANGES,
    "messages.send_again": CHANGES,
    "messages.arrived": CHANGES,
    "messages.of_patient": PATIENTS,
    "message_words.settings": CHANGES,
    "joining_settings.settings": CHANGES,
    "joining_settings.poster": {"coordinator", "investigator", "admin"},
    "joined.index": PATIENTS,
    "joined.look": CHANGES,
    "message_words.edit": CHANGES,
    "alert_rules.add": CHANGES,
    "alert_rules.confirm": CHANGES,
    "alert_rules.remove": CHANGES,
    "instruments.index": EVERY_ROLE,
    "instruments.show": EVERY_ROLE,
    "instruments.preview": EVERY_ROLE,
    "instruments.permit": CHANGES,
    "instruments.load": CHANGES,
    "wordings.sheet": CHANGES,
    "wordings.type_in": CHANGES,
    "setup.index": PATIENTS,
    "log.index": PATIENTS,
    "log.file": PATIENTS,
    "processing.show": PATIENTS,
    "setup.section": CHANGES,
    "setup.consent": CHANGES,
    "setup.send_test": CHANGES,
    "setup.open_test": PATIENTS,
    "setup.ask_phq8": CHANGES,
    "setup.activate": CHANGES,
    "setup.close": CHANGES,
    "setup.new": {"admin"},
    "setup_files.make": {"admin"},
    "setup_files.take_over": {"admin"},
    "setup_files.download": CHANGES,
    "planning.edit": CHANGES,
    "own_forms.index": PATIENTS,
    "own_forms.new": CHANGES,
    "own_forms.edit": CHANGES,
    "own_forms.take": CHANGES,
    "records.own_form": CHANGES,
    "amending.amend": CHANGES,
    "analysis_plan.index": EVERY_ROLE,
    "analysis_plan.fix": CHANGES,
    "export.index": EVERY_ROLE,
    "reported.decide": CHANGES,
    "answers.show": PATIENTS,
    "removal.decide": CHANGES,
    "team.index": CHANGES,
    "team.file": CHANGES,
    "team.invite": CHANGES,
    "team.reset": CHANGES,
    "team.confirm": CHANGES,
    "team.codes_off": {"admin"},
    "team.remove": CHANGES,
    "team.close": CHANGES,
    "account.index": EVERY_ROLE,
    "docs.image": EVERY_ROLE,
    "docs.index": EVERY_ROLE,
    "docs.show": EVERY_ROLE,
    "guide.index": EVERY_ROLE,
    "signed_in.index": EVERY_ROLE,
    "signed_in.go_on": EVERY_ROLE,
    "signed_in.end": EVERY_ROLE,
    "signed_in.end_others": EVERY_ROLE,
    "account.language": EVERY_ROLE,
    "account.code": EVERY_ROLE,
    "account.code_off": EVERY_ROLE,
    "account.recovery": EVERY_ROLE,
    "keys.index": EVERY_ROLE,
    "keys.end": EVERY_ROLE,
    "passkeys.new": EVERY_ROLE,
    "passkeys.made": EVERY_ROLE,
    "passkeys.remove": EVERY_ROLE,
    "removal.copy": CHANGES,
    "answers.enter": CHANGES,
    "answers.correct": CHANGES,
    "answers.annul": CHANGES,
}


# What holds for every site of a study: closed to members who are limited to one.
WHOLE_STUDY = {
    "freezes.index",
    "freezes.make",
    "freezes.report",
    "freezes.sign",
    "imports.index",
    "imports.send",
    "imports.result",
    "reports.index",
    "reports.make",
    "reports.page",
    "reports.numbers",
    "reports.pdf",
    "joining_settings.settings",
    "message_words.settings",
    "message_words.edit",
    "alert_rules.add",
    "alert_rules.confirm",
    "alert_rules.remove",
    "instruments.permit",
    "instruments.load",
    "wordings.sheet",
    "wordings.type_in",
    "log.index",
    "log.file",
    "setup.section",
    "setup.consent",
    "setup.send_test",
    "setup.ask_phq8",
    "setup.activate",
    "setup.close",
    "planning.edit",
    "own_forms.new",
    "own_forms.edit",
    "own_forms.take",
    "setup_files.download",
    "amending.amend",
    "analysis_plan.fix",
    "team.index",
    "team.file",
    "team.invite",
    "team.reset",
    "team.confirm",
    "team.codes_off",
    "team.remove",
    "team.close",
}
A_SITE = "coordinator of a site"
# Open to the person who asked for the job, whatever the role: tests/surveys/views/study/test_jobs.py.
OF_WHO_ASKED = {"jobs.show", "jobs.file", "imports.look", "imports.take"}


# These change the study if a coordinator of the whole study sends them.
CHANGING = {
    "alert_rules.add": {"measure": "face.total", "kind": "at_least", "at_least": "12"},
    "alert_rules.remove": {},
    "message_words.settings": {
        "clinic": "another clinic",
        "reminder_days": "7",
        "send_hour": "9",
        "earliest_hour": "8",
        "latest_hour": "20",
    },
    "message_words.edit": {
        "subject": "Questions",
        "body": "{greeting}, until {last_day}:\n{link}",
        "patient": "",
        "do": "keep",
    },
    "joining_settings.settings": {"information__en": "Come.", "countries": ""},
    "freezes.make": {"name": "Mine"},
    "setup.section": {"ethics_not_required": "A survey."},
    "setup.consent": {"version": "1", "text__en": "May we?", "research__en": "Use them."},
    "team.invite": {"email": "another@example.org", "role": "investigator"},
    "team.reset": {},
    "team.close": {},
    "team.remove": {},
}


@dataclass(frozen=True)
class Door:
    """One address under one method, in a study; `study` is None where the address names none."""

    endpoint: str
    method: str
    path: str
    study: str | None


def answered(session: Session, invited: Invited, instrument: Instrument) -> int:
    """The questionnaire, all items answered with 1; the response's id."""
    at = datetime.now(UTC)
    new = NewResponse(
        visit_id=invited.visit_id,
        patient_id=invited.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=at),
        answers={item.key: 1 for item in instrument.items},
        source="paper",
        submitted_at=at,
        completed_on=at.date(),
    )
    return responses.insert_scored(session, [new], at=at, actor="test")[0]


OF_NO_STUDY: dict[str, object] = {"doc": "export", "file": "item.png"}  # of the documentation


def doors(app: Flask, studies: dict[str, dict[str, object]]) -> Iterator[Door]:
    """Every guarded address of the application, in each study."""
    adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in access.OPEN | OF_WHO_ASKED:
            continue
        places = studies.values() if "code" in rule.arguments else [None]
        for place in places:
            known: dict[str, object] = place or dict.fromkeys(rule.arguments, 0) | OF_NO_STUDY
            values = {name: known[name] for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, force_external=False)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Door(rule.endpoint, method, path, str(place["code"]) if place else None)


def entered(app: Flask, role: str) -> Member:
    """A member in that role with a browser; a coordinator of a site sees the site North alone."""
    if role == "nobody":
        return Member(in_process(app))
    return signed_in(app, site="North") if role == A_SITE else signed_in(app, role)


def of_a_patient(door: Door) -> bool:
    """Whether the address names a row of the one patient of S1."""
    return any(name in door.path for name in ("P1", "SOUTH-1", *OF_A_PATIENT))


def of_a_coordinator(door: Door) -> bool:
    """Whether a coordinator may open it, of their study and site: the role counts before the row."""
    return "coordinator" in MAY_OPEN[door.endpoint]


def knock(member: Member, door: Door) -> str:
    """The guard's answer: opened, sign in, forbidden, or not found."""
    answer = member.send(door.method, door.path, [])
    if answer.status == 302 and (answer.header("Location") or "").startswith("/login"):
        return "sign in"
    return {403: "forbidden", 404: "not there"}.get(answer.status, "opened")
