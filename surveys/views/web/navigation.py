"""The staff's menu. A person sees the entries whose page the guard opens."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class MenuEntry(NamedTuple):
    """A page of the study in the menu; pages that set `section` to its name mark it."""

    endpoint: str
    label: LazyString
    section: str
    counts_alerts: bool = False


NAVIGATION = (
    MenuEntry("clinic.today", _("Clinic today"), "clinic"),
    MenuEntry("clinic.needs", _("Needs a person"), "needs"),
    MenuEntry("patients.index", _("Patients"), "patients"),
    MenuEntry("overviews.changes", _("Who changed"), "changes"),
    MenuEntry("overviews.completeness", _("Completeness"), "completeness"),
    MenuEntry("dashboard.index", _("Dashboard"), "dashboard"),
    MenuEntry("alerts.index", _("Alerts"), "alerts", counts_alerts=True),
    MenuEntry("messages.index", _("Messages"), "messages"),
    MenuEntry("instruments.index", _("Instruments"), "instruments"),
    MenuEntry("setup.index", _("Study"), "setup"),
    MenuEntry("imports.index", _("Import"), "import"),
    MenuEntry("export.index", _("Export"), "export"),
    MenuEntry("team.index", _("Team"), "team"),
)
