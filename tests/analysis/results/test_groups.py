"""Scores by treatment, cause and sex."""

from collections import defaultdict

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.data.frame import scored
from analysis.data.treatments import LEVELS
from analysis.results.groups import group_tests, groups
from tests.analysis.reference import close, expected, given
from tests.analysis.studies import Patient, registry, study
from tests.support.examples import examples


def groups_of(frames, **kwargs):
    return groups(scored(frames), frames.treatments, frames.scale_info, **kwargs)


def comparisons_of(frames, **kwargs):
    return group_tests(scored(frames), frames.treatments, frames.scale_info, **kwargs)


def pick(records, **keys):
    """The records with these keys; stratum None means on all patients."""
    keys = {"stratum": None, **keys}
    return [r for r in records if all(r.get(key) == value for key, value in keys.items())]


def small_clinic():
    """Baseline FaCE with the reference's collapsed treatments as levels."""
    kinds = {"physio": ["massage"], "botox": ["botulinum_toxin"], "surgery": ["botulinum_toxin"]}
    rows = given("small_clinic").query("visit == 1")
    return study(
        Patient(
            f"{row.id:02d}",
            [("2024-02-01", {"face.total": row.face_total})],
            treatments=[(kind, "2024-01-15") for kind in kinds.get(row.treatment, [])],
        )
        for row in rows.itertuples()
    )


def test_groups_and_tests_equal_r():
    """The collapsed groups of the small clinic: none or drug, physio, procedure."""
    frames, reference = small_clinic(), expected("small_clinic")["kruskal_collapsed"]
    cells = pick(groups_of(frames), by="treatment", scale="face.total")
    assert [(cell["level"], cell["n"], cell["median"]) for cell in cells] == [
        ("none yet", 9, close(reference["group_median"]["none_or_drug"])),
        ("therapy", 6, close(reference["group_median"]["physio"])),
        ("toxin", 5, close(reference["group_median"]["procedure"])),
    ]
    records = pick(comparisons_of(frames), by="treatment", scale="face.total")
    (test,) = pick(records, test="kruskal")
    assert (test["statistic"], test["p"]) == close((reference["H"], reference["p"]))
    assert test["epsilon_squared"] == close(reference["epsilon_squared"])
    assert test["imprecise"]
    pairs = pick(records, test="dunn")
    assert [(r["z"], r["p"], r["p_holm"]) for r in pairs] == [
        close((pair["z"], pair["p"], pair["p_holm"])) for pair in reference["dunn"]
    ]


def treated(numbers, **facts):
    """Patients with one FaCE each and the given number per kind (None: nothing)."""
    return [
        Patient(
            f"{kind}{n:02d}",
            [("2024-02-01", {"face.total": float(n * 3 % 31)})],
            treatments=[(kind, "2024-01-15")] if kind else [],
            **facts,
        )
        for kind, number in numbers.items()
        for n in range(number)
    ]


def test_a_small_cell_takes_the_smallest_other_with_it():
    """Four patients are hidden, and the next smallest level too: the total would give them away."""
    frames = study(treated({None: 20, "massage": 4, "botulinum_toxin": 7}))
    cells = pick(groups_of(frames), by="treatment", scale="face.total")
    assert [(c["level"], c["n"], c["n_text"], c["suppressed"]) for c in cells] == [
        ("none yet", 20, "20", False),
        ("therapy", None, "<5", True),
        ("toxin", None, "hidden", True),
    ]
    hidden = [c for c in cells if c["suppressed"]]
    for cell in hidden:
        numbers = ("mean", "sd", "median", "q1", "q3", "patients", "responses", "undated")
        assert [cell[key] for key in numbers] == [None] * len(numbers)
        assert cell["reason"]
    records = pick(comparisons_of(frames), by="treatment", scale="face.total")
    (test,) = pick(records, test="kruskal")
    assert (test["n"], test["df"]) == (31, 2)
    assert {r["reason"] for r in pick(records, test="dunn")} == {"a level is hidden"}


def test_the_first_scored_visit_decides_treatment_and_stratum():
    """Surgery between the first and second visit does not count; the stratum is that of the first."""
    visits = [
        ("2024-01-20", {"face.total": None}),
        ("2024-02-01", {"face.total": 10.0}),
        ("2024-12-01", {"face.total": 90.0}),
    ]
    frames = study([Patient(f"{n}", visits, treatments=[("myectomy", "2024-05-01")]) for n in range(6)])
    cells = pick(groups_of(frames), by="treatment")
    assert [(c["level"], c["n"], c["mean"]) for c in cells] == [("none yet", 6, 10.0)]
    assert [c["n"] for c in pick(groups_of(frames), by="treatment", stratum="acute")] == [6]
    assert pick(groups_of(frames), by="treatment", stratum="chronic") == []


def test_undated_treatments_are_counted():
    patients = treated({"massage": 5}) + [
        Patient(f"undated{n}", [("2024-02-01", {"face.total": 40.0})], treatments=[("mime_therapy", None)])
        for n in range(2)
    ]
    (cell,) = pick(groups_of(study(patients)), by="treatment", scale="face.total")
    assert (cell["level"], cell["n"], cell["undated"]) == ("therapy", 7, 2)


def test_kinds_are_not_exclusive_and_stand_beside_those_without():
    """One record per kind that anybody received; hidden where either side is small."""
    patients = treated({None: 6, "massage": 7})
    patients += [
        Patient(
            f"both{n}",
            [("2024-02-01", {"face.total": 90.0})],
            treatments=[("massage", "2024-01-15"), ("acupuncture", "2024-01-15")],
        )
        for n in range(5)
    ]
    patients += treated({"myectomy": 2})
    records = pick(groups_of(study(patients)), by="treatment_kind", scale="face.total")
    found = {r["level"]: (r["n"], r["without_n"], r["suppressed"], r["without_suppressed"]) for r in records}
    assert found == {
        "massage": (12, 8, False, False),
        "acupuncture": (5, 15, False, False),
        "myectomy": (None, None, True, True),
    }
    assert pick(comparisons_of(study(patients)), by="treatment_kind") == []


def test_under_ten_patients_there_is_no_test():
    frames = study(treated({None: 5, "massage": 4}))
    records = pick(comparisons_of(frames), by="treatment", scale="face.total")
    (test,) = pick(records, test="kruskal")
    assert (test["p"], test["reason"]) == (None, "fewer than 10 patients")
    assert [r["p"] for r in pick(records, test="dunn")] == [None]


def test_levels_are_never_ranked_by_result():
    """Whatever the scores, levels stand in their fixed order."""
    cells = pick(groups_of(registry(2, 200)), by="treatment", scale="face.total")
    order = [LEVELS.index(cell["level"]) for cell in cells]
    assert order == sorted(order)


@examples(4)
@given_by(seed=st.integers(0, 10_000), patients=st.integers(0, 80), under=st.sampled_from([3, 5, 10]))
def test_no_small_cell_can_be_read_or_subtracted(seed, patients, under):
    """No statistic of a small cell; what is hidden in a partition is never a lone cell, if it can be."""
    partitions = defaultdict(list)
    for record in groups_of(registry(seed, patients), suppress_under=under):
        if record["suppressed"]:
            assert record["mean"] is record["median"] is record["sd"] is record["n"] is None
        else:
            assert record["n"] == 0 or record["n"] >= under
        if record["by"] == "treatment_kind":
            assert record["suppressed"] == record["without_suppressed"] or 0 in (
                record["n"],
                record["without_n"],
            )
        else:
            partitions[record["by"], record["scale"], record.get("stratum")].append(record)
    for cells in partitions.values():
        hidden = sum(cell["suppressed"] for cell in cells)
        assert hidden != 1 or len(cells) == 1


@pytest.mark.parametrize("by", ["cause", "sex"])
def test_cause_and_sex_keep_unknown_last(by):
    patients = treated({None: 6}, cause="unknown", sex="unknown")
    patients += treated({"massage": 6}, cause="trauma", sex="male")
    levels = [c["level"] for c in pick(groups_of(study(patients)), by=by, scale="face.total")]
    assert levels[-1] == "unknown"
