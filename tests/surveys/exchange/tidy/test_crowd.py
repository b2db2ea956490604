"""Who stands alone by what is coded, and that nobody does in the coarser version, in any file."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.tidy.crowd import CODED, NOTHING, Crowd, coarser, crowd

ONE = ("North", "female", "40-44", "bells_palsy", "left", "10")
PEOPLE = st.tuples(
    st.sampled_from(["North", "South", ""]),
    st.sampled_from(["female", "male"]),
    st.sampled_from(["", "15-19", "40-44", "90+"]),
    st.sampled_from(["bells_palsy", "ramsay_hunt", "unknown"]),
    st.sampled_from(["left", "right"]),
    st.one_of(st.just(""), st.integers(-400, 9000).map(str)),
)


def test_groups_are_counted() -> None:
    """Alone, and in a group under the smallest."""
    other, alone = (*ONE[:5], "11"), (*ONE[:5], "12")
    assert crowd([ONE] * 5 + [other] * 2 + [alone], 5) == Crowd(8, 5, smallest=1, alone=1, under=3)
    assert crowd([], 5) == Crowd(0, 5, 0, 0, 0)


def test_only_as_coarse_as_it_must_be() -> None:
    """Weeks alone make these alike; few others are left empty, with enough beside them."""
    made = coarser({f"P{n}": (*ONE[:5], str(14 + n % 7)) for n in range(20)}, 5)
    assert made.steps == ("onset in whole weeks",)
    assert made.of["P3"] == (*ONE[:5], "14")
    people = {f"P{n:03}": ONE for n in range(200)} | {f"Q{n}": (*ONE[:5], str(90 + n)) for n in range(5)}
    made = coarser(people, 5)
    assert (made.steps, made.withheld) == ((), 5)
    assert (made.of["Q1"], made.of["P001"]) == (NOTHING, ONE)
    made = coarser(people | {"R": ("South", *ONE[1:])}, 5)
    assert (made.of["R"], made.withheld) == (NOTHING, 6)


def test_rare_causes_become_one() -> None:
    """Bell's palsy stays what it is."""
    rare = ("ramsay_hunt", "tumour", "trauma", "lyme", "operation")
    causes = [*["bells_palsy"] * 5, *rare, *["unknown"] * 5]
    made = coarser({f"P{n:02}": (*ONE[:3], cause, *ONE[4:]) for n, cause in enumerate(causes)}, 5)
    assert len(made.steps) == 3
    assert [coded[CODED.index("cause")] for coded in made.of.values()] == [
        *(*["bells_palsy"] * 5, *["other"] * 5, *["unknown"] * 5),
    ]


@given(st.lists(PEOPLE, max_size=60), st.integers(5, 12))
def test_nobody_stands_alone(people: list[tuple[str, ...]], least: int) -> None:
    """Every group is large enough, but where all patients together are too few."""
    made = coarser({str(number): coded for number, coded in enumerate(people)}, least)
    sizes = Counter(made.of.values())
    assert sum(sizes.values()) == len(people)
    assert len(sizes) <= 1 or min(sizes.values()) >= least
    assert made.after.under in {0, len(people)}


def test_every_file_tells_the_same() -> None:
    """Days since onset tell no more of the onset than the coarse column does."""
    made = coarser({f"P{n}": (*ONE[:5], str(100 + n)) for n in range(40)}, 5)
    onset = made.of["P8"][CODED.index("onset_to_enrolment_days")]
    names = ["patient", "days_since_enrolment", "days_since_onset", "value"]
    told = made.line(names, ["P8", "30", "138", "7"])
    assert told == ["P8", "28", str(28 + int(onset)), "7"]
    names = ["patient", "palsy", "index", "cause", "side", "onset_days", "recovered_days"]
    assert made.line(names, ["P8", "1", "true", "bells_palsy", "left", "-108", "20"])[3:] == [
        *("bells_palsy", "left", f"-{onset}", "14"),
    ]
    assert made.line(names, ["P8", "2", "false", "tumour", "right", "-999", ""])[3:6] == ["", "", ""]
    assert made.line(["patient", "kind", "side"], ["P8", "botulinum", "left"])[2] == ""
    assert made.line(["patient", "question", "value"], ["P8", "onset", "2024"])[2] == ""
