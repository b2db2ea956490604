"""What is told of a study is what its pages say beside the figures."""

from datetime import date

from analysis.figures.attendance import attendance_figure
from analysis.figures.flow import flow_figure
from analysis.figures.profile import profile_figure
from analysis.figures.recruitment import recruitment_figure
from analysis.figures.table_one import table_one_figures
from analysis.figures.view import View
from analysis.results.scales import main_scales
from analysis.told import statements
from tests.analysis.studies import registry

ON = date(2026, 1, 1)


def test_described_figures_are_told_in_their_own_words() -> None:
    frames, view = registry(3, 80), View(suppress_under=5)
    scales = main_scales(frames)
    figures = [
        *table_one_figures(frames, view, scales=scales),
        flow_figure(frames, ON, view),
        recruitment_figure(frames, ON, view),
        profile_figure(frames, view, scales=scales),
        attendance_figure(frames, ON, view),
    ]
    records = ("table_one", "flow", "recruitment", "profile", "attendance")
    told = [(one.kind, one.text) for one in statements(frames, ON, 5) if one.record in records]
    assert told == [(figure.key, figure.summary) for figure in figures]
    assert len(told) > len(records)
