"""The built-in instruments: their numbers, their words, and what the project promises about them."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import alerts_raised, band, score

GOLDEN = json.loads((Path(__file__).parents[2] / "data/golden/scores.json").read_text(encoding="utf-8"))
LIBRARY = Library.load()
FACE, PHQ9, SAQ = LIBRARY

each = pytest.mark.parametrize("instrument", LIBRARY, ids=lambda instrument: instrument.key)
each_example = pytest.mark.parametrize(
    ("instrument", "example"),
    [
        pytest.param(instrument, example, id=f"{instrument.key}-{example.name}")
        for instrument in LIBRARY
        for example in instrument.examples
    ],
)


Values = Mapping[str, float | None]


def agree(values: Values, expected: Values, absolute: float) -> bool:
    """Whether the same scales have a score, and each the expected one."""
    return values.keys() == expected.keys() and all(
        value is expected[key]
        if value is None or expected[key] is None
        else math.isclose(value, expected[key], rel_tol=0, abs_tol=absolute)
        for key, value in values.items()
    )


@each_example
def test_worked_example_comes_out(instrument: Instrument, example: Any) -> None:
    """Values to four decimals, bands and alerts as worked by hand; known mistakes do not come out."""
    scores = {result.scale: result.value for result in score(instrument, example.answers)}
    assert agree(scores, example.expected, absolute=5e-5)
    bands = {key: band(instrument.scale(key), value) for key, value in scores.items()}
    assert {key: found.label for key, found in bands.items() if found} == dict(example.bands)
    raised = [alert.rule for key, v in example.answers.items() for alert in alerts_raised(instrument, key, v)]
    assert raised == list(example.alerts)
    for wrong in example.wrong.values():
        found = bands[wrong.scale]
        assert wrong.band is None or (found is not None and found.label != wrong.band)
        assert wrong.value is None or scores[wrong.scale] != pytest.approx(wrong.value, abs=5e-5)


def test_worked_examples_of_the_references_are_all_there() -> None:
    """The definitions hold the examples of the golden vectors, and the known wrong answers."""
    for instrument in LIBRARY:
        vectors = GOLDEN["instruments"][instrument.key]["vectors"]
        names = [vector["name"] for vector in vectors if not vector["name"].startswith("random")]
        assert [example.name for example in instrument.examples] == names
    wrong = {
        w.name for instrument in LIBRARY for example in instrument.examples for w in example.wrong.values()
    }
    assert wrong == {
        "total_as_mean_of_domains",
        "rescaled_0_100",
        "missing_as_zero",
        "rounded_first",
        "rounded_first_band",
    }


@each
def test_golden_vectors_come_out(instrument: Instrument) -> None:
    """Scores worked elsewhere in exact fractions, for other implementations to check against too."""
    golden = GOLDEN["instruments"][instrument.key]
    assert golden["version"] == instrument.version
    for vector in golden["vectors"]:
        answers = dict(zip(golden["items"], vector["answers"], strict=True))
        values = {result.scale: result.value for result in score(instrument, answers)}
        expected = dict(zip(golden["scales"], vector["scores"], strict=True))
        assert agree(values, expected, absolute=1e-11), vector["name"]


def test_scales_have_the_promised_keys_ranges_and_directions() -> None:
    """The names that reports and exports use."""
    assert {
        f"{instrument.key}.{scale.key}": (scale.low, scale.high, scale.direction, len(scale.items))
        for instrument in LIBRARY
        for scale in instrument.scales
    } == {
        "face.facial_movement": (0, 100, "higher_better", 3),
        "face.facial_comfort": (0, 100, "higher_better", 3),
        "face.oral_function": (0, 100, "higher_better", 2),
        "face.eye_comfort": (0, 100, "higher_better", 2),
        "face.lacrimal_control": (0, 100, "higher_better", 1),
        "face.social_function": (0, 100, "higher_better", 4),
        "face.total": (0, 100, "higher_better", 15),
        "phq9.total": (0, 27, "higher_worse", 9),
        "saq.total": (20, 100, "higher_worse", 9),
    }


def test_each_face_item_is_in_one_domain_and_the_total() -> None:
    """The six domains share out the 15 items."""
    domains = [key for scale in FACE.scales if scale.key != "total" for key in scale.items]
    assert sorted(domains) == sorted(FACE.scale("total").items) == sorted(f"q{n}" for n in range(1, 16))


def test_missing_rules_are_as_promised() -> None:
    """None may be missing, but up to two of nine in the PHQ-9; each rule says what the project decided."""
    for instrument in LIBRARY:
        for scale in instrument.scales:
            rule = scale.missing
            assert (rule.allowed, rule.method) == ((2, "person_mean") if instrument is PHQ9 else (0, "none"))
            assert rule.project_decision


def test_phq9_asks_nine_items_and_never_ends_a_battery() -> None:
    """The difficulty item is asked only where a study wants it, and is not scored."""
    assert [item.number for item in PHQ9.asked()] == list(range(1, 10))
    assert PHQ9.item("q10").optional
    assert PHQ9.never_last
    assert not FACE.never_last
    assert not SAQ.never_last


def test_phq9_carries_its_codes() -> None:
    """The total has its own LOINC code, not the panel's; so have all items and choices."""
    assert PHQ9.loinc is not None
    assert PHQ9.loinc.panel == "44249-1"
    assert PHQ9.scale("total").loinc == "44261-6"
    codes = [item.loinc for item in PHQ9.items] + [c.loinc for s in PHQ9.sections for c in s.choices]
    assert len(set(codes)) == 18
    assert None not in codes
    assert [section.loinc for section in PHQ9.sections] == ["LL358-3", "LL359-1"]


@pytest.mark.parametrize("code", re.findall(r'"(\d{4,5}-\d)"', PHQ9.source))
def test_loinc_check_digits_are_right(code: str) -> None:
    """A code with a slip of the pen fails its mod-10 check digit."""
    number, digit = code.split("-")
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(number))]
    assert (10 - sum(d // 10 + d % 10 for d in doubled) % 10) % 10 == int(digit)


def test_phq9_is_verbatim_with_its_notice() -> None:
    """The licence asks for the unaltered words and the attribution line."""
    text = PHQ9.wording.texts["en"]
    assert PHQ9.wording.status == "verbatim"
    assert PHQ9.licence.shippable == "yes"
    assert text.notice is not None
    assert "Pfizer Inc." in text.notice
    assert "No permission required to reproduce, translate, display or distribute." in text.notice
    assert text.items["q9"] == "Thoughts that you would be better off dead or of hurting yourself in some way"
    assert list(text.sections["main"].choices.values()) == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]


@each
def test_wording_is_verbatim_only_where_the_licence_allows(instrument: Instrument) -> None:
    """Everything else is in our own working words, marked as such."""
    allowed = instrument.licence.shippable == "yes"
    assert (instrument.wording.status, instrument.wording.name) == (
        ("verbatim", "original") if allowed else ("working", "working-1")
    )


@each
def test_patients_read_plain_words(instrument: Instrument) -> None:
    """No clinical word and no name of a test in what a patient reads (notices excepted)."""
    text = instrument.wording.texts["en"]
    words = " ".join(
        [text.title, *text.items.values()]
        + [t for s in text.sections.values() for t in (s.recall, s.instruction, *s.choices.values())]
    ).lower()
    hard = "synkines|drool|droop|palsy|paraly|phq|saq|face scale|affected|symptom|depression|questionnaire"
    assert re.findall(hard, words) == []


def test_titles_for_patients() -> None:
    """What navigation says."""
    assert {i.key: i.wording.texts["en"].title for i in LIBRARY} == {
        "face": "Your face and daily life",
        "phq9": "How you have been feeling",
        "saq": "Movements that come along",
    }
    assert {i.key: i.minutes for i in LIBRARY} == {"face": 4, "phq9": 3, "saq": 3}


@each
def test_change_thresholds_say_where_they_come_from(instrument: Instrument) -> None:
    """Each has a source with a DOI, the people it was found in and a caveat."""
    assert instrument.change_thresholds
    for threshold in instrument.change_thresholds:
        assert "doi:10." in threshold.source
        assert threshold.population
        assert threshold.caveat


def test_detectable_change_of_one_person() -> None:
    """The published values that analyses use."""
    found = {(i.key, t.kind): t.value for i in LIBRARY for t in i.change_thresholds}
    assert found[("face", "sdc_individual")] == 17.6
    assert found[("saq", "sdc_individual")] == 28.2
    assert found[("phq9", "mcid")] == 5
    assert len(found) == 12


@each
def test_citation_has_a_doi(instrument: Instrument) -> None:
    """Everybody can look the instrument up."""
    assert str(instrument.citation).endswith(f"doi:{instrument.citation.doi}")
    assert instrument.citation.doi is not None
    assert instrument.citation.doi.startswith("10.")
