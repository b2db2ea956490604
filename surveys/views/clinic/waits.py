"""What waits for a person: the lines of Today, each of which leads to the list that mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveys.db import db
from surveys.jobs import findings
from surveys.jobs.findings import Findings
from surveys.lists import needs as needed
from surveys.lists import questions
from surveys.lists.at_once import together
from surveys.lists.checks.check import Check
from surveys.lists.checks.page import CHECKS
from surveys.lists.due import Due, due
from surveys.lists.needs import SHOWN, Needs
from surveys.store.visit import alert_rules
from surveys.views.clinic import checks, display
from surveys.views.web import server
from surveys.views.web.access import Grant
from surveys.views.web.jobs import behind


@dataclass(frozen=True)
class Waits:
    """All that waits for whoever looks: `questions` by their state, `rules` in words."""

    needs: Needs
    questions: Mapping[str, int]
    findings: Findings
    due: Due | None
    rules: Sequence[str]

    @property
    def checks(self) -> list[tuple[Check, int]]:
        """The checks that found something, with the number of findings."""
        return [(CHECKS[key], number) for key, number in self.findings.numbers.items()]


@dataclass(frozen=True)
class Line:
    """One thing that waits, in words, and where it is mended; `urgent` where a patient may be at risk."""

    words: str
    address: str
    urgent: bool = False


def found(here: Grant) -> Waits:
    """What waits at this moment."""
    needs, asked, last_count = together(
        db.session,
        needed.needs(db.session, here.scope, here.at),
        questions.by_state(here.scope),
        findings.last_count(here.scope),
    )
    count = partial(findings.note, scope=here.scope, at=here.at, by=here.actor)
    to_confirm = alert_rules.to_confirm(db.session, here.study, server.library())
    return Waits(
        needs,
        asked,
        findings.waiting(db.session, checks.terms(here), last_count, ask=partial(behind, count)),
        due(db.session, here.study, here.scope),
        [display.study_rule_words(rule, server.library()) for rule, _scale in to_confirm],
    )


def lines(here: Grant, waits: Waits) -> list[Line]:
    """A line for each kind of thing that waits, what is most urgent first."""
    return [*_alert_lines(here, waits), *_contact_lines(here, waits), *_data_lines(here, waits)]


def _alert_lines(here: Grant, waits: Waits) -> list[Line]:
    told = []
    if alerts := waits.needs.alerts:
        words = ngettext(
            "%(count)s alert is open, for %(time)s: %(code)s",
            "%(count)s alerts are open, the first for %(time)s: %(code)s",
            len(alerts),
            count=_count(alerts),
            time=display.waited(alerts[0].raised_at, here.at),
            code=alerts[0].patient,
        )
        told.append(Line(words, _page(here, "alerts.index", state=alerts[0].state), urgent=True))
    if waits.rules:
        words = ngettext("%(num)d alert rule to confirm", "%(num)d alert rules to confirm", len(waits.rules))
        told.append(Line(words, _page(here, "alert_rules.index"), urgent=True))
    if asked := waits.needs.requests:
        words = ngettext(
            "%(num)d request to remove details", "%(num)d requests to remove details", len(asked)
        )
        told.append(Line(words, _needs(here, "requests")))
    return told


def _contact_lines(here: Grant, waits: Waits) -> list[Line]:
    told, needs = [], waits.needs
    if calls := [one for one in needs.by_hand if one.channel == "telephone"]:
        words = ngettext("%(count)s call is due", "%(count)s calls are due", len(calls), count=_count(calls))
        told.append(Line(words, _needs(here, "by-hand")))
    if letters := [one for one in needs.by_hand if one.channel != "telephone"]:
        words = ngettext(
            "%(count)s letter is due", "%(count)s letters are due", len(letters), count=_count(letters)
        )
        told.append(Line(words, _needs(here, "by-hand")))
    if lost := needs.undelivered:
        words = ngettext(
            "%(count)s message did not arrive, or cannot go",
            "%(count)s messages did not arrive, or cannot go",
            len(lost),
            count=_count(lost),
        )
        told.append(Line(words, _needs(here, "undelivered")))
    if number := needs.overdue_in_all:
        words = ngettext("%(num)d visit is overdue", "%(num)d visits are overdue", number)
        told.append(Line(words, _needs(here, "overdue")))
    if number := needs.joined:
        words = ngettext(
            "%(num)d person joined and waits for a look.",
            "%(num)d people joined and wait for a look.",
            number,
        )
        told.append(Line(words, _page(here, "joined.index")))
    return told


def _data_lines(here: Grant, waits: Waits) -> list[Line]:
    told, needs = [], waits.needs
    if needs.reported:
        number = needs.reported[0].in_all
        words = ngettext(
            "%(num)d report of a patient to confirm", "%(num)d reports of patients to confirm", number
        )
        told.append(Line(words, _needs(here, "reports")))
    if number := waits.questions.get("open", 0):
        words = ngettext(
            "%(num)d question waits for an answer", "%(num)d questions wait for an answer", number
        )
        told.append(Line(words, _page(here, "questions.index")))
    if number := waits.questions.get("answered", 0):
        words = ngettext(
            "%(num)d answer waits for who asked to close it",
            "%(num)d answers wait for who asked to close them",
            number,
        )
        told.append(Line(words, _page(here, "questions.index", state="answered")))
    if number := sum(waits.findings.numbers.values()):
        words = ngettext("%(num)d finding of the checks", "%(num)d findings of the checks", number)
        if (counted_at := waits.findings.counted_at) is not None:
            time = display.moment(counted_at, here.study.timezone)
            words = _("%(findings)s (counted at %(time)s)", findings=words, time=time)
        told.append(Line(words, _page(here, "checks.index")))
    if needs.twins:
        told.append(Line(_("Patients and visits that read the same"), _needs(here, "twins")))
    if waits.due:
        told.append(Line(_("Kept longer than the study said"), _needs(here, "kept")))
    return told


def _count(some: Sequence[object]) -> str:
    """How many there are; of more than a list holds, that there are at least as many."""
    return f"{len(some)}+" if len(some) >= SHOWN else str(len(some))


def _needs(here: Grant, anchor: str) -> str:
    return url_for("clinic.today", code=here.study.code, _anchor=anchor)


def _page(here: Grant, endpoint: str, state: str | None = None) -> str:
    return url_for(endpoint, code=here.study.code, state=state)
