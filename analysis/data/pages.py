"""The names of the pages on a study's data, in the order of reading.

`analysis.figures.pages` has their content; navigation needs the names without the drawing code.
"""

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "overview": "Overview",
    "patients": "Patients",
    "mood": "Quality of life and mood",
    "time": "Time since onset",
    "treatment": "Treatment",
    "change": "Change",
    "screening": "Screening",
    "quality": "Measurement quality",
    "attendance": "Attendance",
}

OF_EVERYBODY = frozenset({"patients"})
"""Pages that count patients by many facts at once: readers who see groups alone see them without filters,
because what each filter leaves could be subtracted."""
