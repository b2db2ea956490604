"""The library holds every definition of its folders once, and knows which may end a battery."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments.definition import DefinitionError
from surveys.instruments.library import BUILT_IN, Library, UnknownInstrument, asking_order

from .conftest import SMALL


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Path]:
    """Writes texts as definition files into one folder and gives the folder."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_built_in_definitions_are_always_there() -> None:
    """A site's folders add to the built-in one; naming that too changes nothing."""
    built_in = {path.stem for path in BUILT_IN.glob("*.toml")}
    assert {"face", "phq9", "saq"} <= built_in
    assert set(Library.load().keys()) == built_in
    assert Library.load([BUILT_IN]).keys() == Library.load().keys()


def test_site_adds_an_instrument_with_one_file(site: Callable[..., Path]) -> None:
    """A file in a site's folder is enough, and other files there are left alone."""
    folder = site(small=SMALL)
    (folder / "README.md").write_text("ours")
    library = Library.load([folder])
    assert library.get("small").title == "Small Questionnaire"
    assert [instrument.key for instrument in library] == sorted({*Library.load().keys(), "small"})
    assert "small" in library
    assert len(library) == len(Library.load()) + 1


def test_site_supplies_what_is_known_by_name_only(site: Callable[..., Path]) -> None:
    """Its version 1 stands in the place of the built-in version 0, which cannot be asked."""
    assert not Library.load().get("hads").askable
    library = Library.load([site(hads=SMALL.replace('key = "small"', 'key = "hads"', 1))])
    assert library.get("hads").askable
    assert [instrument.version for instrument in library.versions("hads")] == ["0", "1"]


def test_versions_live_side_by_side(site: Callable[..., Path]) -> None:
    """The newest is the default, by numbers and not by spelling; older ones stay at hand."""
    folder = site(
        first=SMALL,
        second=SMALL.replace('version = "1"', 'version = "1.10"', 1),
        third=SMALL.replace('version = "1"', 'version = "1.9"', 1),
    )
    library = Library.load([folder])
    assert library.get("small").version == "1.10"
    assert library.get("small", "1").version == "1"
    assert [instrument.version for instrument in library.versions("small")] == ["1", "1.9", "1.10"]
    assert [instrument.version for instrument in library if instrument.key == "small"] == ["1.10"]


def test_same_version_twice_is_refused_naming_both_files(site: Callable[..., Path]) -> None:
    """One version has one text."""
    folder = site(a=SMALL, b=SMALL.replace("Much", "Very much"))
    with pytest.raises(DefinitionError) as refused:
        Library.load([folder])
    assert str(refused.value).startswith(
        f"{folder.resolve() / 'b.toml'}: version: defines small version 1, "
        f"as {folder.resolve() / 'a.toml'} already does."
    )


def test_site_cannot_replace_a_built_in_version(site: Callable[..., Path]) -> None:
    """A built-in version keeps its meaning everywhere."""
    folder = site(face=(BUILT_IN / "face.toml").read_text(encoding="utf-8"))
    with pytest.raises(DefinitionError, match=r"defines face version 1, as .*definitions/face\.toml"):
        Library.load([folder])


def test_faults_of_all_files_come_together(site: Callable[..., Path], tmp_path: Path) -> None:
    """A start that fails says everything that must be mended, and in which file."""
    folder = site(a=SMALL.replace("high = 6", "high = 7"), b="key = ")
    with pytest.raises(DefinitionError) as refused:
        Library.load([folder, tmp_path / "nowhere"])
    assert [(Path(fault.file).name, fault.where) for fault in refused.value.faults] == [
        ("a.toml", "scales.total.low"),
        ("b.toml", ""),
        ("nowhere", ""),
    ]


def test_unknown_instrument_is_answered_with_the_known() -> None:
    """A wrong key or version names those that would do."""
    library = Library.load()
    with pytest.raises(UnknownInstrument) as key:
        library.get("phq")
    assert str(key.value) == f"There is no instrument 'phq'. Known: {', '.join(library.keys())}."
    with pytest.raises(UnknownInstrument) as version:
        library.get("phq9", "2")
    assert str(version.value) == "There is no version '2' of phq9. Known versions: 1."


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        (("face", "saq", "phq9"), ("face", "phq9", "saq")),
        (("face", "phq9", "saq"), ("face", "phq9", "saq")),
        (("face", "phq9"), ("phq9", "face")),
        (("phq9", "saq", "face"), ("phq9", "saq", "face")),
        (("phq9",), ("phq9",)),
        ((), ()),
    ],
)
def test_phq9_never_ends_a_battery(keys: tuple[str, ...], order: tuple[str, ...]) -> None:
    """Something else comes after questions about low mood; the order is kept otherwise."""
    assert asking_order(keys, Library.load()) == order


def test_asking_order_knows_the_keys() -> None:
    """An unknown key in a battery is told, not passed on."""
    with pytest.raises(UnknownInstrument):
        asking_order(("face", "phq"), Library.load())


def test_loading_needs_no_numerical_library() -> None:
    """The server starts without NumPy."""
    code = (
        "import sys; from surveys.instruments.library import Library; Library.load(); "
        "import surveys.instruments.scoring; print('numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
