"""Our figures as still SVG."""

import pytest

from analysis.figures import TOGETHER, View, association_figure, main_scales, time_figure, treatment_figure
from analysis.figures.look import chart, go
from analysis.figures.svg import CannotDrawError, svg
from tests.analysis.drawings import labels, parsed, plain
from tests.analysis.studies import registry


@pytest.fixture(scope="module")
def panels():
    frames, view = registry(5, 120), View()
    drawn = [
        time_figure(frames, "face.total", view),
        association_figure(frames, view, scales=main_scales(frames)),
        treatment_figure(frames, "face.total", view),
        time_figure(frames, "face.total", View(strata=TOGETHER)),
    ]
    return [panel for figure in drawn for panel in figure.panels]


def test_every_mark_and_label_is_drawn(panels):
    """As many circles as dots, the labels as text, the axis with its marks, all inside the frame."""
    for panel in panels:
        root = parsed(svg(panel.figure, panel.title))
        dots = sum(len(trace["x"]) for trace in plain(panel)["data"] if trace.get("mode") == "markers")
        circles = list(root.iter("circle"))
        assert len(circles) == dots
        texts = [one.text for one in root.iter("text")]
        for label in labels(panel):
            for line in label.split("<br>"):
                assert line in texts
        assert {one.text for one in panel.figure.layout.annotations} <= set(texts)
        marks = panel.figure.layout.xaxis.ticktext
        assert not marks or set(marks) & set(texts)
        assert all(0 <= float(one.get("cx")) <= 640 for one in circles)


def test_text_is_text():
    """Labels that look like markup stay words."""
    figure = chart(100)
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[0, 1])
    figure.add_trace(
        go.Scatter(x=[0.5], y=[0.5], mode="text", text=["&lt;b&gt;&amp;"], textposition="middle right")
    )
    root = parsed(svg(figure, 'a "title" <i>'))
    assert root.get("aria-label") == 'a "title" <i>'
    assert "<b>&" in [one.text for one in root.iter("text")]


def test_lines_break_where_nothing_is_known():
    figure = chart(100)
    figure.update_xaxes(range=[0, 3])
    figure.update_yaxes(range=[0, 1])
    figure.add_trace(
        go.Scatter(
            x=[0, 1, None, 2, 3], y=[0, 1, None, 0, 1], mode="lines", line={"color": "red", "dash": "dot"}
        )
    )
    root = parsed(svg(figure, "broken"))
    assert len(list(root.iter("polyline"))) == 2


def test_nothing_is_drawn_beyond_the_axes():
    """A line breaks there, an area ends there, a text that does not fit its bar is smaller or left out."""
    figure = chart(100)
    figure.update_xaxes(range=[0, 3])
    figure.update_yaxes(range=[0, 10])
    line = {"color": "red", "width": 2}
    figure.add_trace(go.Scatter(x=[0, 1, 2, 3], y=[5, 20, 5, 6], mode="lines", line=line))
    area = {"fill": "toself", "fillcolor": "red", "mode": "lines", "line": {"width": 0}}
    figure.add_trace(go.Scatter(x=[0, 3, 3, 0], y=[-50, -50, 50, 50], **area))
    for row, (length, text) in enumerate([(3, "all of it"), (0.6, "0123456789"), (0.1, "0123456789")]):
        bar = {"x": [length], "y": [row], "text": [text], "width": 1, "marker": {"color": "red"}}
        figure.add_trace(go.Bar(orientation="h", **bar))
    root = parsed(svg(figure, "over", 340))
    assert [one.get("points", "").count(",") for one in root.iter("polyline")] == [1, 2]
    [polygon] = root.iter("polygon")
    heights = [float(point.split(",")[1]) for point in polygon.get("points", "").split()]
    assert 0 <= min(heights) < max(heights) <= 76
    written = {one.text: one.get("font-size") for one in root.iter("text")}
    assert written["all of it"] is None
    assert "0123456789" not in written


@pytest.mark.parametrize(
    ("trace", "named"),
    [
        (go.Pie(values=[1]), "pie"),
        (go.Bar(x=[1], y=[1]), "bars that lie"),
        (go.Box(y=[1]), "boxes that lie"),
        (go.Scatter(x=[1], y=[1], mode="markers", marker={"color": "red", "symbol": "star"}), "star"),
    ],
)
def test_what_is_not_known_is_refused(trace, named):
    figure = chart(100)
    figure.add_trace(trace)
    with pytest.raises(CannotDrawError, match=named):
        svg(figure, "odd")
