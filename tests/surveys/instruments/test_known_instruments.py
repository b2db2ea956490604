"""What single instruments are known to be: FaCE, FDI, the PHQ and Sunnybrook."""

from itertools import product

import pytest

from surveys.instruments.definition import Answer
from surveys.instruments.library import Library
from surveys.instruments.notes import score_notes
from surveys.instruments.scoring import score

LIBRARY = Library.load()
FACE, FDI, PHQ9 = (LIBRARY.get(key) for key in ("face", "fdi", "phq9"))


def test_each_face_item_is_in_one_domain_and_the_total() -> None:
    """The six domains share out the 15 items."""
    domains = [key for scale in FACE.scales if scale.key != "total" for key in scale.items]
    assert sorted(domains) == sorted(FACE.scale("total").items) == sorted(f"q{n}" for n in range(1, 16))


def test_fdi_codes_are_the_printed_ones() -> None:
    """Physical options from 5 to 0, calm from 6 to 1, the rest from 1 to 6: never reversed again."""
    assert all(FDI.values(f"q{n}") == (5, 4, 3, 2, 1, 0) for n in range(1, 6))
    assert FDI.values("q6") == (6, 5, 4, 3, 2, 1)
    assert all(FDI.values(f"q{n}") == (1, 2, 3, 4, 5, 6) for n in range(7, 11))
    texts = FDI.wording.texts["en"].sections
    assert texts["calm"].choices[6] == texts["time"].choices[1] == "All the time"


def test_fdi_option_of_not_doing_it_names_the_activity() -> None:
    """Each physical item has its own two options for not doing it, and both are answers."""
    texts = FDI.wording.texts["en"].sections
    refusals = {texts[FDI.item(f"q{n}").section].choices[value] for n in range(1, 6) for value in (0, 1)}
    assert len(refusals) == 10


@pytest.mark.parametrize("zeros", range(6))
def test_fdi_zero_is_an_answer(zeros: int) -> None:
    """Not done for another reason counts 0 and may bring the value below 0, where it stays and is flagged."""
    answers: dict[str, Answer] = {f"q{n}": 0 if n <= zeros else 1 for n in range(1, 6)}
    physical, social = score(FDI, answers)
    assert (physical.value, physical.items_missing, social.value) == (-5.0 * zeros, 0, None)
    flagged = "Outside the conventional range of 0 to 100, and kept as it is."
    assert score_notes(FDI, answers, physical) == ((flagged,) if zeros else ())


def test_fdi_has_no_total() -> None:
    """Its formula was seen in one program only; the traps say so."""
    assert [scale.key for scale in FDI.scales] == ["physical", "social"]
    assert any("A total" in trap and "not computed" in trap for trap in FDI.traps)


def test_phq9_asks_nine_items() -> None:
    """The difficulty item is asked only where a study wants it, and is not scored."""
    assert [item.number for item in PHQ9.asked()] == list(range(1, 10))
    assert [item.key for instrument in LIBRARY for item in instrument.items if item.optional] == ["q10"]
    assert PHQ9.item("q10").optional


def test_only_item_nine_asks_about_self_harm() -> None:
    """The one alert of the built-in instruments is a crisis alert."""
    alerts = [(i.key, a.item, a.at_least, a.crisis) for i in LIBRARY for a in i.alerts]
    assert alerts == [("phq9", "q9", 1, True)]


def test_phq_family_shares_items_and_codes() -> None:
    """PHQ-8 and PHQ-2 are the first items of the PHQ-9, word for word."""
    for key, items in (("phq8", 8), ("phq2", 2)):
        short = LIBRARY.get(key)
        assert short.items == PHQ9.items[:items]
        assert short.choices("q1") == PHQ9.choices("q1")
        words, all_words = short.wording.texts["en"], PHQ9.wording.texts["en"]
        assert words.items == {k: all_words.items[k] for k in words.items}
        assert words.sections["main"] == all_words.sections["main"]
        assert words.notice == all_words.notice


def test_phq9_carries_its_codes() -> None:
    """The total has its own LOINC code, not the panel's; so have all items and choices."""
    assert PHQ9.loinc is not None
    assert PHQ9.loinc.panel == "44249-1"
    assert PHQ9.scale("total").loinc == "44261-6"
    codes = [item.loinc for item in PHQ9.items] + [c.loinc for s in PHQ9.sections for c in s.choices]
    assert len(set(codes)) == 18
    assert None not in codes
    assert [section.loinc for section in PHQ9.sections] == ["LL358-3", "LL359-1"]


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


def test_sunnybrook_composite_is_exhaustively_the_published_formula() -> None:
    """4 x movement - 5 x rest - synkinesis for every combination of the three sums."""
    sunnybrook = LIBRARY.get("sunnybrook")
    for rest, movement, synkinesis in product(range(5), range(5, 26), range(16)):
        resting = [min(rest, 1), min(max(rest - 1, 0), 2), max(rest - 3, 0)]
        answers: dict[str, Answer] = {f"q{n}": value for n, value in enumerate(resting, start=1)}
        answers |= {f"q{4 + n}": movement // 5 + (n < movement % 5) for n in range(5)}
        answers |= {f"q{9 + n}": synkinesis // 5 + (n < synkinesis % 5) for n in range(5)}
        composite = score(sunnybrook, answers)[-1]
        assert composite.value == 4 * movement - 5 * rest - synkinesis
