"""What is known of instruments: said in a file, taken from another version, or following from its items."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments import facts
from surveys.instruments.definition import DefinitionError, Fault, parse
from surveys.instruments.library import Library

BUILT_IN = Library.load()
PHQ4 = (Path(__file__).parent / "phq4.toml").read_text(encoding="utf-8")
# Answers are stored under these digests: a server with other ones would refuse to start.
FROZEN = {
    ("bdi2", "0"): "137904131cb711e03c2b281dbe289f020eb5320638f1168d324e0845e92c1936",
    ("cesd", "1"): "c4b4f580684ff46b2316a70e02731c6d3631db2637cbd49d40f005631ac28398",
    ("eface", "0"): "e711594b40867e2234c1861516b3483a8bc34c7289b00b9e422808f6471c6033",
    ("eq5d5l", "0"): "fd477516c9374629e207890dc9dd7c350ca058338935cd02e48572285fa485a9",
    ("face", "1"): "164328345a9418648bcc72953cb0d6c49c8f7fc7c1916748f67cf80453866754",
    ("face_q_paralysis", "0"): "7c25f3960dee0ff5ed7b2a8ecb6c98acadd7c88cc01861ae6db7080bab9137c6",
    ("fdi", "1"): "79ec8e10cca837ecf90a6dc0ab004b1dded19b916efcb04d0a026916de25663f",
    ("gad7", "1"): "01d3a1a2661d789f1c0d142f8201a667d73f41079f007dc35084d864bb1af3f2",
    ("hads", "0"): "542d1a702217f92a0c85a257fc2df30c93131a12accd94dce3734e033f88f732",
    ("house_brackmann", "1"): "8b181e9d4cdb047d2d43c84f6af16dca2dc19fad95f6a0a3bf30f94604b1562f",
    ("phq2", "1"): "37e79b626a3207119988fc4fa23f587d05d955981d2af3f5f7233cf4eef08793",
    ("phq8", "1"): "cabc3db94b19d4ce177973cd700369acd1c7bd94db075d2e8f2b94490a95d1e5",
    ("phq9", "1"): "6a8e873ae6af38a2e9ebd6a337b0c07b575154e38db394ae2edf1ca22ef88c9f",
    ("promis_29", "0"): "3c7dfeb6cc21488a0f61fc231ec76994c042dcdda5a76877b4bf2d90d37923ba",
    ("promis_depression_8a", "0"): "87e5eda2c283b7629e7aad526e73a08293f0c438bc49fca2eee15fe456cbf439",
    ("promis_global10", "0"): "6c9bbc07f5f384d111ab7f4e358fb9ed123776075e390679b122170d8a36b650",
    ("rand36", "0"): "1e219827f4c343c9e62965b40585e6a9259456caa4e645ae3278947c11d4a95c",
    ("saq", "1"): "687012e11892ec6dd7a3f542634c44fc9747b9f6b613c24d3d34b1d918759b94",
    ("sunnybrook", "1"): "9c0595f6e6ebcab58668a73fa080b06cdb32b63f7d3c5e60da885e9260a8fc50",
}


def with_site(*texts: str) -> Library:
    """The built-in instruments and those of a site."""
    built_in = (one for newest in BUILT_IN for one in BUILT_IN.versions(newest.key))
    return Library([*built_in, *(parse(text, "site.toml") for text in texts)])


def bare(text: str) -> str:
    """A definition that says no facts, is free to stand last, and tells of no mood by title or purpose."""
    told = text[: text.index("[facts]")].replace("never_last = true\n", "")
    return told.replace("Ultra-short screen for depression and anxiety.", "Four questions.")


def test_the_digest_of_every_definition_that_ships_is_as_it_was() -> None:
    """Facts, like comments, can be added and corrected without a new version."""
    found = {
        (one.key, one.version): one.sha256 for newest in BUILT_IN for one in BUILT_IN.versions(newest.key)
    }
    assert found == FROZEN


def test_facts_are_not_frozen() -> None:
    """The rest of the file is."""
    one = parse(PHQ4, "phq4.toml")
    assert parse(bare(PHQ4).replace("Four questions.", one.purpose), "phq4.toml").sha256 != one.sha256
    assert parse(PHQ4.replace('asks_of = "mood"', 'asks_of = "symptoms"'), "phq4.toml").sha256 == one.sha256
    assert parse(PHQ4[: PHQ4.index("[facts]")], "phq4.toml").sha256 == one.sha256


def test_the_answers_about_an_eye_are_answers_of_an_item() -> None:
    """FaCE and FDI name theirs; a file that names another item or answer is refused."""
    library = Library.load()
    told = [(one, item, value) for one in library for item in one.items for value in one.values(item.key)]
    eye = [
        f"{one.key}.{item.key}={value}"
        for one, item, value in told
        if facts.tells_of_the_eye(one, item.key, value, library)
    ]
    assert sorted(eye) == ["face.q5=1", "face.q5=2", "fdi.q4=1", "fdi.q4=2"]
    for wrong in ("q9 = [1]", "q1 = [7]", "q1 = []", 'q1 = ["1"]'):
        with pytest.raises(DefinitionError, match=r"facts\.eye_safety"):
            parse(f"{PHQ4}\n[facts.eye_safety]\n{wrong}\n", "phq4.toml")


@pytest.mark.parametrize("text", [PHQ4, bare(PHQ4)], ids=["said", "found"])
def test_a_new_file_is_enough_for_both_sides(text: str) -> None:
    """Its items, or what it says, tell what it shares; no file that ships names it."""
    library = with_site(text)
    shared = facts.shared_content(library)
    known = {"phq9.total", "phq8.total", "phq2.total", "gad7.total", "fdi.social"}
    assert set(shared["phq4.total"]) == known
    assert all("phq4.total" in shared[other] for other in known)
    assert "phq4.total" not in shared.get("face.total", {})


@pytest.mark.parametrize("text", [PHQ4, bare(PHQ4)], ids=["said", "found"])
def test_what_has_an_item_of_mood_asks_of_mood(text: str) -> None:
    """So that only the patient can answer it, and it has its place among the scales on mood."""
    library = with_site(text)
    phq4 = library.get("phq4")
    assert facts.asks_of(phq4, library) == "mood"
    assert facts.only_by_patient(phq4, library)
    assert ("phq4", "total") in facts.scales_of_mood(library)


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        (("purpose", "Severity of depressive symptoms."), "mood"),
        (("purpose", "Well-being."), "mood"),
        (("purpose", "Sleep."), None),
        (("never_last = true", ""), "mood"),
    ],
)
def test_mood_is_told_from_what_a_file_says(changed: tuple[str, str], subject: str | None) -> None:
    """Questions of a site's own, which no other instrument has."""
    text = bare(PHQ4)
    for old in ("Little interest", "Feeling down", "Feeling nervous", "Not being able"):
        text = text.replace(old, f"Own words: {old}")
    name, value = changed
    new = f"{name}\nminutes" if not value else "minutes"
    text = text.replace("minutes", new, 1).replace("Four questions.", value or "Four questions.")
    one = parse(text, "own.toml")
    assert facts.asks_of(one, with_site(text)) == subject


def test_a_site_s_own_version_keeps_what_is_known() -> None:
    """HADS and its like ship without items; a site's version 1 need not repeat what they ask of."""
    text = bare(PHQ4).replace('key = "phq4"', 'key = "hads"', 1)
    library = with_site(text)
    assert library.get("hads").version == "1"
    assert facts.asks_of(library.get("hads"), library) == "mood"


def test_the_order_of_headlines_is_the_files() -> None:
    assert facts.headlines(BUILT_IN) == (
        ("face", "total"),
        ("phq9", "total"),
        ("face", "social_function"),
        ("saq", "total"),
    )


@pytest.mark.parametrize(
    ("added", "where", "problem"),
    [
        ('asks_of = "moods"', "facts.asks_of", "is 'moods'."),
        ("headlines = { all = 1 }", "facts.headlines.all", "names 'all', which is not a scale."),
        ("headlines = { total = 0 }", "facts.headlines.total", "is 0."),
        ('result = "all"', "facts.result", "names 'all', which is not a scale."),
        ('without_crisis_item = "phq8"', "facts.without_crisis_item", "is there, but no alert of this"),
        ("mood = true", "facts.mood", "is not a name that is known here."),
        ('not_before = { days_after_onset = 0, because = "x" }', "facts.not_before.days_after_onset", "is 0"),
        ('shares = [{ because = "x" }]', "facts.shares.1.with", "is missing."),
        ('shares = [{ with = ["phq4"], because = "x" }]', "facts.shares.1.with", "names the instrument"),
        ('shares = [{ with = ["phq9"] }]', "facts.shares.1.because", "is missing."),
    ],
)
def test_facts_that_contradict_the_file_are_refused(
    sole_fault: Callable[[str, str], Fault], added: str, where: str, problem: str
) -> None:
    """Each with its place and its mend."""
    added = added.replace("phq4", "small")
    fault = sole_fault("[wording]", f"[facts]\n{added}\n\n[wording]")
    assert fault.where == where
    assert fault.problem.startswith(problem)
