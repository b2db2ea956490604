"""What the pages on a study's data are called, in the order of reading.

What stands on each is in `analysis.figures.pages`; a navigation can be made without loading what draws.
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
