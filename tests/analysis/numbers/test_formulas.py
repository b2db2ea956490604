"""The statistics against R 4.2.2 and against their own definitions."""

import math

import numpy as np
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.data.frame import scored
from analysis.numbers.formulas import (
    adjusted_p,
    dunn,
    kruskal,
    mid_ranks,
    partial_spearman,
    pearson,
    rmcorr,
    spearman,
)
from tests.analysis.reference import close, expected, followed, given
from tests.analysis.studies import study

TIES_X = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5], dtype=float)
TIES_Y = np.array([2, 1, 2, 3, 3, 4, 3, 5, 5, 5, 4, 5], dtype=float)
ZEROS_X = np.array([0] * 9 + [1, 2, 3, 5, 8, 13, 21], dtype=float)
ZEROS_Y = np.array([80, 75, 90, 60, 77, 85, 66, 92, 88, 70, 55, 62, 50, 41, 33, 20], dtype=float)


def baseline(x: str, y: str) -> tuple[np.ndarray, np.ndarray]:
    """Two complete columns of the small clinic at visit 1."""
    table = given("small_clinic").query("visit == 1")[[x, y]].dropna()
    return table[x].to_numpy(float), table[y].to_numpy(float)


def same_as_r(found, reference, *, estimate, interval):
    """Estimate, p, df and interval as R gives them; a tiny p on the log scale."""
    assert found.estimate == close(reference[estimate])
    assert found.df == reference["df"]
    assert (found.low, found.high) == close(tuple(reference[interval]))
    if reference["p"] > 1e-10:
        assert found.p == close(reference["p"])
    else:
        assert math.log10(found.p) == pytest.approx(math.log10(reference["p"]), rel=1e-8)


@pytest.mark.parametrize(
    ("case", "x", "y"),
    [("cor_face_time", "log10_years", "face_total"), ("cor_face_phq", "face_total", "phq9_total")],
)
def test_pearson_and_spearman_of_the_small_clinic(case, x, y):
    values = baseline(x, y)
    reference = expected("small_clinic")[case]
    same_as_r(pearson(*values), reference["pearson"], estimate="r", interval="ci95")
    same_as_r(spearman(*values), reference["spearman"], estimate="rho", interval="ci95_bonett_wright")


@pytest.mark.parametrize("scale", ["face", "saq", "phq9"])
def test_pearson_and_spearman_of_the_retest(scale):
    table = given("testretest")[[f"{scale}_t1", f"{scale}_t2"]].dropna()
    values = table.iloc[:, 0].to_numpy(float), table.iloc[:, 1].to_numpy(float)
    reference = expected("testretest")[scale]
    same_as_r(pearson(*values), reference["pearson"], estimate="r", interval="ci95")
    same_as_r(spearman(*values), reference["spearman"], estimate="rho", interval="ci95_bonett_wright")


def test_spearman_with_ties_and_with_many_zeros():
    edge = expected("edge_cases")
    same_as_r(spearman(TIES_X, TIES_Y), edge["ties_spearman"], estimate="rho", interval="ci95_bonett_wright")
    reference = edge["phq_like_many_zeros"]
    same_as_r(
        spearman(ZEROS_X, ZEROS_Y), reference["spearman"], estimate="rho", interval="ci95_bonett_wright"
    )
    same_as_r(pearson(ZEROS_X, ZEROS_Y), reference["pearson"], estimate="r", interval="ci95")


def test_pearson_far_into_the_tail():
    """The p of 2e-117 that pooled visits would give is right, should anyone ever compute it."""
    table = given("simpson")
    values = table["log10_years"].to_numpy(float), table["face_total"].to_numpy(float)
    same_as_r(pearson(*values), expected("simpson")["NAIVE_pooled"], estimate="r", interval="ci95")


def test_three_values_have_no_interval_and_four_have():
    edge = expected("edge_cases")
    three = pearson(np.array([1.0, 2, 4]), np.array([2.0, 1, 5]))
    assert three.estimate == close(edge["n3"]["r"])
    assert three.p == close(edge["n3"]["p"])
    assert three.low is None
    four = pearson(np.array([1.0, 2, 4, 3]), np.array([2.0, 1, 5, 3]))
    same_as_r(four, edge["n4"], estimate="r", interval="ci95")


def test_perfect_correlation_has_no_interval():
    x = np.arange(1.0, 11)
    found = pearson(x, 2 * x)
    assert (found.estimate, found.low, found.high) == (1.0, None, None)
    assert found.reason == "a perfect correlation has no interval"


@pytest.mark.parametrize("constant", [3.0, 0.1, 41.666666666666664, 1e9])
def test_no_variation_gives_no_coefficient(constant):
    x = np.arange(1.0, 11)
    for method in (pearson, spearman):
        found = method(x, np.full(10, constant))
        assert (found.estimate, found.p, found.reason) == (None, None, "no variation")


def test_partial_spearman_is_that_of_the_inverse_rank_correlation_matrix():
    """-P_xy / sqrt(P_xx P_yy) of the inverse of the mid-ranks' correlation matrix: ppcor's definition."""
    columns = ["log10_years", "face_total", "age", "female"]
    table = given("small_clinic").query("visit == 1")[columns].dropna()
    values = table.to_numpy(float)
    found = partial_spearman(values[:, 0], values[:, 1], values[:, 2:])
    inverse = np.linalg.inv(table.rank().corr().to_numpy())
    rho = -inverse[0, 1] / math.sqrt(inverse[0, 0] * inverse[1, 1])
    n = len(values)
    assert found.estimate == pytest.approx(rho, rel=1e-10)
    assert found.df == n - 4
    se = math.sqrt((1 + rho**2 / 2) / (n - 2 - 3))
    assert found.high == pytest.approx(math.tanh(math.atanh(rho) + 1.959963984540054 * se), rel=1e-10)


def test_partial_spearman_without_others_is_spearman():
    values = baseline("log10_years", "face_total")
    assert partial_spearman(*values, np.empty((len(values[0]), 0))).estimate == pytest.approx(
        spearman(*values).estimate
    )


def test_partial_spearman_of_what_the_others_explain_is_refused():
    x = np.arange(12.0)
    found = partial_spearman(x, x[::-1] ** 2 + np.sin(x), x[:, None])
    assert (found.estimate, found.reason) == (None, "no variation")


@pytest.mark.parametrize(
    ("case", "key", "x", "y"),
    [
        ("simpson", "rmcorr", "log10_years", "face_total"),
        ("small_clinic", "rmcorr_face_phq9", "face_total", "phq9_total"),
    ],
)
def test_repeated_measures_correlation(case, key, x, y):
    table = given(case)[["id", x, y]].dropna()
    found, pairs, patients = rmcorr(
        table["id"].to_numpy(), table[x].to_numpy(float), table[y].to_numpy(float)
    )
    reference = expected(case)[key]
    assert (pairs, patients) == (reference["n_obs"], reference["n_patients"])
    same_as_r(found, reference, estimate="r_rm", interval="ci95_df_minus_1")


def test_correlations_of_a_followed_study_as_r():
    """Partial Spearman by residuals of ranks, rmcorr by analysis of covariance; both from dates on."""
    table = scored(study(followed()))
    wide = table.pivot(index="visit_id", columns="scale", values="value")
    facts = table.drop_duplicates("visit_id").set_index("visit_id")[["patient", "age", "female"]]
    both = facts.join(wide).dropna(subset=["face.total", "phq9.total"]).sort_index()
    face, phq9 = both["face.total"].to_numpy(), both["phq9.total"].to_numpy()
    first = ~both["patient"].duplicated().to_numpy()
    others = both.loc[first, ["age", "female"]].to_numpy()
    reference = expected("followed")["partial_spearman"]
    same_as_r(partial_spearman(face[first], phq9[first], others), reference, estimate="rho", interval="ci")
    reference = expected("followed")["rmcorr"]
    found, pairs, patients = rmcorr(both["patient"].to_numpy(), face, phq9)
    assert (pairs, patients) == (reference["n"], reference["patients"])
    same_as_r(found, reference, estimate="r", interval="ci")


def test_the_robust_interval_of_repeated_measures():
    """Wider where slopes differ between patients, else as the other; the same for x on y and y on x."""
    random = np.random.default_rng(1)
    patient = np.repeat(np.arange(60), 5)
    x = random.normal(size=300)
    widths = {}
    for spread in (0.0, 3.0):
        y = (0.5 + spread * random.normal(size=60))[patient] * x + random.normal(size=300)
        found, _, _ = rmcorr(patient, x, y)
        assert found.robust.low < found.estimate < found.robust.high
        assert rmcorr(patient, y, x)[0].robust == found.robust
        widths[spread] = (found.robust.high - found.robust.low) / (found.high - found.low)
    assert widths[0.0] == pytest.approx(1, abs=0.2)
    assert widths[3.0] > 1.5


def test_repeated_measures_of_one_patient_have_no_robust_interval():
    found, _, _ = rmcorr(np.zeros(5), np.arange(5.0), np.array([1.0, 3, 2, 5, 4]))
    assert found.p is not None
    assert found.robust is None


def test_repeated_measures_need_repeats():
    found, pairs, patients = rmcorr(np.arange(20), np.arange(20.0), np.arange(20.0) ** 2)
    assert (found.estimate, pairs, patients) == (None, 0, 0)


def test_kruskal_and_dunn_of_the_small_clinic():
    reference = expected("small_clinic")["kruskal_collapsed"]
    table = given("small_clinic").query("visit == 1")[["treatment", "face_total"]].dropna()
    collapsed = {"botox": 2, "surgery": 2, "physio": 1, "observation": 0, "steroid": 0}
    group = table["treatment"].map(collapsed).to_numpy(np.int64)
    values = table["face_total"].to_numpy(float)
    found = kruskal(values, group)
    assert (found.statistic, found.p) == close((reference["H"], reference["p"]))
    assert found.epsilon_squared == close(reference["epsilon_squared"])
    assert found.df == reference["df"]
    tests = dunn(values, group, [(0, 1), (0, 2), (1, 2)])
    assert [z for z, _ in tests] == close([pair["z"] for pair in reference["dunn"]])
    assert [p for _, p in tests] == close([pair["p"] for pair in reference["dunn"]])
    holm = adjusted_p([p for _, p in tests], "holm")
    assert holm == close([pair["p_holm"] for pair in reference["dunn"]])


def test_kruskal_without_variation_or_groups_says_so():
    assert kruskal(np.full(9, 5.0), np.arange(9) % 3).reason == "no variation"
    assert kruskal(np.arange(9.0), np.zeros(9, dtype=np.int64)).reason == "only one group"


@pytest.mark.parametrize("method", ["holm", "bh"])
@pytest.mark.parametrize("case", ["p_adjust", "p_adjust_with_na", "p_adjust_ties"])
def test_adjusted_p(method, case):
    """As R's p.adjust: missing ones stay missing and do not count."""
    reference = expected("edge_cases")[case][method]
    found = adjusted_p(expected("edge_cases")[case]["p"], method)
    assert [value is None for value in found] == [value is None for value in reference]
    for ours, theirs in zip(found, reference, strict=True):
        assert ours is None or ours == close(theirs)


@given_by(arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 8).map(float)))
def test_mid_ranks_sum_and_order(values):
    """Ranks of n values sum to n (n + 1) / 2, and order as the values do."""
    ranks = mid_ranks(values)
    assert ranks.sum() == len(values) * (len(values) + 1) / 2
    order = np.argsort(values, kind="stable")
    assert (np.diff(ranks[order]) >= 0).all()
    assert ((np.diff(ranks[order]) == 0) == (np.diff(values[order]) == 0)).all()


pairs = st.integers(4, 40).flatmap(
    lambda n: st.tuples(*(arrays(np.float64, n, elements=st.integers(0, 30).map(float)) for _ in range(2)))
)


@given_by(pairs)
def test_coefficients_are_symmetric_and_bounded(values):
    """Swapping the variables changes nothing; the interval holds the estimate; a flip flips the sign."""
    x, y = values
    for method in (pearson, spearman):
        there, back, flipped = method(x, y), method(y, x), method(x, -y)
        assert (there.estimate is None) == (back.estimate is None)
        if there.estimate is None:
            continue
        assert there.estimate == pytest.approx(back.estimate)
        assert there.estimate == pytest.approx(-flipped.estimate)
        assert -1 <= there.estimate <= 1
        assert 0 <= there.p <= 1
        if there.low is not None:
            assert there.low <= there.estimate <= there.high


def test_pearson_of_skewed_pairs_is_jackknifed_beside():
    """Fisher's z without each pair in turn, computed here by leaving it out; few pairs decide its error."""
    from scipy.stats import kurtosis, t

    random = np.random.default_rng(7)
    x = random.gamma(1.0, 5.0, 25)
    y = x + random.gamma(1.0, 6.0, 25)
    without = np.arctanh([np.corrcoef(np.delete(x, at), np.delete(y, at))[0, 1] for at in range(25)])
    error = np.sqrt(24 / 25 * ((without - without.mean()) ** 2).sum())
    df = 2 / (2 / 24 + kurtosis(without) / 25)
    assert df < 20
    middle, half = np.arctanh(np.corrcoef(x, y)[0, 1]), t.ppf(0.975, df) * error
    found = pearson(x, y).robust
    assert (found.low, found.high) == close((np.tanh(middle - half), np.tanh(middle + half)))
