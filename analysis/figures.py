"""Frames in, a plotly figure out, with the sentence, the table and the notes that belong under it.

Acute and chronic patients stand side by side; both together only on request. Those who may open patients
see points and counts, but no average under five patients; everybody else sees no small cell at all.
"""

from analysis.figure_association import MAIN_SCALES, association_figure
from analysis.figure_time import time_figure
from analysis.figure_treatment import treatment_figure
from analysis.view import Figure, View

__all__ = ["MAIN_SCALES", "Figure", "View", "association_figure", "time_figure", "treatment_figure"]
