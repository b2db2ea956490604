"""One response and a table of them score by the same exact rule, and nothing is ever made up."""

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.instruments.definition import Instrument, Scale
from surveys.instruments.scoring import (
    AnswerError,
    Score,
    alerts_raised,
    band,
    check_answers,
    score,
    score_table,
)
from tests.surveys.instruments.drawn import (
    ALL,
    FACE,
    PHQ9,
    SAQ,
    SMALL_ONE,
    WIDE_ONE,
    Answers,
    answers_to,
    every_instrument,
    possible,
)


def by_scale(instrument: Instrument, answers: Mapping[str, int | None]) -> dict[str, Score]:
    return {result.scale: result for result in score(instrument, answers)}


def sign(instrument: Instrument, scale: Scale, key: str) -> int:
    """1 where a higher answer raises the score, -1 where it lowers it, 0 where it changes nothing."""
    if key not in scale.items:
        return 0
    for part in scale.parts:
        if key in instrument.scale(part.scale).items:
            return sign(instrument, instrument.scale(part.scale), key) * (1 if part.weight > 0 else -1)
    falling = bool(scale.table) and scale.table[0].value > scale.table[-1].value
    return -1 if (key in scale.reverse) != falling else 1


def exact(instrument: Instrument, scale: Scale, answers: Answers) -> Fraction | None:
    """The rule once more, in fractions."""
    if scale.parts:
        parts = [(part, exact(instrument, instrument.scale(part.scale), answers)) for part in scale.parts]
        s = Fraction(0)
        for part, value in parts:
            if value is None:
                return None
            s += Fraction(part.weight) * value
        return (s - Fraction(scale.subtract)) * Fraction(scale.multiply) / Fraction(scale.divide)
    used = []
    for key in scale.items:
        if (answer := answers[key]) is not None:
            low, high = map(Fraction, instrument.extent(key))
            used.append(low + high - Fraction(answer) if key in scale.reverse else Fraction(answer))
    if len(scale.items) - len(used) > scale.missing.allowed:
        return None
    mean = sum(used, Fraction(0)) / len(used)
    s = mean if scale.method == "mean" else mean * len(scale.items)
    if scale.table:
        values = {row.raw: Fraction(row.value) for row in scale.table}
        below, above = values[math.floor(s)], values[math.ceil(s)]
        return above if scale.between == "up" else below + (above - below) * (s - math.floor(s))
    return (s - Fraction(scale.subtract)) * Fraction(scale.multiply) / Fraction(scale.divide)


# One response ------------------------------------------------------------------------------------------


@every_instrument
@given(data=st.data())
def test_score_is_the_exact_value(instrument: Instrument, data: st.DataObject) -> None:
    """Floating point costs at most the last digit, and the counts add up."""
    answers = data.draw(answers_to(instrument))
    for scale, result in zip(instrument.scales, score(instrument, answers), strict=True):
        expected = exact(instrument, scale, answers)
        missing = sum(answers[key] is None for key in scale.items)
        assert result.scale == scale.key
        assert (result.items_used, result.items_missing) == (len(scale.items) - missing, missing)
        assert result.prorated == (expected is not None and missing > 0)
        if expected is None:
            assert result.value is None
        else:
            assert result.value == pytest.approx(float(expected), rel=1e-14, abs=1e-13)


@every_instrument
@given(data=st.data())
def test_score_stays_in_its_range(instrument: Instrument, data: st.DataObject) -> None:
    """No answers, complete or prorated, leave the range."""
    answers = data.draw(answers_to(instrument))
    for scale, result in zip(instrument.scales, score(instrument, answers), strict=True):
        if result.value is not None:
            assert scale.low <= result.value <= scale.high


@every_instrument
@pytest.mark.parametrize("end", [min, max])
def test_both_ends_of_the_range_are_reached(instrument: Instrument, end: type[min]) -> None:
    """The best and the worst answers give exactly low and high."""
    for scale in instrument.scales:
        other = max if end is min else min
        answers = {
            key: (end if sign(instrument, scale, key) > 0 else other)(instrument.extent(key))
            for key in scale.items
        }
        answers = {k: int(v) if instrument.item(k).kind != "decimal" else v for k, v in answers.items()}
        assert by_scale(instrument, answers)[scale.key].value == end(scale.low, scale.high)


@every_instrument
@given(data=st.data())
def test_a_higher_answer_moves_the_score_one_way(instrument: Instrument, data: st.DataObject) -> None:
    """Raising one answer raises every complete score that has the item, and lowers it where reversed."""
    answers = data.draw(answers_to(instrument, gaps=False))
    item = data.draw(st.sampled_from([item for item in instrument.asked() if item.numeric]))
    key, higher = item.key, data.draw(possible(instrument, item))
    if higher <= answers[key]:
        return
    before = by_scale(instrument, answers)
    after = by_scale(instrument, answers | {key: higher})
    for scale in instrument.scales:
        old, new = before[scale.key].value, after[scale.key].value
        assert old is not None
        assert new is not None
        assert np.sign(new - old) == sign(instrument, scale, key)


@given(data=st.data())
def test_prorated_total_lies_between_lowest_and_highest_filling(data: st.DataObject) -> None:
    """The PHQ-9's person mean never goes beyond what the missing answers could have given."""
    answers = data.draw(answers_to(PHQ9, gaps=False))
    for key in data.draw(st.lists(st.sampled_from(PHQ9.scale("total").items), max_size=2, unique=True)):
        answers[key] = None
    (result,) = score(PHQ9, answers)
    missing = [key for key in PHQ9.scale("total").items if answers[key] is None]
    (lowest,) = score(PHQ9, answers | dict.fromkeys(missing, 0))
    (highest,) = score(PHQ9, answers | dict.fromkeys(missing, 3))
    assert lowest.value <= result.value <= highest.value


def test_absent_item_is_missing() -> None:
    """An item without a key counts as one that was not answered."""
    given = {"q1": 3, "q2": 3, "q3": 3}
    assert score(FACE, given) == score(FACE, given | {f"q{n}": None for n in range(4, 16)})
    assert by_scale(FACE, given)["facial_movement"] == Score("facial_movement", 50.0, 3, 0, prorated=False)
    assert by_scale(FACE, given)["total"] == Score("total", None, 3, 12, prorated=False)


def test_no_answer_at_all_has_no_score() -> None:
    """Nothing answered is not the lowest score."""
    for instrument in ALL:
        assert {result.value for result in score(instrument, {})} == {None}


def test_scores_come_in_the_order_of_the_definition() -> None:
    """One score for each scale."""
    assert [result.scale for result in score(FACE, {})] == [scale.key for scale in FACE.scales]


def test_unscored_item_changes_nothing() -> None:
    """The PHQ-9's difficulty item may be answered and is no part of the total."""
    answers: Answers = {f"q{n}": 1 for n in range(1, 10)}
    assert score(PHQ9, answers) == score(PHQ9, answers | {"q10": 3})


def test_reversed_item_counts_from_the_other_end() -> None:
    """The small questionnaire's q2 counts 2 minus the answer, whatever else is missing."""
    assert by_scale(SMALL_ONE, {"q1": 0, "q2": 0, "q3": 0})["total"].value == 2
    assert by_scale(SMALL_ONE, {"q1": 0, "q2": 2, "q3": 0})["total"].value == 0
    assert by_scale(SMALL_ONE, {"q2": 0, "q3": 1})["total"] == Score("total", 4.5, 2, 1, prorated=True)


def test_face_total_is_not_the_mean_of_its_domains() -> None:
    """The total weighs items, not domains."""
    (mixed,) = (example for example in FACE.examples if example.name == "mixed")
    scores = by_scale(FACE, mixed.answers)
    domains = [result.value for key, result in scores.items() if key != "total"]
    assert scores["total"].value == 45
    assert sum(domains) / 6 == pytest.approx(49.6528, abs=5e-5)


@pytest.mark.parametrize("total", range(15, 76))
def test_face_totals_are_exact(total: int) -> None:
    """Every complete FaCE total is the nearest double to (sum - 15) / 60 x 100."""
    answers = {f"q{n}": 1 + (total - 15) // 15 + (n <= (total - 15) % 15) for n in range(1, 16)}
    assert by_scale(FACE, answers)["total"].value == float(Fraction((total - 15) * 100, 60))


@pytest.mark.parametrize("total", range(9, 46))
def test_saq_totals_run_from_20_to_100(total: int) -> None:
    """Every complete SAQ total is sum / 45 x 100, not rescaled to begin at 0."""
    answers = {f"q{n}": 1 + (total - 9) // 9 + (n <= (total - 9) % 9) for n in range(1, 10)}
    assert by_scale(SAQ, answers)["total"].value == float(Fraction(total * 100, 45))


@pytest.mark.parametrize(
    ("answers", "t", "ease"),
    [
        ({"q1": 1, "q2": 1, "q3": 1, "q4": 1}, 43.5, 73),  # 5 and 3 are lines of the tables
        ({"q1": 1, "q2": 2, "q3": 0}, 38.75, 85.5),  # 2 x 4/3 counts as 3; 1.5 lies halfway from 90 to 81
        ({"q1": 0, "q2": 3, "q3": 0, "q4": 0}, 30.5, 100),  # the first lines
        ({"q1": 3, "q2": 0, "q4": 3}, 70, 0),  # the last lines, prorated
        ({"q2": 0, "q4": 3}, None, None),
    ],
)
def test_sum_is_looked_up(answers: Answers, t: float | None, ease: float | None) -> None:
    """A prorated sum between two lines counts as the next one, or lies between, as the scale says."""
    scores = by_scale(WIDE_ONE, answers)
    assert (scores["t"].value, scores["ease"].value) == (t, ease)
    table = score_table(WIDE_ONE, {key: np.array([float(value)]) for key, value in answers.items()})
    assert [None if np.isnan(v) else v for v in (table["t"].value[0], table["ease"].value[0])] == [t, ease]


@pytest.mark.parametrize(("answer", "value"), [(1, 10), (2, 20), (4, 50)])
def test_table_begins_at_the_lowest_sum(answer: int, value: float) -> None:
    """Which need not be 0."""
    assert by_scale(WIDE_ONE, {"q9": answer})["red"].value == value
    assert score_table(WIDE_ONE, {"q9": np.array([answer])})["red"].value.tolist() == [value]


def test_weighted_scale_adds_up_its_parts() -> None:
    """Each part has its weight, and counts its items; one part without a score leaves none."""
    answers: Answers = {"q1": 1, "q2": 2, "q3": 0, "q5": 4, "q6": 0.25}
    scores = by_scale(WIDE_ONE, answers)
    assert scores["balance"] == Score("balance", (2 * 6 - 2.5 - 0.5 * 38.75 - 0.75) / 2, 5, 1, prorated=True)
    assert by_scale(WIDE_ONE, answers | {"q5": None})["balance"] == Score(
        "balance", None, 4, 2, prorated=False
    )
    assert by_scale(WIDE_ONE, answers | {"q4": 0})["balance"].prorated is False


def test_numbers_are_scored_like_choices() -> None:
    """A whole number or decimal counts as it is, and reversed from the other end of its range."""
    scores = by_scale(WIDE_ONE, {"q5": 10, "q6": 1.5})
    assert (scores["comfort"].value, scores["size"].value) == (0, 15)
    assert by_scale(WIDE_ONE, {"q5": 0, "q6": 1})["size"].value == 10


# What is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [4, -1, True, False, 2.0, 2.5, "2", math.nan, np.int64(2)])
def test_value_outside_the_choices_is_refused(value: object) -> None:
    """Only whole numbers among the choices are answers; the error says which these are."""
    with pytest.raises(AnswerError) as refused:
        check_answers(PHQ9, {"q1": 1, "q3": value})
    error = refused.value
    assert (error.instrument, error.item, error.allowed) == ("phq9", "q3", (0, 1, 2, 3))
    assert error.value is value
    assert str(error) == f"phq9 q3: {value!r} is not one of the choices 0, 1, 2, 3."


def test_unknown_item_is_refused() -> None:
    """An answer to another questionnaire's item is not passed over."""
    with pytest.raises(AnswerError, match=r"saq has no item 'q10'; it has q1, .*q9\.") as refused:
        score(SAQ, {"q10": None})
    error = refused.value
    assert (error.instrument, error.item, error.allowed[-1]) == ("saq", "q10", "q9")


def test_score_checks_the_answers() -> None:
    """Nothing is scored before all answers are known to be allowed."""
    with pytest.raises(AnswerError):
        score(FACE, {"q1": 0})


# Bands and alerts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, "minimal/none"),
        (4.99, "minimal/none"),
        (5, "mild"),
        (9.9, "mild"),
        (10, "moderate"),
        (14.625, "moderate"),
        (15, "moderately severe"),
        (19.5, "moderately severe"),
        (20, "severe"),
        (27, "severe"),
    ],
)
def test_band_belongs_to_the_unrounded_value(value: float, label: str) -> None:
    """14.625 is moderate, although it rounds to 15."""
    found = band(PHQ9.scale("total"), value)
    assert found is not None
    assert found.label == label


def test_no_band_without_score_or_bands() -> None:
    """Nothing published, nothing said."""
    assert band(PHQ9.scale("total"), None) is None
    assert band(PHQ9.scale("total"), math.nan) is None
    assert band(FACE.scale("total"), 10) is None


def test_prorated_total_is_banded_unrounded() -> None:
    """The worked boundary: 13 of 8 items prorated to 14.625 is moderate."""
    (example,) = (example for example in PHQ9.examples if example.name == "rounding_boundary")
    (result,) = score(PHQ9, example.answers)
    assert result == Score("total", 14.625, 8, 1, prorated=True)
    found = band(PHQ9.scale("total"), result.value)
    assert found is not None
    assert found.label == "moderate"


@pytest.mark.parametrize(("value", "raised"), [(None, 0), (0, 0), (1, 1), (2, 1), (3, 1)])
def test_item_nine_alone_raises_the_alert(value: int | None, raised: int) -> None:
    """Any endorsement does; a missing answer is no endorsement."""
    alerts = alerts_raised(PHQ9, "q9", value)
    assert len(alerts) == raised
    assert all(alert.rule == "item9" and alert.crisis for alert in alerts)


def test_other_items_raise_no_alert() -> None:
    """The rule looks at one item only."""
    assert all(alerts_raised(PHQ9, f"q{n}", 3) == () for n in range(1, 9))
    assert alerts_raised(FACE, "q9", 1) == ()


def test_alert_watches_a_number() -> None:
    """From the value that the rule names."""
    assert alerts_raised(WIDE_ONE, "q5", 7) == ()
    assert [alert.rule for alert in alerts_raised(WIDE_ONE, "q5", 8)] == ["pain"]
    assert alerts_raised(WIDE_ONE, "q7", [1, 4]) == ()


def test_alert_needs_an_allowed_answer() -> None:
    """A wrong item or value is refused here too."""
    with pytest.raises(AnswerError):
        alerts_raised(PHQ9, "q9", 4)
    with pytest.raises(AnswerError):
        alerts_raised(PHQ9, "q99", 1)


def test_alert_is_raised_although_there_is_no_total() -> None:
    """Three missing items take the total away, and not the alert."""
    (example,) = (example for example in PHQ9.examples if example.name == "three_missing")
    assert score(PHQ9, example.answers) == (Score("total", None, 6, 3, prorated=False),)
    assert [alert.rule for alert in alerts_raised(PHQ9, "q9", example.answers["q9"])] == ["item9"]


def test_missing_item_nine_counts_like_any_other() -> None:
    """Item 9 left out gives a prorated total, and no answer to it is made up for the alert."""
    (result,) = score(PHQ9, {f"q{n}": 2 for n in range(1, 9)})
    assert result == Score("total", 18.0, 8, 1, prorated=True)
    assert alerts_raised(PHQ9, "q9", None) == ()
