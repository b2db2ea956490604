"""The rooms of the staff's pages. A person sees those in which the guard opens a page."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class MenuEntry(NamedTuple):
    """A page of the study in the menu; pages that set `section` to its name mark it."""

    endpoint: str
    label: LazyString
    section: str


class Room(NamedTuple):
    """What stands behind one word of the menu: its pages, the first of which the word opens.

    `key` is pressed after g to go there.
    """

    label: LazyString
    pages: tuple[MenuEntry, ...]
    key: str
    counts_alerts: bool = False

    def holds(self, section: str) -> bool:
        """Whether the pages of this section stand in the room."""
        return any(page.section == section for page in self.pages)


ROOMS = (
    Room(
        _("Today"),
        (
            MenuEntry("clinic.today", _("Clinic list"), "clinic"),
            MenuEntry("clinic.needs", _("Needs a person"), "needs"),
            MenuEntry("alerts.index", _("Alerts"), "alerts"),
        ),
        "t",
        counts_alerts=True,
    ),
    Room(
        _("Patients"),
        (
            MenuEntry("patients.index", _("All patients"), "patients"),
            MenuEntry("own_lists.index", _("My lists"), "own_lists"),
            MenuEntry("overviews.completeness", _("Completeness"), "completeness"),
            MenuEntry("overviews.changes", _("Who changed"), "changes"),
            MenuEntry("questions.index", _("Questions about data"), "questions"),
            MenuEntry("checks.index", _("Checks"), "checks"),
        ),
        "p",
    ),
    Room(_("Messages"), (MenuEntry("messages.index", _("Messages"), "messages"),), "m"),
    Room(_("Dashboard"), (MenuEntry("dashboard.index", _("Dashboard"), "dashboard"),), "d"),
    Room(
        _("Study"),
        (
            MenuEntry("setup.index", _("Set-up"), "setup"),
            MenuEntry("amending.amend", _("Amendments"), "amendments"),
            MenuEntry("instruments.index", _("Instruments"), "instruments"),
            MenuEntry("own_forms.index", _("Own forms"), "own_forms"),
            MenuEntry("alert_rules.index", _("Alert rules"), "alert_rules"),
            MenuEntry("team.index", _("Team"), "team"),
            MenuEntry("imports.index", _("Import"), "import"),
            MenuEntry("freezes.index", _("Data freezes"), "freezes"),
            MenuEntry("log.index", _("Log"), "log"),
        ),
        "s",
    ),
    Room(
        _("Export"),
        (
            MenuEntry("export.index", _("Export"), "export"),
            MenuEntry("reports.index", _("Reports"), "reports"),
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
