"""Parts of a study."""

import pytest

from analysis.data.frame import check, scored
from analysis.results.filters import Filters, apply
from tests.analysis.studies import Patient, study

VISITS = [("2024-02-01", {"face.total": 10.0}), ("2026-02-01", {"face.total": 20.0})]


def frames():
    return study(
        [
            Patient("toxin", VISITS, treatments=[("botulinum_toxin", "2026-01-01")], sex="male"),
            Patient("planned", VISITS, treatments=[("botulinum_toxin", None)], states=["planned"]),
            Patient("eye", VISITS, treatments=[("eyelid_weight", "2024-01-01")], cause="trauma"),
            Patient("unplaced", VISITS, onset=None, cause="unknown"),
        ]
    )


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (Filters(), ["eye", "planned", "toxin", "unplaced"]),
        (Filters(treatment="toxin"), ["toxin"]),
        (Filters(treatment="none yet"), ["eye", "planned", "unplaced"]),
        (Filters(cause="trauma"), ["eye"]),
        (Filters(sex="female", cause="bells_palsy"), ["planned"]),
        (Filters(time="unknown"), ["unplaced"]),
        (Filters(treatment="surgery"), []),
        (Filters(side="left"), ["eye", "planned", "toxin", "unplaced"]),
        (Filters(side="both"), []),
        (Filters(age="40 to 59"), ["eye", "planned", "toxin", "unplaced"]),
        (Filters(age="under 40"), []),
        (Filters(visit="visit 2", sex="male"), ["toxin"]),
        (Filters(visit="visit 9"), []),
        (Filters(source="paper"), []),
        (Filters(locale="de"), []),
    ],
)
def test_who_is_left(filters, codes):
    part = apply(frames(), filters)
    check(part)
    assert sorted(set(part.scores["patient"])) == codes


def test_time_keeps_responses_and_the_age_at_the_first_visit():
    """Of chronic responses alone, age is still that of the acute first visit."""
    table = scored(apply(frames(), Filters(time="chronic")))
    assert set(table["stratum"]) == {"chronic"}
    assert set(table["value"]) == {20.0}
    assert set(table["age"]) == {54}


@pytest.mark.parametrize(
    ("filters", "values"),
    [
        (Filters(since="2024-02-02"), {20.0}),
        (Filters(until="2026-01-31"), {10.0}),
        (Filters(since="2024-02-01", until="2026-02-01"), {10.0, 20.0}),
        (Filters(visit="visit 1"), {10.0}),
    ],
)
def test_responses_are_kept_by_day_and_visit(filters, values):
    """Both days of a span count, and the plan stays whole."""
    part = apply(frames(), filters)
    assert set(part.scores["value"]) == values
    assert len(part.visits) == len(frames().visits)
    assert len(part.responses) == len(part.scores)


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": "all"},
        {"sex": "f"},
        {"treatment": "botox"},
        {"age": "50"},
        {"side": "l"},
        {"since": "today?"},
    ],
)
def test_unknown_values_are_refused(wrong):
    with pytest.raises(ValueError, match=r"is not one of|datetime"):
        Filters(**wrong)
