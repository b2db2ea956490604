"""The rooms of the staff's pages. A person sees those in which the guard opens a page."""

from __future__ import annotations

from typing import Literal, NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class MenuEntry(NamedTuple):
    """A page of the study in the menu; pages that set `section` to its name mark it.

    `help` says what the page is for; it stands folded at the page's foot, and on the page of help.
    """

    endpoint: str
    label: LazyString
    section: str
    help: LazyString


class Room(NamedTuple):
    """What stands behind one word of the menu: its pages, the first of which the word opens.

    `key` is pressed after g to go there; `counts` is what is counted beside the word where somebody must act.
    """

    label: LazyString
    pages: tuple[MenuEntry, ...]
    key: str
    counts: Literal["alerts", "messages", ""] = ""

    def holds(self, section: str) -> bool:
        """Whether the pages of this section stand in the room."""
        return any(page.section == section for page in self.pages)


ROOMS = (
    Room(
        _("Today"),
        (
            MenuEntry(
                "clinic.today",
                _("Clinic list"),
                "clinic",
                _(
                    "Who is expected on one day, and how far each has come with the questionnaires. "
                    "Put people on the list by code, name or hospital number, and open a visit on the"
                    " clinic’s tablet from here. Beside it stands what waits for somebody of the team: a "
                    "line goes once the thing is done, and nothing has to be ticked off."
                ),
            ),
            MenuEntry(
                "alerts.index",
                _("Alerts"),
                "alerts",
                _(
                    "Answers and scores that somebody has to look at. Take one on, write down what "
                    "you did, then close it."
                ),
            ),
        ),
        "t",
        counts="alerts",
    ),
    Room(
        _("Patients"),
        (
            MenuEntry(
                "patients.index",
                _("All patients"),
                "patients",
                _(
                    "All whom you may see. Search by code, name or number, filter and sort; the "
                    "filtered list can be taken along as a file."
                ),
            ),
            MenuEntry(
                "own_lists.index",
                _("My lists"),
                "own_lists",
                _(
                    "Lists with columns and filters of your choice, kept under a name. You can share "
                    "one with the study; everybody sees only the rows of patients they may see."
                ),
            ),
            MenuEntry(
                "overviews.completeness",
                _("Completeness"),
                "completeness",
                _(
                    "For each timepoint, which visits are done, due, missed or still to come. A "
                    "number leads to the people behind it."
                ),
            ),
            MenuEntry(
                "overviews.changes",
                _("Who changed"),
                "changes",
                _(
                    "Each patient’s last scores with the ones before. A change is a reason to look, "
                    "not a finding; a small one may be chance."
                ),
            ),
            MenuEntry(
                "questions.index",
                _("Questions about data"),
                "questions",
                _(
                    "Questions that a colleague has asked about a value. Whoever coordinates answers "
                    "or corrects; whoever asked closes. What a person told about herself is never "
                    "rewritten through one."
                ),
            ),
            MenuEntry(
                "checks.index",
                _("Checks"),
                "checks",
                _(
                    "What the program finds odd in the data, such as an impossible order of dates. "
                    "Each line leads to where it is mended; what is right as it is can be set aside "
                    "with a reason."
                ),
            ),
        ),
        "p",
    ),
    Room(
        _("Messages"),
        (
            MenuEntry(
                "messages.index",
                _("Messages"),
                "messages",
                _("What was sent, what waits and what failed. Send again, or say that a letter came back."),
            ),
        ),
        "m",
        counts="messages",
    ),
    Room(
        _("Dashboard"),
        (
            MenuEntry(
                "dashboard.index",
                _("Dashboard"),
                "dashboard",
                _(
                    "Figures of the study, with the answer first and the methods folded. Small groups"
                    " are hidden. Treatments were not given at random, so no figure shows that one of"
                    " them works."
                ),
            ),
        ),
        "d",
    ),
    Room(
        _("Study"),
        (
            MenuEntry(
                "setup.index",
                _("Set-up"),
                "setup",
                _(
                    "Each part of the study, from its title to consent, and what is still missing "
                    "before it can start."
                ),
            ),
            MenuEntry(
                "amending.amend",
                _("Amendments"),
                "amendments",
                _(
                    "A new version of the plan while the study runs. It holds from a day you name; "
                    "visits that were opened stay, and you see the effect before anything is kept."
                ),
            ),
            MenuEntry(
                "instruments.index",
                _("Instruments"),
                "instruments",
                _("The questionnaires and gradings: wordings, licences, and how each is scored."),
            ),
            MenuEntry(
                "own_forms.index",
                _("Own forms"),
                "own_forms",
                _(
                    "Short forms of your own with a few fields. A form is kept in versions: what was "
                    "answered keeps the version it was answered in."
                ),
            ),
            MenuEntry(
                "alert_rules.index",
                _("Alert rules"),
                "alert_rules",
                _("Which answers and scores raise an alert."),
            ),
            MenuEntry(
                "team.index",
                _("Team"),
                "team",
                _(
                    "Who works in the study, in which role and for which site. Invite, change a role,"
                    " or end an access."
                ),
            ),
            MenuEntry(
                "imports.index",
                _("Import"),
                "import",
                _(
                    "Bring in records from a file. You see first what would happen to each row, and "
                    "nothing is kept before you confirm."
                ),
            ),
            MenuEntry(
                "freezes.index",
                _("Data freezes"),
                "freezes",
                _(
                    "The data as they were at one moment, under a name, so that a result can be "
                    "computed from them again."
                ),
            ),
            MenuEntry(
                "log.index",
                _("Log"),
                "log",
                _("Who changed what, and when. Entries are only ever added."),
            ),
        ),
        "s",
    ),
    Room(
        _("Export"),
        (
            MenuEntry(
                "export.index",
                _("Export"),
                "export",
                _("The study’s data as files. Names and contacts are never in them."),
            ),
            MenuEntry(
                "reports.index",
                _("Reports"),
                "reports",
                _(
                    "A report over the study, made from the data of now or of a freeze, with the "
                    "files to compute it again."
                ),
            ),
        ),
        "e",
    ),
)

# The page that a role begins with.
FIRST_PAGES = {
    "analyst": "dashboard.index",
    "investigator": "overviews.changes",
    "coordinator": "clinic.today",
    "admin": "patients.index",
}
