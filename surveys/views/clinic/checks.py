"""Standing checks of what is recorded: what they found, where it is mended, and what may stand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.forms.checks import DismissForm
from surveys.lists import history
from surveys.lists.checks import page as lists
from surveys.lists.checks.check import Terms
from surveys.lists.checks.page import CHECKS, Finding
from surveys.store.patient import dismissals as store
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("checks", __name__)

# Where a finding is mended: the page, and which of its arguments is the finding's figure.
_PALSY = ("records.palsy", "number")
_TREATMENT = ("records.treatment_facts", "treatment_id")
_ANSWERS = ("answers.show", "response_id")
_ENROLMENT, _CONTACT = ("records.enrolled", ""), ("records.contact", "")
MENDED = {
    "order_of_dates": {
        "recovered": _PALSY,
        "synkinesis": _PALSY,
        "onset_unborn": _PALSY,
        "graded": ("records.grading_error", "grading_id"),
        "treated_unborn": _TREATMENT,
        "injected": _TREATMENT,
        "given_ahead": _TREATMENT,
        "enrolled_unborn": _ENROLMENT,
        "answered_dead": ("records.status", ""),
    },
    "age": _ENROLMENT,
    "injection": _TREATMENT,
    "same_person": _CONTACT,
    "too_fast": _ANSWERS,
    "unproved": _ANSWERS,
    "all_alike": _ANSWERS,
    "onset": _PALSY,
    "refused_mail": _CONTACT,
    "no_channel": _CONTACT,
    "consent": ("patients.show", ""),
}


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/checks")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """Show every check with its first findings, or all of one."""
    here, only = grant(), request.args.get("only") or None
    if only is not None and only not in CHECKS:
        abort(404)
    found = lists.page(db.session, terms(here), only)
    actors = [one.by for each in found for one in each.dismissed]
    return render_template(
        "staff/clinic/checks.html",
        found=found,
        only=only,
        told=told,
        mended=_mended,
        names=history.names(db.session, actors),
    )


@pages.route("/staff/<code>/checks/<check>/dismiss/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator", "investigator")
def dismiss(code: str, check: str, patient: str) -> Page:
    """Say why what a check found may stand."""
    here, form = grant(), DismissForm()
    if check not in CHECKS:
        abort(404)
    found = lists.find(db.session, terms(here), check, patient, request.args.get("subject", ""))
    if found is None:
        abort(404)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            store.dismiss(
                db.session,
                found.patient_id,
                check,
                found.subject,
                found.seen,
                form.reason.data or "",
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("It may stand. It comes back if what was found changes."), "success")
            return redirect(url_for("checks.index", code=code))
    page = render_template(
        "staff/clinic/check_dismiss.html",
        form=form,
        check=CHECKS[check],
        finding=found,
        sentence=told(check, found),
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/<code>/checks/dismissals/<int:dismissal_id>/back")
@for_roles("coordinator", "investigator", whole_study=False)
def take_back(code: str, dismissal_id: int) -> Page:
    """Let a finding that was dismissed wait again."""
    here = grant()
    found = store.find(db.session, here.study.id, here.site, dismissal_id) or abort(404)
    with committed() as kept:
        store.take_back(db.session, found[0], at=here.at, actor=here.actor)
    if kept:
        flash(_("It waits again."), "success")
    return redirect(url_for("checks.index", code=code))


def terms(here: Grant) -> Terms:
    """What the checks go by for this reader."""
    return Terms(here.scope, here.study.lowest_age, list(server.library()))


def told(check: str, found: Finding) -> str:
    """What was found, in a sentence."""
    other: Any = found.other
    if check in ("too_fast", "all_alike"):
        other = server.library().get(other).short_title
    words = {
        "one": display.day(found.one_on) or _("an unknown day"),
        "other": display.day(found.other_on) or other,
        "figure": found.figure,
    }
    sentence: str = CHECKS[check].kinds[found.kind] % words
    return sentence


def _mended(check: str, found: Finding) -> str:
    """The address of the page on which it is mended, or of one that the reader may open."""
    here, place = grant(), MENDED[check]
    endpoint, argument = place[found.kind] if isinstance(place, dict) else place
    if not here.may_open(endpoint) or (argument and found.figure is None):
        endpoint, argument = "patients.show", ""
    own: dict[str, Any] = {argument: found.figure} if argument else {}
    if argument in ("", "number"):
        own["patient"] = found.patient
    return url_for(endpoint, code=here.study.code, **own)
