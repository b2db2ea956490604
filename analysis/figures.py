"""Frames in, plotly figures out, with the sentence, the table and the notes that belong under them.

Acute and chronic patients stand side by side; both together only on request. Those who may open patients
see points and counts, but no average under five patients; everybody else sees no small cell at all.
"""

from analysis.figure_adjusted import adjusted_figure
from analysis.figure_association import association_figure
from analysis.figure_attendance import attendance_figure, dropout_figure, recovery_figure
from analysis.figure_before_after import before_after_figure
from analysis.figure_change import change_figure
from analysis.figure_course import course_figure
from analysis.figure_injections import injection_figure
from analysis.figure_pair import pair_figure, pair_within_figure
from analysis.figure_profile import profile_figure
from analysis.figure_quality import quality_figure
from analysis.figure_screening import screening_figure
from analysis.figure_time import time_figure
from analysis.figure_treatment import treatment_figure
from analysis.frame import StudyFrames, chosen_by_other
from analysis.view import SIDE_BY_SIDE, TOGETHER, Figure, Panel, View

__all__ = [
    "MAIN_SCALES",
    "SIDE_BY_SIDE",
    "TOGETHER",
    "Figure",
    "Panel",
    "View",
    "adjusted_figure",
    "association_figure",
    "attendance_figure",
    "before_after_figure",
    "change_figure",
    "course_figure",
    "dropout_figure",
    "injection_figure",
    "main_scales",
    "pair_figure",
    "pair_within_figure",
    "profile_figure",
    "quality_figure",
    "recovery_figure",
    "screening_figure",
    "time_figure",
    "treatment_figure",
]

MAIN_SCALES = ("face.total", "phq9.total", "face.social_function", "saq.total")


def main_scales(frames: StudyFrames) -> tuple[str, ...]:
    """The scales to draw: of the main ones those with a score, else every scale with one, in its order."""
    scores = frames.scores
    present = set(scores.loc[scores["value"].notna() & ~chosen_by_other(scores), "scale"])
    return tuple(key for key in MAIN_SCALES if key in present) or tuple(
        key for key in frames.scale_info if key in present
    )
