"""All known instruments, by key and version: the built-in ones and those of a site's own folders."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from surveys.instruments.definition import DefinitionError, Fault, load
from surveys.instruments.instrument import Instrument

BUILT_IN = Path(__file__).parent / "definitions"


class UnknownInstrument(KeyError):
    """A key or version that no folder defines; the message names the known ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class Library:
    """Instruments by key and version: those of the files, read at start, and studies' own forms.

    `own` are the numbers of the own forms that were added. What is there never changes.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.own: frozenset[int] = frozenset()
        self._versions: dict[str, list[Instrument]] = {}
        self._sort_in(instruments)

    @classmethod
    def load(cls, folders: Sequence[str | Path] = ()) -> "Library":
        """All *.toml of the built-in folder and then of these. Raises DefinitionError with all faults of all.

        A version is defined once: the same key and version in two files is refused.
        """
        instruments: dict[tuple[str, str], tuple[Path, Instrument]] = {}
        faults: list[Fault] = []
        for path in _files(folders, faults):
            try:
                instrument = load(path)
            except DefinitionError as error:
                faults.extend(error.faults)
                continue
            name = (instrument.key, instrument.version)
            if name in instruments:
                faults.append(
                    Fault(
                        str(path),
                        "version",
                        f"defines {name[0]} version {name[1]}, as {instruments[name][0]} already does.",
                        "Give it another version, or remove one of the files.",
                    )
                )
            else:
                instruments[name] = (path, instrument)
        if faults:
            raise DefinitionError.of(faults)
        return cls(instrument for _, instrument in instruments.values())

    def add_own(self, forms: Iterable[tuple[int, Instrument]]) -> None:
        """Add own forms with their numbers; one that is there already is passed over.

        Other threads read meanwhile: they see the library of before, or the new one.
        """
        for number, instrument in forms:
            known = self._versions.get(instrument.key, ())
            if all(one.version != instrument.version for one in known):
                self._sort_in([instrument])
            self.own |= {number}

    def with_forms(self, forms: Iterable[Instrument]) -> "Library":
        """A library of its own that has these too."""
        return Library([*(one for versions in self._versions.values() for one in versions), *forms])

    def of_study(self, code: str) -> "list[Instrument]":
        """The newest version of each instrument that the study may ask: all but other studies' own forms."""
        return [one for one in self if one.study in (None, code)]

    def _sort_in(self, instruments: Iterable[Instrument]) -> None:
        versions = {key: list(known) for key, known in self._versions.items()}
        for instrument in instruments:
            versions.setdefault(instrument.key, []).append(instrument)
        for known in versions.values():
            known.sort(key=_version_order)
        self._versions = versions

    def get(self, key: str, version: str | None = None) -> Instrument:
        """The newest version, or the one named. Raises UnknownInstrument."""
        versions = self.versions(key)
        if version is None:
            return versions[-1]
        for instrument in versions:
            if instrument.version == version:
                return instrument
        known = ", ".join(instrument.version for instrument in versions)
        raise UnknownInstrument(f"There is no version {version!r} of {key}. Known versions: {known}.")

    def versions(self, key: str) -> tuple[Instrument, ...]:
        """All versions, oldest first. Raises UnknownInstrument."""
        if key not in self._versions:
            raise UnknownInstrument(f"There is no instrument {key!r}. Known: {', '.join(self.keys())}.")
        return tuple(self._versions[key])

    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._versions))

    def __contains__(self, key: object) -> bool:
        return key in self._versions

    def __iter__(self) -> Iterator[Instrument]:
        """The newest version of each, sorted by key."""
        return (self.get(key) for key in self.keys())

    def __len__(self) -> int:
        return len(self._versions)


def asking_order(keys: Sequence[str], library: Library) -> tuple[str, ...]:
    """The order of a battery: as given, but a never_last instrument ends it only if no other could.

    Questions about low mood must not come last. Raises UnknownInstrument.
    """
    may_end = [key for key in keys if not library.get(key).never_last]
    if not may_end or keys[-1] == may_end[-1]:
        return tuple(keys)
    last = len(keys) - 1 - list(reversed(keys)).index(may_end[-1])
    return (*keys[:last], *keys[last + 1 :], keys[last])


def _files(folders: Sequence[str | Path], faults: list[Fault]) -> Iterator[Path]:
    """The definition files in a stable order, each folder once."""
    unique = dict.fromkeys([BUILT_IN.resolve(), *(Path(folder).resolve() for folder in folders)])
    for folder in unique:
        if not folder.is_dir():
            faults.append(Fault(str(folder), "", "is not a folder.", "Name folders that hold definitions."))
        yield from sorted(folder.glob("*.toml"))


def _version_order(instrument: Instrument) -> tuple[int, ...]:
    return tuple(int(part) for part in instrument.version.split("."))
