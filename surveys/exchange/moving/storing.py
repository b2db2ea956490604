"""A package stored in a study: looked at whole, then in short transactions, and seen in one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from analysis.words import counted
from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.moving.cells import Faults
from surveys.exchange.moving.files import Package
from surveys.exchange.moving.people import Here, moved
from surveys.exchange.moving.responses import Answered, Version, compare_scores
from surveys.exchange.moving.tables import people, tables_of
from surveys.exchange.tidy.amended import AMENDMENTS
from surveys.exchange.tidy.occasions import ATTENDANCE
from surveys.exchange.tidy.signed import SIGNATURES
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library, UnknownInstrument
from surveys.models import ConsentText, Import, Patient, Study, Timepoint
from surveys.models.imports import seeing
from surveys.store.errors import Refused
from surveys.store.patient import imports, moving, undoing
from surveys.store.patient.moving import MovedPatient
from surveys.store.transactions import Transaction
from surveys.store.visit.responses import Held
from surveys.store.words import versions

PORTION = 100  # visits and responses in one transaction
CODEBOOK = "codebook.json"
STORED = _("This package is stored already: nothing was changed.")
NO_DATES = _(
    "The package has no calendar dates, and Seventh does not make them up. Export it again with: "
    "seventh export STUDY PACKAGE.zip --exact-dates REASON"
)


@dataclass(frozen=True)
class Arrived:
    """What came in, a sentence each; `new` is False where this package was stored before.

    `number` is that of the import; None where there is none yet.
    """

    lines: tuple[str, ...]
    new: bool
    number: int | None = None


@dataclass(frozen=True)
class TargetStudy:
    """What a package is compared with; `begun` is an import of it that broke off, `stored` its patients;
    `done` is one that is whole."""

    code: str
    simulated: bool
    timepoints: Mapping[str, int]
    consent_texts: Mapping[tuple[str, str], int]
    begun: int | None
    done: int | None
    known: frozenset[str]
    stored: frozenset[str]


@dataclass
class _Looked:
    """A package that can come in: its versions with the status of their wordings, and what it holds."""

    versions: Mapping[Version, tuple[Instrument, str]]
    counts: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """What comes in and what does not, a sentence each."""
        counts = self.counts
        told = [f"{what}: {counts[name]}." for name, what in _COUNTED.items()]
        told += [str(said(counts[name])) for name, said in _LEFT_OUT.items() if counts[name]]
        return told


_COUNTED = {
    "patients": _("Patients"),
    "palsies": _("Palsies"),
    "treatments": _("Treatments"),
    "gradings": _("Gradings"),
    "consents": _("Decisions about consent"),
    "visits": _("Visits"),
    "reported": _("Facts that patients reported"),
    "responses": _("Responses, with the scores of the package"),
}
_LEFT_OUT: dict[str, Callable[[int], str]] = {
    "unconfirmed": lambda number: counted(
        "Left out: %(num)d patient who joined without help and whom nobody had looked at.",
        "Left out: %(num)d patients who joined by themselves and whom nobody had looked at.",
        number,
    ),
    "begun": lambda number: counted(
        "Left out: %(num)d questionnaire that was begun and not sent: a package has none of it.",
        "Left out: %(num)d questionnaires that were begun and not sent: a package has none of it.",
        number,
    ),
    "signatures": lambda number: counted(
        "Left out: %(num)d signature, which holds for what was stored where it was given.",
        "Left out: %(num)d signatures, which hold for what was stored where they were given.",
        number,
    ),
    "amendments": lambda number: counted(
        "The package tells of %(num)d amendment of the plan; it comes with a study's set-up.",
        "The package tells of %(num)d amendments of the plan; they come with a study's set-up.",
        number,
    ),
}


def take(
    moment: Transaction,
    transaction: Transaction,
    study_id: int,
    package: Package,
    library: Library,
    *,
    at: datetime,
    actor: str,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda patients: None,
) -> Arrived:
    """Store `package` in the study; an import of it that broke off goes on. `progress` counts patients.

    Raises:
        Refused, FileRefused: nothing of it is to be seen, and why. What a rule of the database refuses is
            taken back at once.
    """
    with moment() as session:
        study = study_of(session, study_id, package.sha256)
    if study.done:
        return Arrived((STORED,), new=False, number=study.done)
    looked = look(package, study, library)
    if dry_run:
        return Arrived(tuple(looked.lines()), new=True)
    number = study.begun
    try:
        with transaction() as session:
            frozen = {
                version: versions.freeze(session, one, at=at, wording=version[2], status=status)
                for version, (one, status) in looked.versions.items()
            }
            begun = study.begun or imports.begin(
                session,
                session.get_one(Study, study_id),
                file=package.name,
                sha256=package.sha256,
                wording=None,
                counts={**looked.counts, "rows": looked.counts["visits"], "told": looked.lines()},
                at=at,
                actor=actor,
            )
        number = begun
        answered = {version: (looked.versions[version][0], row_id) for version, row_id in frozen.items()}
        for portion in _portions(_people(package, study, library, answered, Faults())):
            with transaction() as session:
                open_study = imports.still_open(session, begun)
                moving.add(session, open_study, portion, import_id=begun, at=at, actor=actor)
            progress(len(portion))
        with transaction() as session:
            imports.finish(session, begun, Held(), attended=(), at=at, actor=actor)
    except (IntegrityError, DataError) as error:
        if number is not None:
            undoing.undo(transaction, study_id, number, at=at, actor=actor)
        raise Refused(
            _(
                "Something of the package does not fit what study %(study)s holds by now, or itself: a "
                "patient enrolled meanwhile, two rows for one thing, or cells that contradict each other "
                "(%(rule)s). What had come in was taken back: nothing of it is stored.",
                study=study.code,
                rule=str(error.orig).splitlines()[0],
            )
        ) from None
    return Arrived(tuple(looked.lines()), new=True, number=begun)


def look(package: Package, study: TargetStudy, library: Library) -> _Looked:
    """What the package holds, every cell of it read.

    Raises:
        Refused, FileRefused: it cannot come in.
    """
    book = package.json(CODEBOOK)
    if not isinstance(book, dict) or not isinstance(book.get("instruments"), list):
        raise Refused(_("%(file)s is not one of Seventh.", file=CODEBOOK))
    if bool(book.get("simulated")) != study.simulated:
        raise Refused(
            _(
                "Study %(study)s is a simulated one, but the patients of this package are real: they must "
                "not mix.",
                study=study.code,
            )
            if study.simulated
            else _(
                "The patients of this package are simulated: give it a study for such: seventh study create "
                "CODE --simulated"
            )
        )
    looked = _Looked(_versions(book["instruments"], library))
    answered = {version: (one, 0) for version, (one, _) in looked.versions.items()}
    faults = Faults()
    here = Here(library, study.timepoints, study.consent_texts, answered)
    codes: dict[str, str] = {}
    first = True
    for own, rows in people(package, tables_of(library, _asked(answered)), faults):
        if first and not own.record["enrolled_on"]:
            raise Refused(NO_DATES)
        first = False
        if own.record["unconfirmed"] == "true":
            looked.counts["unconfirmed"] += 1
            continue
        code = own.record["patient"]
        if code in study.known - study.stored:
            faults.add(
                _(
                    "The study has the patient %(code)s already. A package brings patients of its own alone.",
                    code=code,
                )
            )
        if (other := codes.setdefault(same.folded(code), code)) != code:
            faults.add(_("The codes %(other)s and %(code)s read the same.", other=other, code=code))
        before = len(faults.found)
        person = moved(own, rows, here)
        if len(faults.found) == before:
            compare_scores(rows, person)
        looked.counts.update(_counted(person))
    for lack in sorted(here.lacking):
        faults.add(lack)
    faults.refuse()
    looked.counts["begun"] = sum(
        row["state"] == "begun" for _, row in package.lines(ATTENDANCE.file, _columns(ATTENDANCE))
    )
    for table in (SIGNATURES, AMENDMENTS):
        looked.counts[table.name] = sum(1 for _ in package.lines(table.file, _columns(table)))
    return looked


def study_of(session: Session, study_id: int, sha256: str) -> TargetStudy:
    """What a package of that digest is compared with. Raises Refused where the study takes none."""
    study = session.get_one(Study, study_id)
    if study.status == "closed":
        raise Refused(_("Study %(study)s is closed: it takes no further answers.", study=study.code))
    begun = imports.under_way(session, study, sha256, None)
    before = select(Import.id).where(Import.study_id == study_id, Import.sha256 == sha256, Import.seen)
    of_study = select(Patient.code).where(Patient.study_id == study_id)
    with seeing(session, begun.id if begun else None):
        known = frozenset(session.scalars(of_study))
        own = of_study.where(Patient.import_id == (begun.id if begun else None))
        stored = frozenset(session.scalars(own)) if begun else frozenset[str]()
    points = select(Timepoint.key, Timepoint.id).where(Timepoint.study_id == study_id)
    texts = select(ConsentText.version, ConsentText.locale, ConsentText.id)
    return TargetStudy(
        code=study.code,
        simulated=study.simulated,
        timepoints={key: row_id for key, row_id in session.execute(points)},  # noqa: C416 - rows are no pairs
        consent_texts={
            (version, locale): row_id
            for version, locale, row_id in session.execute(texts.where(ConsentText.study_id == study_id))
        },
        begun=begun.id if begun else None,
        done=session.scalar(before.limit(1)),
        known=known,
        stored=stored,
    )


def _versions(told: Sequence[Any], library: Library) -> dict[Version, tuple[Instrument, str]]:
    """The answered versions and wordings as they are defined here. Raises FileRefused."""
    found: dict[Version, tuple[Instrument, str]] = {}
    faults = []
    for one in told:
        names = ("key", "version", "wording", "wording_status", "definition_sha256")
        key, version, wording, status, digest = (str(one.get(name)) for name in names)
        try:
            instrument = library.get(key, version)
        except UnknownInstrument:
            faults.append(
                Fault(
                    _(
                        "The package has answers to %(key)s version %(version)s, whose definition is not "
                        "here. Add it first: as a file in a folder that SEVENTH_INSTRUMENTS names.",
                        key=key,
                        version=version,
                    )
                )
            )
            continue
        if instrument.sha256 != digest:
            faults.append(
                Fault(
                    _(
                        "%(key)s version %(version)s is defined otherwise here than where the package comes "
                        "from.",
                        key=key,
                        version=version,
                    )
                )
            )
        found[key, version, wording] = (instrument, status)
    if faults:
        raise FileRefused(faults)
    return found


def _asked(answered: Answered) -> dict[str, list[Instrument]]:
    """The answered versions of each instrument, once however often they were worded, in their order."""
    found: dict[str, dict[str, Instrument]] = {}
    for (key, version, __), (instrument, ___) in answered.items():
        found.setdefault(key, {})[version] = instrument
    return {key: list(of_key.values()) for key, of_key in found.items()}


def _people(
    package: Package, study: TargetStudy, library: Library, answered: Answered, faults: Faults
) -> Iterator[MovedPatient]:
    """The patients of a package that was looked at, who are not stored yet."""
    here = Here(library, study.timepoints, study.consent_texts, answered)
    for own, rows in people(package, tables_of(library, _asked(answered)), faults):
        if own.record["unconfirmed"] != "true" and own.record["patient"] not in study.stored:
            yield moved(own, rows, here)


def _portions(found: Iterable[MovedPatient]) -> Iterator[list[MovedPatient]]:
    portion: list[MovedPatient] = []
    size = 0
    for person in found:
        portion.append(person)
        size += 1 + sum(1 + len(visit.responses) for visit in person.visits)
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _counted(person: MovedPatient) -> dict[str, int]:
    return {
        "patients": 1,
        "palsies": len(person.palsies),
        "treatments": len(person.treatments),
        "sites": sum(len(one.sites) for one in person.treatments),
        "gradings": len(person.gradings),
        "consents": len(person.consents),
        "visits": len(person.visits),
        "reported": sum(len(visit.reported) for visit in person.visits),
        "responses": sum(len(visit.responses) for visit in person.visits),
    }


def _columns(table: Any) -> list[str]:
    return [column.name for column in table.columns]
