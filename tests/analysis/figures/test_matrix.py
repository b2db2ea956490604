"""The matrix of associations and the scatter that each cell opens."""

import pytest

from analysis.data.frame import scored
from analysis.figures import SIDE_BY_SIDE, TOGETHER, View, pair_figure, pair_within_figure
from analysis.figures.matrix import matrices
from analysis.results.association import as_shown, correlations
from analysis.statements.words import number
from tests.analysis.studies import registry

SCALES = ("face.total", "phq9.total", "saq.total")
CLINIC = View(may_open_patients=True, strata=SIDE_BY_SIDE)


def records(frames, scales=SCALES, methods=("spearman", "rmcorr")):
    found = correlations(scored(frames), frames.scale_info, scales=scales, methods=methods)
    return {(one["level"], one.get("stratum"), frozenset((one["x"], one["y"]))): one for one in found}


def test_between_is_below_and_within_above():
    """Each cell has the coefficient of its pair and level; nothing stands on the diagonal.

    Within patients two scores are compared less what time explains, a score and time as they are.
    """
    frames = registry(3, 120)
    expected = records(frames, methods=("spearman", "rmcorr", "rmcorr_detrended"))
    for one in matrices(frames, CLINIC, SCALES):
        stratum = one.key.removeprefix("matrix-")
        assert one.names[0] == "Time since onset"
        for at, row in enumerate(one.rows):
            assert row[at] is None
            for column, cell in enumerate(row):
                if cell is None:
                    continue
                assert cell.level == ("between" if at > column else "within")
                record = expected[cell.level, stratum, frozenset((cell.scale, cell.other))]
                assert cell.estimate == number(as_shown(record)["estimate"])
                less_time = cell.level == "within" and "time_since_onset" not in (cell.scale, cell.other)
                assert (record["method"] == "rmcorr_detrended") == less_time


@pytest.mark.parametrize("strata", [SIDE_BY_SIDE, TOGETHER])
def test_the_scatter_has_the_patients_of_its_coefficient(strata):
    """As many dots as the record has patients between, and visits within."""
    frames = registry(5, 120)
    view = View(may_open_patients=True, strata=strata)
    expected = records(frames, ("face.total", "phq9.total"))
    for draw, level, count in (
        (pair_figure, "between", "patients"),
        (pair_within_figure, "within", "visits"),
    ):
        figure = draw(frames, "face.total", "phq9.total", view)
        assert figure.panels
        for one in figure.panels:
            stratum = one.key.rpartition("-")[2].replace("all", "") or None
            record = expected[level, stratum, frozenset(("face.total", "phq9.total"))]
            assert len(one.figure.data[0].x) == record[count]


@pytest.mark.parametrize("patients", [6, 12, 20])
@pytest.mark.parametrize("strata", [SIDE_BY_SIDE, TOGETHER])
def test_analysts_see_no_few_patients(patients, strata):
    """Neither in a cell nor as dots, nor all less acute and chronic ones."""
    frames = registry(7, patients)
    view = View(strata=strata)
    for one in matrices(frames, view, SCALES):
        for cell in (cell for row in one.rows for cell in row if cell):
            assert cell.n not in {"1", "2", "3", "4"}
    for draw in (pair_figure, pair_within_figure):
        figure = draw(frames, "face.total", "phq9.total", view)
        assert not {"1", "2", "3", "4"} & set(figure.table["Patients"])
        texts = [text for one in figure.panels for text in one.figure.data[0].text or ()]
        assert not any("registry" in text for text in texts)


def test_a_pair_that_nobody_has_says_so():
    frames = registry(1, 0)
    assert matrices(frames, CLINIC, SCALES) == ()
    assert pair_within_figure(frames, "face.total", "phq9.total", CLINIC).panels == ()
