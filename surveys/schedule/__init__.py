"""Timepoints, anchors, windows, due dates: a plan applied to one patient's dates. Pure: no database."""

from surveys.schedule.amended import Amended, Version
from surveys.schedule.burden import Year, burden, example_visits
from surveys.schedule.course import (
    SPACING_DAYS,
    Course,
    Occasion,
    OccasionKey,
    TreatmentDate,
    occasions,
    onset_day,
)
from surveys.schedule.laying import CLOSEST_DAYS, InstrumentDay, ScheduledVisit, lay_out
from surveys.schedule.outlook import Outlook, outlook
from surveys.schedule.plan import (
    FAMILIES,
    PlanError,
    PlannedVisit,
    kinds_of,
    preset,
    preset_names,
    preset_title,
)
from surveys.schedule.windows import (
    FINISHING_DAYS,
    Window,
    is_open,
    is_over,
    is_over_for_good,
    is_overdue,
    not_yet_open,
    planned_dates,
    same_until,
    unscheduled,
    window,
)

__all__ = [
    "CLOSEST_DAYS",
    "FAMILIES",
    "FINISHING_DAYS",
    "SPACING_DAYS",
    "Amended",
    "Course",
    "InstrumentDay",
    "Occasion",
    "OccasionKey",
    "Outlook",
    "PlanError",
    "PlannedVisit",
    "ScheduledVisit",
    "TreatmentDate",
    "Version",
    "Window",
    "Year",
    "burden",
    "example_visits",
    "is_open",
    "is_over",
    "is_over_for_good",
    "is_overdue",
    "kinds_of",
    "lay_out",
    "not_yet_open",
    "occasions",
    "onset_day",
    "outlook",
    "planned_dates",
    "preset",
    "preset_names",
    "preset_title",
    "same_until",
    "unscheduled",
    "window",
]
