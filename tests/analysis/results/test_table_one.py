"""Table 1: who counts, on which day, and what of it is told."""

from collections.abc import Iterable
from typing import Any

import pytest

from analysis.results.table_one import table_one
from tests.analysis.studies import SCALES, Patient, registry, study

VISIT = "2024-06-01"


Records = list[dict[str, Any]]


def told(patients: Iterable[Patient], under: int = 1) -> Records:
    """Table 1 of these patients."""
    return table_one(study(patients), SCALES, suppress_under=under)


def of(found: Records, **facts: object) -> Records:
    """The records with these facts."""
    return [one for one in found if all(one[name] == value for name, value in facts.items())]


def only(found: Records, **facts: object) -> dict[str, Any]:
    """The one record with these facts."""
    [one] = of(found, **facts)
    return one


def patients(number: int, name: str = "p", face: float = 50.0, **facts: Any) -> list[Patient]:
    """So many patients with one visit."""
    return [Patient(f"{name}{n}", [(VISIT, {"face.total": face + n})], **facts) for n in range(number)]


def test_levels_shares_and_what_is_missing() -> None:
    """Of six patients, one without a known sex; shares are of all six."""
    found = told([*patients(3), *patients(2, "m", sex="male"), *patients(1, "u", sex="unknown")])
    found = of(found, by="all", variable="sex")
    assert [(one["level"], one["n"], one["share"]) for one in found] == [
        ("female", 3, 0.5),
        ("male", 2, pytest.approx(1 / 3)),
        ("other", 0, 0),
        ("missing", 1, pytest.approx(1 / 6)),
    ]
    assert all(one["patients"] == 6 for one in found)


def test_median_quartiles_and_what_is_missing() -> None:
    born = [1960, 1970, 1980, 1990, None]
    found = told([Patient(f"p{n}", [(VISIT, {})], birth_year=year) for n, year in enumerate(born)])
    value = only(found, by="all", variable="age", level=None)
    assert (value["n"], value["median"], value["q1"], value["q3"]) == (4, 49, 41.5, 56.5)
    assert only(found, by="all", variable="age", level="missing")["n"] == 1


def test_every_variable_tells_what_is_missing() -> None:
    found = of(table_one(registry(3, 24), SCALES), by="all")
    missing = [one["variable"] for one in found if one["level"] == "missing"]
    variables = dict.fromkeys(one["variable"] for one in found if one["variable"] != "patients")
    assert missing == list(variables)
    assert list(variables) == [
        "age",
        "sex",
        "side",
        "cause",
        "time_since_onset",
        "house_brackmann",
        "treatment",
        *SCALES,
    ]


@pytest.mark.parametrize(
    ("graded", "grade"),
    [
        ([("2024-06-15", 4)], 4),
        ([("2024-06-16", 4), ("2024-05-17", 3)], None),
        ([("2024-05-30", 2), ("2024-06-03", 5)], 5),
        ([("2024-05-31", 2), ("2024-06-03", 5)], 2),
    ],
    ids=["14 days", "15 days", "of equally near the later", "the nearer"],
)
def test_the_grading_near_the_first_visit_counts(graded: list[tuple[str, int]], grade: int | None) -> None:
    found = told([Patient("p", [(VISIT, {"face.total": 50.0})], gradings=graded)])
    assert only(found, by="all", variable="house_brackmann", level=None)["median"] == grade


def test_only_treatments_begun_by_the_first_visit_count() -> None:
    """That day included; an unknown start counts as begun, a plan does not."""
    begun = [
        Patient("a", [(VISIT, {})], treatments=[("botulinum_toxin", VISIT), ("massage", "2024-01-05")]),
        Patient("b", [(VISIT, {})], treatments=[("botulinum_toxin", "2024-06-02")]),
        Patient("c", [(VISIT, {})], treatments=[("massage", None)]),
        Patient("d", [(VISIT, {})], treatments=[("massage", "2024-01-05")], states=["planned"]),
    ]
    found = told(begun)
    assert {one["level"]: one["n"] for one in of(found, by="all", variable="treatment")} == {
        "medicine": 0,
        "therapy": 2,
        "toxin": 1,
        "surgery": 0,
        "other": 0,
        "none yet": 2,
        "missing": 0,
    }
    groups = of(found, by="treatment", variable="patients")
    assert [(one["group"], one["n"]) for one in groups] == [
        ("none yet", 2),
        ("therapy", 1),
        ("therapy + toxin", 1),
    ]


def test_who_has_no_visit_yet_counts_as_on_the_day_of_enrolment() -> None:
    waiting = Patient("w", [], facts={"enrolled_on": "2025-03-01"}, treatments=[("massage", "2025-02-01")])
    found = told([*patients(1), waiting])
    assert only(found, by="all", variable="patients")["n"] == 2
    assert only(found, by="all", variable="age", level=None)["q3"] == 54.75
    assert only(found, by="all", variable="treatment", level="therapy")["n"] == 1
    assert only(found, by="all", variable="face.total", level="missing")["n"] == 1


def test_time_from_birth_is_missing() -> None:
    found = told([*patients(2), *patients(1, "b", begin="from_birth")])
    value = only(found, by="all", variable="time_since_onset", level=None)
    assert (value["n"], value["median"]) == (2, pytest.approx(152 / 365.25))
    assert only(found, by="all", variable="time_since_onset", level="missing")["n"] == 1


def test_differences_are_from_the_largest_group() -> None:
    """FaCE of 50 to 61 at one site and 53 to 62 at the other: 2 / √((13 + 55/6) / 2). Sex: p = 1/2 and 0."""
    of_a = [*patients(6, "a"), *patients(6, "aa", 56.0, sex="male")]
    of_b = patients(10, "b", 53.0, facts={"site": "b"})
    found = told([*of_a, *of_b])
    face = of(found, by="site", variable="face.total", level=None)
    assert [(one["group"], one["reference"]) for one in face] == [("b", "main"), ("main", "main")]
    assert face[0]["smd"] == pytest.approx(2 / ((13 + 55 / 6) / 2) ** 0.5)
    assert (face[1]["smd"], face[1]["smd_reason"]) == (None, "the others are compared with it")
    sex = only(found, by="site", variable="sex", level="female", group="b")
    assert sex["smd"] == pytest.approx(0.5 / 0.125**0.5)
    assert only(found, by="site", variable="side", level="left", group="b")["smd_reason"] == "no variation"
    assert only(found, by="all", variable="face.total", level=None)["smd_reason"] == "one group"


def test_under_ten_patients_there_is_no_difference() -> None:
    found = told([*patients(12), *patients(9, "b", facts={"site": "b"})])
    found = only(found, by="site", variable="face.total", level=None, group="b")
    assert (found["n"], found["smd"], found["smd_reason"]) == (9, None, "fewer than 10 patients")


def test_patients_without_a_site_are_a_group() -> None:
    found = told([*patients(2), *patients(1, "n", facts={"site": None})])
    assert [one["group"] for one in of(found, by="site", variable="patients")] == ["main", "no site"]


def test_a_small_group_has_no_numbers() -> None:
    """Nor has the smallest other: all less the rest would be the small one."""
    found = told(
        [*patients(20), *patients(8, "b", facts={"site": "b"}), *patients(3, "c", facts={"site": "c"})],
        5,
    )
    found = of(found, by="site")
    assert {one["group"] for one in found if one["variable"] != "patients"} == {"main"}
    sizes = {one["group"]: (one["n"], one["n_text"]) for one in found if one["variable"] == "patients"}
    assert sizes == {"b": (None, "hidden"), "c": (None, "<5"), "main": (20, "20")}


def test_few_missing_values_hide_how_many_are_known() -> None:
    """The median stays, because no single value is found from it."""
    found = told([*patients(20), *patients(2, "u", birth_year=None)], 5)
    value = only(found, by="all", variable="age", level=None)
    assert (value["n"], value["n_text"], value["median"]) == (None, "hidden", 54)
    assert only(found, by="all", variable="age", level="missing")["n_text"] == "<5"


def test_a_value_of_few_patients_is_not_told() -> None:
    """Nor is a difference from which a hidden share would be found."""
    found = told(
        [
            *patients(12, "a"),
            *patients(8, "am", sex="male"),
            *patients(10, "b", facts={"site": "b"}),
            *patients(2, "bm", sex="male", facts={"site": "b"}),
            *[Patient(f"g{n}", [(VISIT, {})], gradings=[(VISIT, 3)]) for n in range(4)],
        ],
        5,
    )
    grade = only(found, by="all", variable="house_brackmann", level=None)
    assert (grade["suppressed"], grade["median"]) == (True, None)
    sex = only(found, by="site", variable="sex", level="female", group="b")
    assert (sex["n"], sex["smd"]) == (None, None)
    assert sex["smd_reason"] == "hidden so that a few patients stay hidden"


def test_a_family_whose_total_tells_of_a_hidden_group_is_hidden() -> None:
    """Nine were given toxin, six of them toxin alone: three are of the groups not shown."""

    def given(number: int, name: str, *kinds: str) -> list[Patient]:
        return patients(number, name, treatments=[(kind, "2024-01-05") for kind in kinds])

    everybody = [
        *given(20, "n"),
        *given(6, "t", "botulinum_toxin"),
        *given(3, "m", "botulinum_toxin", "massage"),
        *given(12, "p", "massage"),
        *given(4, "o", "acupuncture"),
    ]
    found = told(everybody, 5)
    shown = of(found, by="treatment", variable="patients")
    assert {one["group"]: one["n"] for one in shown}["toxin"] == 6
    assert only(found, by="all", variable="treatment", level="toxin")["n"] is None
    assert only(told(everybody), by="all", variable="treatment", level="toxin")["n"] == 9


def test_nobody_has_no_table() -> None:
    assert table_one(study([]), SCALES) == []
