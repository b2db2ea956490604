"""The names of the pages on a study's data, in the order of reading.

`analysis.figures.pages` has their content; navigation needs the names without the drawing code.
"""

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "overview": "Overview",
    "mood": "Quality of life and mood",
    "time": "Time since onset",
    "treatment": "Treatment",
    "change": "Change",
    "screening": "Screening",
    "quality": "Measurement quality",
    "attendance": "Attendance",
}
