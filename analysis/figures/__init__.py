"""Frames in, plotly figures out, with the sentence, table and notes under them.

Acute and chronic patients stand side by side; both together only on request. Readers who may open patients
see points and counts, but no average under five patients. Other readers see no small cell.
"""

from analysis.figures.association import association_figure
from analysis.figures.attendance import attendance_figure, dropout_figure, recovery_figure
from analysis.figures.before_after import before_after_figure
from analysis.figures.change import change_figure
from analysis.figures.comparison import comparison_figure
from analysis.figures.course import course_figure
from analysis.figures.flow import flow_figure
from analysis.figures.injections import injection_figure
from analysis.figures.pair import pair_figure, pair_within_figure
from analysis.figures.profile import profile_figure
from analysis.figures.quality import quality_figure
from analysis.figures.recruitment import recruitment_figure
from analysis.figures.responders import responders_figure
from analysis.figures.screening import screening_figure
from analysis.figures.table_one import table_one_figures
from analysis.figures.time import time_figure
from analysis.figures.treatment import treatment_figure
from analysis.figures.view import SIDE_BY_SIDE, TOGETHER, Figure, Panel, View
from analysis.results.scales import main_scales

__all__ = [
    "SIDE_BY_SIDE",
    "TOGETHER",
    "Figure",
    "Panel",
    "View",
    "association_figure",
    "attendance_figure",
    "before_after_figure",
    "change_figure",
    "comparison_figure",
    "course_figure",
    "dropout_figure",
    "flow_figure",
    "injection_figure",
    "main_scales",
    "pair_figure",
    "pair_within_figure",
    "profile_figure",
    "quality_figure",
    "recovery_figure",
    "recruitment_figure",
    "responders_figure",
    "screening_figure",
    "table_one_figures",
    "time_figure",
    "treatment_figure",
]
