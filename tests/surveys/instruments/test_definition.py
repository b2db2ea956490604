"""A file becomes an instrument, or is refused with every fault that it has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments.definition import DefinitionError, Fault, Instrument, load, parse
from tests.surveys.instruments.conftest import change

SMALL = Path(__file__).parent / "small.toml"


def test_small_definition_loads_whole() -> None:
    """Every part of the file is in the instrument, in the file's order."""
    small = load(SMALL)
    assert (small.key, small.version, small.short_title, small.minutes) == ("small", "1", "Small", 1)
    assert [item.key for item in small.items] == ["q1", "q2", "q3", "q4"]
    assert small.scale("total").reverse == ("q2",)
    assert small.scale("total").missing.project_decision is None
    assert small.scale("comfort").missing.project_decision == "The whole rule."
    assert small.examples[1].answers == {"q1": 2, "q2": 2, "q3": None}
    assert small.examples[1].expected == {"total": 3, "comfort": None}
    assert small.wording.texts["de"].sections["main"].choices[2] == "Sehr"
    assert small.wording.texts["en"].sections["wide"].instruction == ""
    assert small.locales == ("en", "de")
    assert small.source == SMALL.read_text(encoding="utf-8")


def test_all_faults_come_together(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A file is mended in one go: shape, contradiction, words and examples are told at once."""
    found = faults(
        ("[licence]", "[license]"),
        ("high = 6", "high = 7"),
        ('q3 = "Mir war kalt."', ""),
        ("minutes = 1", "minutes = '1'"),
    )
    assert [fault.where for fault in found] == [
        "minutes",
        "licence",
        "license",
        "scales.total.low",
        "wording.texts.de.items.q3",
    ]


def test_faults_read_as_sentences(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """File, place, problem and mend stand in one line each."""
    (fault,) = faults(("high = 6", "high = 7"))
    assert str(fault) == (
        "small.toml: scales.total.low: to high is 0 to 7, but the choices can give 0 to 6. "
        "Correct low and high, the transform or the choices."
    )


def test_error_tells_the_first_fault_and_all() -> None:
    """The attributes hold the first fault, the message one line for each."""
    with pytest.raises(DefinitionError) as refused:
        parse("", "empty.toml")
    error = refused.value
    assert (error.file, error.where, error.problem) == ("empty.toml", "key", "is missing.")
    assert str(error).splitlines() == [str(fault) for fault in error.faults]
    assert {"citation", "licence", "sections", "items", "wording"} <= {fault.where for fault in error.faults}


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is told like any other fault."""
    with pytest.raises(DefinitionError, match=r"nowhere\.toml: cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("made = 2020-01-02", "made"),
        ("[unknown]\nat = [{ on = 07:30:00 }]", "unknown.at.1.on"),
        ("[a]\nb = 2020-01-02T03:04:05Z", "a.b"),
    ],
)
def test_a_date_is_no_part_of_a_definition(tmp_path: Path, line: str, where: str) -> None:
    """TOML knows dates; also in a part that nobody knows it is a fault in words."""
    path = tmp_path / "dated.toml"
    path.write_text(line)
    with pytest.raises(DefinitionError, match=rf"dated\.toml: {where}: is a date or a time of day\."):
        load(path)


def test_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    """A syntax error names the line."""
    path = tmp_path / "broken.toml"
    path.write_text("key = small")
    with pytest.raises(DefinitionError, match=r"broken\.toml: is not TOML: .*line 1"):
        load(path)


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A file in another encoding is refused before its words go wrong."""
    path = tmp_path / "latin.toml"
    path.write_bytes("title = 'müde'".encode("latin-1"))
    with pytest.raises(DefinitionError, match="is not UTF-8"):
        load(path)


def test_digest_ignores_layout_and_words(small: Instrument) -> None:
    """Comments, order of keys and texts leave the digest of the structure alone."""
    text = SMALL.read_text(encoding="utf-8")
    same = parse(
        "# another comment\n"
        + text.replace('key = "small"\nversion = "1"\n', 'version = "1"\nkey = "small"\n', 1).replace(
            "I was tired.", "I was weary."
        ),
        "same.toml",
    )
    assert same.sha256 == small.sha256
    assert same.wording.sha256 != small.wording.sha256
    assert hash(same) != hash(small)


def test_digest_follows_the_structure(small: Instrument) -> None:
    """Any other change gives another digest, and the words' digest stays."""
    other = parse(small.source.replace('label = "Third"', 'label = "The third"'), "other.toml")
    assert other.sha256 != small.sha256
    assert other.wording.sha256 == small.wording.sha256


def test_digest_of_words_ignores_their_name(small: Instrument) -> None:
    """The same words under another name are the same words."""
    renamed = parse(small.source.replace('name = "own"', 'name = "ours"'), "renamed.toml")
    assert renamed.wording.sha256 == small.wording.sha256


# Of the scale where higher is better.
COMFORT = 'high = 100\ndirection = "higher_better"'


@pytest.mark.parametrize("word", ["at_most", "at_least"])
def test_a_cut_off_where_higher_is_better_has_one_number(
    faults: Callable[..., tuple[Fault, ...]], word: str
) -> None:
    """`at_most` is what it means; files that say `at_least` there go on being read."""
    line = f'{COMFORT}\ncutoffs = [{{ label = "uneasy", {word} = 25, source = "Nobody 2020" }}]'
    (cutoff,) = parse(change((COMFORT, line)), "small.toml").scale("comfort").cutoffs
    assert (cutoff.label, cutoff.value) == ("uneasy", 25)
    both = line.replace(f"{word} = 25", "at_most = 25, at_least = 25")
    assert [fault.where for fault in faults((COMFORT, both))] == ["scales.comfort.cutoffs.uneasy.at_least"]


def test_a_cut_off_does_not_look_at_the_good_end(faults: Callable[..., tuple[Fault, ...]]) -> None:
    found = faults(('label = "positive", at_least = 4', 'label = "positive", at_most = 4'))
    assert {fault.where for fault in found} == {
        "scales.total.cutoffs.positive.at_least",
        "scales.total.cutoffs.positive.at_most",
    }
