"""Recruitment as it is printed."""

from analysis.figures import View, recruitment_figure
from tests.analysis.drawings import traces
from tests.analysis.results.test_recruitment import ON, enrolled

CLINIC, ANALYST = View(may_open_patients=True), View()


def frames():
    return enrolled(*["2024-03-05"] * 6, *["2024-04-05"] * 2, north=("2024-03-07",) * 5)


def test_by_month_and_site():
    figure = recruitment_figure(frames(), ON, CLINIC)
    assert figure.summary == "13 patients enrolled from 2024-03 to 2024-04 at 2 sites; most in 2024-03: 11."
    assert figure.table.to_dict("records")[:2] == [
        {"Month": "2024-03", "Enrolled": "11", "In all": "11", "main": "6", "north": "5"},
        {"Month": "2024-04", "Enrolled": "2", "In all": "13", "main": "2", "north": "0"},
    ]
    assert [panel.title for panel in figure.panels] == ["All sites", "main", "north"]
    [all_sites, *_] = traces(figure, "lines")
    assert (all_sites["x"], all_sites["y"]) == ([0, 1, 2, 3], [0, 11, 13, 13])


def test_who_sees_groups_alone_sees_months_together():
    figure = recruitment_figure(frames(), ON, ANALYST)
    [line] = figure.table.to_dict("records")
    assert line == {
        "Month": "2024-03 to 2024-05",
        "Enrolled": "13",
        "In all": "13",
        "main": "8",
        "north": "5",
    }


def test_few_patients_have_no_figure():
    figure = recruitment_figure(enrolled("2024-03-05"), ON, ANALYST)
    assert figure.panels == ()
    assert figure.summary == "Too few patients to show when they were enrolled."
