"""Parts of a whole as they may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.numbers.cells import about, counted, partition, rounded_parts
from analysis.numbers.proportion import wilson


def test_a_share_that_tells_nobody_anything_is_told():
    """57 of 60 recovered: whoever reads it learns that fewer than five did not, as "<5" would say."""
    told = {count: partition({"yes": count, "no": 60 - count}, 5) for count in (56, 57, 59)}
    assert {(one["yes"], one["no"], one["of"], one["rounded"]) for one in told.values()} == {
        (55, 5, 60, True)
    }
    assert told[57]["yes_share"] == pytest.approx(55 / 60)
    assert (told[57]["yes_low"], told[57]["yes_high"]) == wilson(55, 60)
    assert told[57]["yes_text"] == "about 55"


def test_what_is_not_small_is_exact_and_nobody_is_nobody():
    exact = partition({"yes": 55, "no": 6}, 5)
    assert (exact["yes"], exact["of"], exact["rounded"]) == (55, 61, False)
    none = partition({"yes": 61, "no": 0}, 5)
    assert (none["yes"], none["no"], none["rounded"]) == (61, 0, False)


def test_too_small_a_whole_hides_as_before():
    few = partition({"yes": 10, "no": 2}, 5)
    assert (few["yes"], few["no"], few["rounded"]) == (None, None, False)


def test_the_whole_beside_rounded_parts_is_rounded_too():
    parts = partition({"better": 41, "same": 19, "worse": 3}, 5)
    head = about(counted(63, 5, responses_each=2), parts)
    assert (head["n"], head["n_text"], head["responses"]) == (65, "about 65", 130)
    assert (parts["better"], parts["same"], parts["worse"]) == (40, 20, 5)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=4), st.integers(2, 12))
def test_rounded_parts_are_a_whole_and_hide_which_small_number_it_was(counts, under):
    """And whatever one small part is, the same is told, as long as the whole reads the same."""
    found = rounded_parts(dict(enumerate(counts)), under)
    if found is None:
        return
    unit = 5 * -(-under // 5)
    assert all(count % unit == 0 for count in found.values())
    assert min(count for count in found.values() if count) >= unit
    assert abs(sum(found.values()) - sum(counts)) <= unit / 2
    for at, count in enumerate(counts):
        assert (found[at] == 0) <= (count < unit)
        if 0 < count < under:
            assert found[at] == unit
