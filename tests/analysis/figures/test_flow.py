"""The flow of patients as it is printed."""

from analysis.figures import View, flow_figure
from tests.analysis.drawings import labels, traces
from tests.analysis.results.test_flow import ON, changed, planned

CLINIC, ANALYST = View(may_open_patients=True), View()
CODES = "abcdefghijklmnopqrst"


def frames():
    """Twenty at two sites; eight did not answer the second visit, and three died after it."""
    made = planned(
        {code: 2 if at < 12 else 1 for at, code in enumerate(CODES)}, dict.fromkeys("qrs", "moved")
    )
    made = changed(made, CODES[:9], site="north")
    return changed(made, "abc", status="died", status_since="2024-11-01")


def column(figure, name):
    """A column of the table, by step and visit."""
    return {(row["Step"], row["Visit"]): row[name] for row in figure.table.to_dict("records")}


def test_every_step_of_all_and_of_each_site():
    figure = flow_figure(frames(), ON, CLINIC)
    assert (
        figure.summary
        == "20 patients enrolled, 20 with a visit due, 20 answered (100\u00a0% of these). Died: 3."
    )
    every, north = column(figure, "All"), column(figure, "north")
    assert (every["Enrolled", ""], north["Enrolled", ""]) == ("20", "9")
    assert (every["Died", ""], north["Died", ""]) == ("3", "3")
    assert (every["Did not answer", "visit 2"], north["Did not answer", "visit 2"]) == ("8", "0")
    assert every["Did not answer: moved", "visit 2"] == "3"


def test_a_bar_for_any_visit_and_for_each():
    """Whole bars of those who answered, who did not, and who were not due."""
    figure = flow_figure(frames(), ON, CLINIC)
    [panel] = figure.panels
    assert [label.split(",")[0] for label in labels(panel)] == ["Any visit", "visit 1", "visit 2"]
    texts = [text for trace in traces(figure, kind="bar") for text in trace["text"]]
    assert texts == ["answered 20", "answered 20", "answered 12", "did not answer 8"]


def test_who_sees_groups_alone_sees_no_small_count():
    figure = flow_figure(frames(), ON, ANALYST)
    every = column(figure, "All")
    assert (every["Died", ""], every["Takes part", ""]) == ("<5", "hidden")
    assert every["Did not answer: other reasons", "visit 2"] == "<5"
    assert "moved" not in figure.table.to_csv()
