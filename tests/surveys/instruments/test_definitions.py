"""The built-in instruments: their numbers, their words, and what the project promises about them."""

import json
import math
import re
import runpy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from surveys.instruments.definition import Answer, Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import alerts_raised, band, score

GOLDEN = json.loads((Path(__file__).parents[2] / "data/golden/scores.json").read_text(encoding="utf-8"))
MAKER = runpy.run_path(str(Path(__file__).parents[2] / "data/golden/make.py"))
LIBRARY = Library.load()
FACE, FDI, PHQ9, SAQ = (LIBRARY.get(key) for key in ("face", "fdi", "phq9", "saq"))
BY_PATIENTS = ["cesd", "face", "fdi", "gad7", "phq2", "phq8", "phq9", "saq"]
BY_CLINICIANS = ["house_brackmann", "sunnybrook"]
BY_NAME_ONLY = [
    "bdi2",
    "eface",
    "eq5d5l",
    "face_q_paralysis",
    "hads",
    "promis_29",
    "promis_depression_8a",
    "promis_global10",
    "rand36",
]
SCORED = [instrument for instrument in LIBRARY if instrument.scales]


def each_of(instruments: Iterable[Instrument]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("instrument", instruments, ids=lambda instrument: instrument.key)


each = each_of(LIBRARY)
each_scored = each_of(SCORED)
each_asked = each_of([instrument for instrument in LIBRARY if instrument.askable])
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


def test_all_promised_instruments_are_there() -> None:
    """Asked of patients, graded by clinicians, or known by name until a site supplies them."""
    patients = [i.key for i in LIBRARY if i.askable and i.answered_by == "patient"]
    assert patients == BY_PATIENTS
    assert [i.key for i in LIBRARY if i.askable and i.answered_by == "staff"] == BY_CLINICIANS
    assert [i.key for i in LIBRARY if i.supply] == BY_NAME_ONLY
    assert list(LIBRARY.keys()) == sorted([*BY_PATIENTS, *BY_CLINICIANS, *BY_NAME_ONLY])


def test_worked_examples_of_the_references_are_all_there() -> None:
    """Each scored instrument is worked by hand, and the known wrong answers do not come out."""
    assert {i.key: len(i.examples) for i in SCORED} == {
        "cesd": 5,
        "face": 4,
        "fdi": 6,
        "gad7": 3,
        "house_brackmann": 3,
        "phq2": 3,
        "phq8": 3,
        "phq9": 5,
        "saq": 4,
        "sunnybrook": 5,
    }
    wrong = {w.name for i in SCORED for example in i.examples for w in example.wrong.values()}
    assert wrong >= {
        "total_as_mean_of_domains",
        "rescaled_0_100",
        "missing_as_zero",
        "rounded_first",
        "rounded_first_band",
        "social_with_100_over_4",
        "item6_reversed_again",
        "not_reversed",
        "clamped_to_zero",
        "zero_as_missing",
    }


def test_golden_vectors_are_those_of_the_definitions() -> None:
    """tests/data/golden/make.py, which shares no code with the program, gives the file again."""
    path = Path(__file__).parents[2] / "data/golden/scores.json"
    assert path.read_text(encoding="utf-8") == MAKER["golden"](), "Run: python3 tests/data/golden/make.py"
    assert list(GOLDEN["instruments"]) == [instrument.key for instrument in SCORED]


@each_scored
def test_golden_vectors_come_out(instrument: Instrument) -> None:
    """Scores worked elsewhere in exact fractions, for other implementations to check against too."""
    golden = GOLDEN["instruments"][instrument.key]
    assert golden["version"] == instrument.version
    assert golden["items"] == [item.key for item in instrument.asked()]
    for vector in golden["vectors"]:
        answers = dict(zip(golden["items"], vector["answers"], strict=True))
        values = {result.scale: result.value for result in score(instrument, answers)}
        expected = dict(zip(golden["scales"], vector["scores"], strict=True))
        assert agree(values, expected, absolute=1e-11), vector["name"]


def test_scales_have_the_promised_keys_ranges_and_directions() -> None:
    """The names that reports and exports use."""
    assert {
        f"{instrument.key}.{scale.key}": (scale.low, scale.high, scale.direction, len(scale.items))
        for instrument in SCORED
        for scale in instrument.scales
    } == {
        "cesd.total": (0, 60, "higher_worse", 20),
        "face.facial_movement": (0, 100, "higher_better", 3),
        "face.facial_comfort": (0, 100, "higher_better", 3),
        "face.oral_function": (0, 100, "higher_better", 2),
        "face.eye_comfort": (0, 100, "higher_better", 2),
        "face.lacrimal_control": (0, 100, "higher_better", 1),
        "face.social_function": (0, 100, "higher_better", 4),
        "face.total": (0, 100, "higher_better", 15),
        "fdi.physical": (-25, 100, "higher_better", 5),
        "fdi.social": (0, 100, "higher_better", 5),
        "gad7.total": (0, 21, "higher_worse", 7),
        "house_brackmann.grade": (1, 6, "higher_worse", 1),
        "phq2.total": (0, 6, "higher_worse", 2),
        "phq8.total": (0, 24, "higher_worse", 8),
        "phq9.total": (0, 27, "higher_worse", 9),
        "saq.total": (20, 100, "higher_worse", 9),
        "sunnybrook.resting": (0, 20, "higher_worse", 3),
        "sunnybrook.voluntary": (20, 100, "higher_better", 5),
        "sunnybrook.synkinesis": (0, 15, "higher_worse", 5),
        "sunnybrook.composite": (-15, 100, "higher_better", 13),
    }


def test_missing_rules_are_as_promised() -> None:
    """Two of nine in the PHQ-9, two of five in the FDI, four of twenty in the CES-D; else none."""
    allowed = {"phq9": 2, "fdi": 2, "cesd": 4}
    for instrument in SCORED:
        for scale in instrument.scales:
            rule = scale.missing
            assert rule.allowed == allowed.get(instrument.key, 0)
            assert rule.method == ("person_mean" if rule.allowed else "none")
            assert rule.project_decision or len(scale.items) == 1


@each_scored
def test_missing_rules_say_what_they_do(instrument: Instrument) -> None:
    """Exactly as many missing as allowed leave a score, one more leaves none."""
    for scale in instrument.scales:
        full: dict[str, Answer] = {key: instrument.values(key)[0] for key in scale.items}
        for missing in range(len(scale.items) + 1):
            answers = full | dict.fromkeys(scale.items[:missing])
            (result,) = (one for one in score(instrument, answers) if one.scale == scale.key)
            assert (result.value is not None) == (missing <= scale.missing.allowed)
            assert result.prorated == (0 < missing <= scale.missing.allowed)


def test_only_the_ces_d_is_reversed() -> None:
    """Four positive items; the FDI's printed codes already point one way."""
    reversed_items = {(i.key, key) for i in SCORED for scale in i.scales for key in scale.reverse}
    assert reversed_items == {("cesd", key) for key in ("q4", "q8", "q12", "q16")}


def test_questions_about_mood_never_end_a_battery() -> None:
    """Something else comes after them."""
    assert [i.key for i in LIBRARY if i.never_last] == ["cesd", "gad7", "phq2", "phq8", "phq9"]


def test_panels_and_totals_have_their_codes() -> None:
    """As verified in the references; none where none was."""
    codes = {i.key: (i.loinc.panel, i.scales[0].loinc) for i in SCORED if i.loinc}
    assert codes == {
        "cesd": (None, None),
        "face": (None, None),
        "fdi": (None, None),
        "gad7": ("69737-5", "70274-6"),
        "phq2": ("55757-9", "55758-7"),
        "phq8": (None, None),
        "phq9": ("44249-1", "44261-6"),
        "saq": (None, None),
    }


@pytest.mark.parametrize(
    "code", sorted({code for i in LIBRARY for code in re.findall(r'"(\d{4,5}-\d)"', i.source)})
)
def test_loinc_check_digits_are_right(code: str) -> None:
    """A code with a slip of the pen fails its mod-10 check digit."""
    number, digit = code.split("-")
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(number))]
    assert (10 - sum(d // 10 + d % 10 for d in doubled) % 10) % 10 == int(digit)


def test_known_errors_of_reproduction_are_not_here() -> None:
    """'Not at all sure' in the GAD-7; 'All of the time' and a lost 'or friends' in the CES-D."""
    gad7, cesd = (LIBRARY.get(key).wording.texts["en"] for key in ("gad7", "cesd"))
    assert gad7.sections["main"].choices[0] == "Not at all"
    assert cesd.sections["main"].choices[3] == "Most or all of the time (5-7 days)"
    assert cesd.items["q3"].endswith("even with help from my family or friends.")
    assert cesd.items["q20"] == 'I could not get "going".'


@each
def test_wording_is_verbatim_only_where_the_licence_allows(instrument: Instrument) -> None:
    """Else it is in our own working words, marked as such, or not there."""
    wording = instrument.wording
    if instrument.supply:
        assert (wording.status, wording.name, wording.texts) == ("absent", "none", {})
    elif instrument.licence.shippable.startswith("yes"):
        assert (wording.status, wording.name) == ("verbatim", "original")
        assert wording.texts["en"].notice
    else:
        assert wording.status == "working"
        assert re.fullmatch(r"working-\d", wording.name)


@each_of([LIBRARY.get(key) for key in BY_PATIENTS])
def test_patients_read_plain_words(instrument: Instrument) -> None:
    """No clinical word and no name of a test in what a patient reads (notices excepted)."""
    hard = "synkin|drool|droop|palsy|paraly|parese|lähmung|betroffen|phq|saq|face scale|affected|symptom"
    for text in instrument.wording.texts.values():
        words = " ".join(
            [text.title, *text.items.values()]
            + [t for s in text.sections.values() for t in (s.recall, s.instruction, *s.choices.values())]
        ).lower()
        assert re.findall(f"{hard}|depression|questionnaire|fragebogen", words) == []


def test_our_working_words_ship_in_german_too() -> None:
    """So that a clinic sees, shows and trains with the whole way of a patient before it has leave."""
    working = [one for one in (LIBRARY.get(key) for key in BY_PATIENTS) if one.wording.status == "working"]
    assert {one.key: one.locales for one in working} == dict.fromkeys(("face", "fdi", "saq"), ("en", "de"))


def test_titles_for_patients() -> None:
    """What navigation says."""
    assert {key: LIBRARY.get(key).wording.texts["en"].title for key in BY_PATIENTS} == {
        "cesd": "How the past week has been for you",
        "face": "Your face and daily life",
        "fdi": "Daily tasks and other people",
        "gad7": "Worries and feeling tense",
        "phq2": "How you have been feeling",
        "phq8": "How you have been feeling",
        "phq9": "How you have been feeling",
        "saq": "Movements that come along",
    }
    minutes = {key: LIBRARY.get(key).minutes for key in BY_PATIENTS}
    assert minutes == {
        "cesd": 5,
        "face": 4,
        "fdi": 4,
        "gad7": 2,
        "phq2": 1,
        "phq8": 3,
        "phq9": 3,
        "saq": 3,
    }


@each
def test_change_thresholds_say_where_they_come_from(instrument: Instrument) -> None:
    """Each has a source with a DOI, the people it was found in and a caveat."""
    for threshold in instrument.change_thresholds:
        assert "doi:10." in threshold.source
        assert threshold.population
        assert threshold.caveat


def test_detectable_change_of_one_person() -> None:
    """The published values that analyses use."""
    found = {(i.key, t.scale, t.kind): t.value for i in LIBRARY for t in i.change_thresholds}
    assert found[("face", "total", "sdc_individual")] == 17.6
    assert found[("fdi", "physical", "sdc_individual")] == 17.6
    assert found[("fdi", "social", "sdc_individual")] == 17.7
    assert found[("saq", "total", "sdc_individual")] == 28.2
    assert found[("phq9", "total", "mcid")] == 5
    assert found[("gad7", "total", "mcid")] == 4
    assert found[("gad7", "total", "reliable_change")] == 6
    assert found[("bdi2", "total", "mcid_percent_of_baseline")] == 17.5
    without = {i.key for i in SCORED if not i.change_thresholds}
    assert without == {"cesd", "house_brackmann", "phq2", "phq8", "sunnybrook"}


@each_scored
def test_citation_has_a_doi(instrument: Instrument) -> None:
    """Everybody can look the instrument up."""
    assert str(instrument.citation).endswith(f"doi:{instrument.citation.doi}")
    assert instrument.citation.doi is not None
    assert instrument.citation.doi.startswith("10.")


@each_of([LIBRARY.get(key) for key in BY_NAME_ONLY])
def test_what_is_known_by_name_says_what_a_site_must_bring(instrument: Instrument) -> None:
    """Version 0, so that a site's own version 1 stands in its place."""
    assert instrument.supply is not None
    assert (instrument.version, instrument.askable, instrument.items) == ("0", False, ())
    assert any("definition file" in need.lower() for need in instrument.supply.needs)
    assert score(instrument, {}) == ()


def test_bands_of_what_is_known_by_name() -> None:
    """The BDI-II's own bands, not those of the BDI-IA; the HADS's on each of its scales."""
    bdi2, hads = (LIBRARY.get(key).supply for key in ("bdi2", "hads"))
    assert bdi2 is not None
    assert hads is not None
    assert [band.at_least for band in bdi2.scales[0].bands] == [0, 14, 20, 29]
    assert [(o.key, [b.at_least for b in o.bands]) for o in hads.scales] == [
        ("anxiety", [0, 8, 11]),
        ("depression", [0, 8, 11]),
    ]
