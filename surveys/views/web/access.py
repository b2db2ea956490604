"""Who may open which page. An address is closed unless it is named here or its view says for whom it is.

A view below `/staff/<code>/…` is marked `@for_roles(…)`, a view below `/staff/` without a study `@for_staff`.
A view that is neither marked nor in `OPEN` stops the program at its start. So does a view that changes
something and does not say whether that holds for the whole study.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _t
from sqlalchemy import select
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.lists.scope import Scope
from surveys.models import Staff, Study
from surveys.models.staff import ROLES
from surveys.security import current_user
from surveys.store.study.studies import today
from surveys.store.words import own_forms
from surveys.views.web import server, typed_again
from surveys.views.web.sign_in import here_was_signed_in, still_signed_in

FEEDBACK = (
    "calendar",
    "looking_back",
    "tell_year",
    "answers",
    "scores",
    "for_my_doctor",
)
OPEN = frozenset(
    {
        "static",
        "watching.health",
        "watching.ready",
        "watching.metrics",
        "front.index",
        "front.theme",
        "front.language",
        "patient.open_link",
        "patient.start",
        "patient.begin",
        "patient.item",
        "patient.answer",
        "patient.crisis_text",
        *(f"feedback.{view}" for view in FEEDBACK),
        "safety.find_help",
        "safety.eye",
        "safety.go_on",
        "patient.go_on",
        "patient.review",
        "patient.submit",
        "patient.saved",
        "patient.next_questionnaire",
        "asked_once.ask",
        "asked_once.tell",
        "patient.thanks",
        "patient.pause",
        "own_copy.show",
        "waiting_room.still_there",
        "waiting_room.go_on",
        "waiting_room.handed_back",
        "other_device.ask",
        "other_device.tell",
        "other_device.ask_to_forget",
        "other_device.forget",
        "other_device.forgotten",
        "about_you.question",
        "about_you.answer",
        "about_you.review",
        "about_you.send",
        "taking_part.consent",
        "taking_part.decide",
        "taking_part.ask_to_decline",
        "taking_part.decline",
        "taking_part.declined",
        "taking_part.agreed",
        "taking_part.choose_parts",
        "taking_part.goodbye",
        "taking_part.options",
        "taking_part.privacy",
        "taking_part.ask",
        "taking_part.wish",
        "taking_part.settled",
        "short_code.ask",
        "short_code.tell",
        "short_code.of_text",
        "short_code.tell_year",
        "texts.answer",
        "texts.report",
        "joining.information",
        "joining.begin",
        "joining.who",
        "joining.tell_who",
        "joining.consent",
        "joining.decide",
        "joining.reach",
        "joining.tell_address",
        "joining.sent",
        "joining.prove_code",
        "joining.open_proof",
        "joining.prove",
        "security.login",
        "security.logout",
        "invitation.accept",
        "passkeys.sign_in",
        "service.start",
        "service.back",
        "service.code",
        "api.redcap",
        "api.description",
        "api.table",
    }
)

# Parts of an address that name a row of one patient; the view looks for it only within `Grant.scope`.
OF_ONE_PATIENT = frozenset(
    {
        "patient",
        "visit_id",
        "alert_id",
        "message_id",
        "response_id",
        "treatment_id",
        "background_id",
        "dismissal_id",
        "question_id",
    }
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


class UnguardedError(Exception):
    """A page without a rule about who may open it."""


class LimitedToSite(Forbidden):
    """The page holds for every site of the study, and the person signed in is limited to `site`."""

    def __init__(self, site: str) -> None:
        super().__init__()
        self.site = site


@dataclass(frozen=True)
class Door:
    """A view's rule: the `roles` it is open for (none: all staff), and whether it is for the whole study.

    `whole_study` is None if the view does not say.
    """

    roles: frozenset[str] = frozenset()
    whole_study: bool | None = None


@dataclass(frozen=True)
class Grant:
    """The rights of the signed-in person in the study of the address; `admin` counts as a role of its own."""

    study: Study
    role: str
    site: str | None
    actor: str
    at: datetime

    @property
    def today(self) -> date:
        """The calendar date in the study's time zone."""
        return today(self.study, self.at)

    @property
    def scope(self) -> Scope:
        """The patients that this person may see."""
        return Scope(self.study.id, self.site, self.today)

    @property
    def may_change(self) -> bool:
        """Whether this person may enrol patients, make links and add facts."""
        return self.role in {"coordinator", "admin"}

    @property
    def may_open_patients(self) -> bool:
        """Whether this person may see single patients."""
        return self.role != "analyst"

    def may_open(self, endpoint: str) -> bool:
        """Whether the guard opens that page of this study; links to it are shown only then."""
        door = _door(endpoint)
        return door is not None and self.refusal(door) is None

    def refusal(self, door: Door) -> Forbidden | None:
        """Why the guard does not open `door`; None if it does."""
        if self.role not in door.roles | {"admin"}:
            return Forbidden()
        if door.whole_study and self.site is not None:
            return LimitedToSite(self.site)
        return None


def for_roles(*roles: str, whole_study: bool | None = None) -> Callable[[View], View]:
    """Open the view to those roles in the study `<code>` of its address, and to administrators.

    `whole_study=True` closes it to members who are limited to a site. A view that changes something must say
    True or False, unless its address names a row of one patient.
    """
    if not roles or not set(roles) <= set(ROLES):
        raise ValueError(f"for_roles takes one or more of {', '.join(ROLES)}.")

    def mark(view: View) -> View:
        view.door = Door(frozenset(roles), whole_study)  # type: ignore[attr-defined]
        return view

    return mark


def for_staff(view: View) -> View:
    """Open the view to every signed-in member of staff."""
    view.door = Door()  # type: ignore[attr-defined]
    return view


def grant() -> Grant:
    """The grant of this request; only in views marked `for_roles`."""
    granted: Grant = g.grant
    return granted


def grants() -> list[Grant]:
    """The grants of the signed-in person, by study code."""
    person, at = member(), datetime.now(UTC)
    actor = f"staff:{person.id}"
    if person.admin:
        studies = db.session.scalars(select(Study).order_by(Study.code))
        return [Grant(study, "admin", None, actor, at) for study in studies]
    memberships = sorted(person.memberships, key=lambda one: one.study.code)
    return [Grant(one.study, one.role, one.site, actor, at) for one in memberships]


def member() -> Staff:
    """The signed-in person; only in marked views."""
    person: Staff = current_user._get_current_object()
    return person


def init_app(app: Flask) -> None:
    """Set the guard of every address."""
    app.before_request(_guard)
    app.register_error_handler(LimitedToSite, _say_limited)


def check(app: Flask) -> None:
    """Refuse to start with a view that is neither open nor marked, or does not say what it changes.

    Raises:
        UnguardedError: it names the endpoint and what to write.
    """
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        door: Door | None = getattr(app.view_functions[rule.endpoint], "door", None)
        if door is None:
            raise UnguardedError(
                f"Nobody has said who may open {rule.rule} ({rule.endpoint}). Mark its view with "
                "access.for_roles or access.for_staff, or name it in access.OPEN."
            )
        if not door.roles:
            continue
        if not rule.rule.startswith("/staff/<code>/"):
            raise UnguardedError(f"{rule.rule} ({rule.endpoint}) must begin with /staff/<code>/.")
        changes = not (rule.methods or set()) <= READING
        if changes and door.whole_study is None and not rule.arguments & OF_ONE_PATIENT:
            raise UnguardedError(
                f"Nobody has said whether {rule.rule} ({rule.endpoint}) changes the whole study. Write "
                "whole_study=True into its for_roles where other sites are touched: members who are limited "
                "to a site are refused then. Write whole_study=False where it touches only patients found "
                "within grant().scope."
            )


def _guard() -> Response | None:
    """Let the request through, send it to sign-in, or answer that the page does not exist."""
    if request.endpoint is None or request.endpoint in OPEN:
        return None
    door = _door(request.endpoint)
    if door is None:
        abort(404)
    at = datetime.now(UTC)
    if not member().is_authenticated:
        return _to_sign_in(at)
    if not still_signed_in(at):
        flash(_t("You were signed out: nothing was done for half an hour, or 12 hours are over."), "notice")
        return _to_sign_in(at)
    if door.roles:
        # A page that refuses stands in the study's frame, too.
        g.grant = found = _find_grant((request.view_args or {})["code"])
        if (refusal := found.refusal(door)) is not None:
            raise refusal
        own_forms.learn(db.session, server.library())
        typed_again.offer(member().fs_uniquifier, at)
    return None


def _door(endpoint: str) -> Door | None:
    return getattr(current_app.view_functions[endpoint], "door", None)


def _say_limited(refusal: LimitedToSite) -> tuple[str, int]:
    page = render_template(
        "staff/error.html",
        code=403,
        title=_t("This holds for every site"),
        happened=_t("You are limited to the site %(site)s, so nothing was changed.", site=refusal.site),
        mend=_t("Please ask a coordinator of the whole study."),
    )
    return page, 403


def _to_sign_in(at: datetime) -> Response:
    """Redirect to sign-in, and afterwards back to the page that was read, or to the form that was sent."""
    back = typed_again.address() if request.method == "GET" else None
    door = _door(request.endpoint or "")
    if request.method == "POST" and door is not None and door.roles:  # account pages ask for secrets
        try:
            back = typed_again.keep(here_was_signed_in(), at)
        except typed_again.TooLongError:
            return typed_again.still_here()
    return redirect(url_for("security.login", next=back))


def _find_grant(code: str) -> Grant:
    """The signed-in person's grant in the study `code`; others do not learn that the study exists."""
    person = member()
    actor, at = f"staff:{person.id}", datetime.now(UTC)
    for membership in person.memberships:
        if membership.study.code == code and not person.admin:
            return Grant(membership.study, membership.role, membership.site, actor, at)
    study = db.session.scalar(select(Study).where(Study.code == code)) if person.admin else None
    return Grant(study, "admin", None, actor, at) if study else abort(404)
