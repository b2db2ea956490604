"""Correlations as records: which visit counts, which strata, and what is refused."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st
from scipy.stats import rankdata

from analysis.data.frame import scored
from analysis.results.association import TIME, as_shown, correlations, overlap
from surveys.frames import scale_info
from surveys.instruments.library import Library
from tests.analysis.reference import close, expected, followed, given
from tests.analysis.studies import Patient, registry, study
from tests.support.examples import examples


def records_of(frames, **kwargs):
    return correlations(scored(frames), frames.scale_info, **kwargs)


def one(records, method, x=TIME, y="face.total", stratum=None):
    """The one record of these keys."""
    found = [r for r in records if (r["method"], r["x"], r["y"], r.get("stratum")) == (method, x, y, stratum)]
    assert len(found) == 1
    return found[0]


def acute(number):
    """That many acute patients with one FaCE each."""
    return [
        Patient(f"{n:02d}", [(f"2024-02-{n + 1:02d}", {"face.total": n * n % 5.0})]) for n in range(number)
    ]


def simpson():
    """The trap as a scored table: its own log10 years, all visits."""
    table = given("simpson")
    patients = [
        Patient(
            f"{code:03d}",
            [
                (f"2024-01-{day:02d}", {"face.total": value})
                for day, value in enumerate(rows["face_total"], 1)
            ],
            onset="2020-01-01",
        )
        for code, rows in table.groupby("id")
    ]
    frames = study(patients)
    return scored(frames).assign(log10_years=table["log10_years"].to_numpy()), frames.scale_info


def test_visits_are_never_pooled():
    """Pooled r is +0.92; the first visits say what patients differ by, the deviations how they change."""
    records = correlations(*simpson())
    reference = expected("simpson")
    assert one(records, "pearson")["estimate"] == close(reference["first_visit_only"]["pearson"]["r"])
    assert one(records, "spearman")["estimate"] == close(reference["first_visit_only"]["spearman"]["rho"])
    within = one(records, "rmcorr")
    assert within["estimate"] == close(reference["rmcorr"]["r_rm"])
    assert (within["n"], within["patients"]) == (293, 60)
    pooled = reference["NAIVE_pooled"]["r"]
    assert all(r["estimate"] is None or abs(r["estimate"] - pooled) > 0.01 for r in records)


def test_less_time_as_r():
    """rmcorr of what splines of the time since the first visit and since onset leave of both scores."""
    found = one(records_of(study(followed())), "rmcorr_detrended", "face.total", "phq9.total")
    reference = expected("followed")["rmcorr_detrended"]
    assert [found[name] for name in ("n", "patients", "df")] == [
        reference[name] for name in ("n", "patients", "df")
    ]
    assert (found["estimate"], found["p"]) == close((reference["r"], reference["p"]))
    assert (found["low"], found["high"]) == close(tuple(reference["ci"]))


def test_a_score_and_time_are_not_compared_less_time():
    records = records_of(registry(9, 80), methods=("rmcorr_detrended",))
    assert records
    assert TIME not in {variable for one in records for variable in (one["x"], one["y"])}


def test_the_first_visit_with_both_scores_counts():
    """A visit with one of the two missing is passed over, and later ones do not count."""
    patients = [
        Patient(
            f"{n:02d}",
            [
                ("2024-02-01", {"face.total": 99.0, "phq9.total": None}),
                ("2024-03-01", {"face.total": float(n), "phq9.total": float(n % 7)}),
                ("2024-04-01", {"face.total": 0.0, "phq9.total": 27.0}),
            ],
        )
        for n in range(12)
    ]
    record = one(records_of(study(patients)), "pearson", "face.total", "phq9.total")
    n = np.arange(12)
    assert record["estimate"] == pytest.approx(np.corrcoef(n, n % 7)[0, 1])
    assert (record["n"], record["responses"]) == (12, 24)


def test_scales_of_one_questionnaire_rest_on_one_response_per_visit():
    patients = [
        Patient(
            f"{n:02d}", [("2024-02-01", {"face.total": float(n), "face.social_function": float(n * n % 11)})]
        )
        for n in range(12)
    ]
    record = one(records_of(study(patients)), "spearman", "face.total", "face.social_function")
    assert (record["n"], record["responses"]) == (12, 12)


def test_time_is_log10_years_and_only_where_usable():
    """A visit before onset is passed over for time, and the pair's next visit counts."""
    patients = [
        Patient(
            f"{n:02d}",
            [
                ("2023-12-01", {"face.total": 1.0}),
                (f"2024-{1 + n:02d}-20", {"face.total": float(n * 7 % 12)}),
            ],
            cause="vestibular_schwannoma",
        )
        for n in range(12)
    ]
    frames = study(patients)
    table = scored(frames)
    usable = table[table["time_usable"]]
    assert len(usable) == 12
    record = one(records_of(frames), "pearson")
    assert record["estimate"] == pytest.approx(np.corrcoef(usable["log10_years"], usable["value"])[0, 1])


def test_under_ten_patients_there_is_no_coefficient():
    """Nine are described by their number alone; ten have a coefficient, marked imprecise."""
    patients = [
        Patient(f"{n:02d}", [(f"2024-02-{n + 1:02d}", {"face.total": n * n % 5.0})]) for n in range(10)
    ]
    nine = one(records_of(study(patients[:9])), "spearman")
    assert (nine["n"], nine["estimate"], nine["p"]) == (9, None, None)
    assert nine["reason"] == "fewer than 10 patients"
    ten = one(records_of(study(patients)), "spearman")
    assert ten["estimate"] is not None
    assert ten["imprecise"]


def test_repeated_measures_need_ten_patients_with_two_visits():
    """Many visits of nine patients do not make a coefficient."""
    visits = [(f"2024-02-{day:02d}", {"face.total": float(day * 7 % 11)}) for day in range(1, 9)]
    record = one(records_of(study([Patient(f"{n}", visits) for n in range(9)])), "rmcorr")
    assert (record["patients"], record["n"], record["estimate"]) == (9, 72, None)


def test_no_variation_is_said():
    patients = [Patient(f"{n:02d}", [(f"2024-02-{n + 1:02d}", {"saq.total": 20.0})]) for n in range(15)]
    record = one(records_of(study(patients)), "spearman", y="saq.total")
    assert (record["n"], record["estimate"], record["reason"]) == (15, None, "no variation")


def test_adjustment_names_what_varies():
    """Among women alone, partial rho is adjusted for age only; who has no birth year does not count."""
    patients = [
        Patient(
            f"{n:02d}",
            [(f"2024-02-{n + 1:02d}", {"face.total": n * n % 13.0})],
            birth_year=None if n == 0 else 1950 + n * 5 % 17,
        )
        for n in range(15)
    ]
    record = one(records_of(study(patients)), "partial_spearman")
    assert (record["adjusted_for"], record["n"], record["df"]) == ("age", 14, 11)


def test_small_strata_show_no_count():
    patients = [
        Patient(f"{n:02d}", [(f"2024-02-{n + 1:02d}", {"face.total": n * n % 5.0})]) for n in range(12)
    ]
    patients += [Patient(f"late{n}", [("2024-12-01", {"face.total": 50.0})]) for n in range(3)]
    record = one(records_of(study(patients)), "spearman", stratum="chronic")
    assert (record["n"], record["n_text"], record["patients"], record["suppressed"]) == (
        None,
        "<5",
        None,
        True,
    )
    assert one(records_of(study(patients)), "spearman", stratum="unknown")["n"] == 0


@examples(6)
@given_by(seed=st.integers(0, 10_000), patients=st.integers(0, 60))
def test_strata_part_the_same_visits(seed, patients):
    """Acute, chronic and unknown add up to all, for every pair between patients; all come first."""
    frames = registry(seed, patients)
    records = records_of(frames, suppress_under=0)
    sums, totals = defaultdict(int), {}
    for record in records:
        key = record["x"], record["y"], record["method"]
        if record["level"] == "within":
            continue
        if "stratum" in record:
            sums[key] += record["n"]
        else:
            totals[key] = record["n"]
    assert dict(sums) == totals
    marked = ["stratum" in record for record in records]
    assert marked == sorted(marked)


def test_families_are_level_method_and_stratum():
    """The main scales by the methods of pages are a family; the size counts tests made, not refused ones."""
    records = records_of(registry(1, 80))
    for stratum in (None, "acute", "chronic", "unknown"):
        of_method = [r for r in records if r["method"] == "spearman" and r.get("stratum") == stratum]
        main = [r for r in of_method if "fdi.social" not in (r["x"], r["y"])]
        assert {r["adjusted_with"] for r in main} == {"headline"}
        assert {r["family_size"] for r in main} == {sum(r["p"] is not None for r in main)}
        others = [r for r in of_method if r not in main]
        assert {r["family_size"] for r in others} == {sum(r["p"] is not None for r in of_method)}


@pytest.mark.parametrize(
    ("x", "y", "shared"),
    [
        ("fdi.social", "phq9.total", True),
        ("cesd.total", "fdi.social", True),
        ("fdi.social", "gad7.total", True),
        ("face.social_function", "fdi.social", True),
        ("face.total", "face.social_function", True),
        ("face.oral_function", "face.social_function", False),
        ("face.total", "phq9.total", False),
        ("saq.total", "phq9.total", False),
        (TIME, "face.total", False),
    ],
)
def test_shared_content_is_said(x, y, shared):
    assert (overlap(x, y, scale_info(Library.load())) is not None) is shared


def test_records_are_quick():
    """benchmarks/calculations.py says how quick; here that 400 patients give every pair once."""
    records = records_of(registry(3, 400))
    keys = [tuple(r.get(key) for key in ("x", "y", "method", "level", "stratum")) for r in records]
    assert len(keys) == len(set(keys)) > 100


def test_no_scores_no_records():
    assert records_of(study([])) == []


def test_pages_show_the_robust_interval_within_patients():
    """Between patients nothing changes; where one patient decides it, no coefficient is shown."""
    records = records_of(registry(9, 80), scales=["face.total", "phq9.total"])
    between = one(records, "spearman")
    assert as_shown(between) is between
    within = one(records, "rmcorr")
    shown = as_shown(within)
    assert (shown["low"], shown["high"], shown["p"]) == (
        within["low_robust"],
        within["high_robust"],
        within["p_robust"],
    )
    alone = as_shown({**within, "low_robust": None})
    assert (alone["estimate"], alone["reason"]) == (None, "not estimable: one patient decides it")


def test_an_association_of_sites_is_none_of_patients() -> None:
    """Two clinics with other levels of both scores, within which nothing goes together: R's partial rho.

    ``ppcor::pcor.test(face, phq9, site, method = "spearman")`` is Pearson's on ranks less the site.
    """
    random = np.random.default_rng(5)
    patients = [
        Patient(
            f"P{n:02}",
            [("2025-02-01", {"face.total": float(face), "phq9.total": float(mood)})],
            facts={"site": "north" if n % 2 else "main"},
        )
        for n, (face, mood) in enumerate(
            (random.normal(40 + 30 * (n % 2), 6), random.normal(16 - 8 * (n % 2), 2)) for n in range(60)
        )
    ]
    frames = study(patients)
    chosen = {"scales": ["face.total", "phq9.total"], "methods": ("spearman",)}
    found = one(
        correlations(frames.scored, frames.scale_info, **chosen), "spearman", "face.total", "phq9.total"
    )
    assert found["high"] < -0.3
    assert found["low_within_sites"] < 0 < found["high_within_sites"]
    face, mood = (rankdata(frames.scored.query(f"scale == '{key}'")["value"]) for key in chosen["scales"])
    site = np.arange(60) % 2
    left = [ranks - np.array([ranks[site == at].mean() for at in (0, 1)])[site] for ranks in (face, mood)]
    assert found["estimate_within_sites"] == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-9)
