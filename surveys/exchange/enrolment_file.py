"""A list of patients to enrol, read and checked row by row before any patient is enrolled."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import same
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.import_file import treatments
from surveys.exchange.sheets import cut
from surveys.exchange.sheets.cut import Row
from surveys.models import ALL_ROWS, Patient, Study
from surveys.models.patient import BEGINNINGS, CAUSES, SEXES, SIDES
from surveys.same import NoAddressError
from surveys.store.patient import contacts, patients
from surveys.store.patient.patients import NewContact, NewPatient

MOST_ROWS = 2000
REQUIRED = ("code",)


def _text(longest: int) -> Callable[[str], str]:
    def take(cell: str) -> str:
        if len(cell) > longest or not cell.isprintable():
            raise CellError(f"At most {longest} characters, on one line.")
        return cell

    return take


def _birth_date(cell: str) -> date:
    return _whole(cell, " Use the column birth_year where only that is known.")


def _whole(cell: str, else_do: str = "") -> date:
    found = cells.partial_date(cell)
    if found.precision != "day":
        raise CellError(f"{cell!r} is not a whole date.{else_do}")
    return found.on


def _email(cell: str) -> str:
    try:
        return same.email_address(cell)
    except NoAddressError as error:
        raise CellError(str(error)) from None


COLUMNS: Mapping[str, Callable[[str], Any]] = {
    "code": _text(64),
    "site": _text(64),
    "enrolled_on": _whole,
    "birth_date": _birth_date,
    "birth_year": cells.year,
    "sex": lambda cell: cells.one_of(cell, SEXES),
    "side": lambda cell: cells.one_of(cell, SIDES),
    "cause": lambda cell: cells.one_of(cell, CAUSES),
    "begin": lambda cell: cells.one_of(cell, BEGINNINGS),
    "onset_on": cells.partial_date,
    "treatments": treatments,
    "name": _text(200),
    "hospital_number": _text(64),
    "email": _email,
    "telephone": _text(64),
    "locale": cells.locale,
}
OF_CONTACT = ("name", "hospital_number", "email", "telephone", "locale")


@dataclass(frozen=True)
class EnrolmentList:
    """Patients who can be enrolled, and by row those who may be enrolled already; a person decides."""

    patients: tuple[NewPatient, ...]
    warnings: tuple[Fault, ...]


def read(session: Session, study: Study, text: str, *, site: str | None, today: date) -> EnrolmentList:
    """The patients of the list `text` (`surveys.exchange.sheets.cut` says how), checked against `study`.

    `site` is the site of all of them; None means that each row names its site. It stores no patient.

    Raises:
        FileRefused: with every fault, by row and column.
    """
    rows = cut.rows(text)
    header = rows[0][1] if rows else []
    while header and not header[-1]:
        header.pop()
    _check_header(header)
    faults: list[Fault] = []
    found: list[tuple[int, NewPatient]] = []
    for number, record in rows[1:]:
        # Spreadsheets save empty columns beside the list too.
        if len(record) < len(header) or any(record[len(header) :]):
            problem = f"This row has {len(record)} cells, but the header has {len(header)}."
            faults.append(Fault(problem, number))
            continue
        new = _patient(number, dict(zip(header, record, strict=False)), site, today, faults)
        if new is not None:
            faults += [
                Fault(str(refusal), number, refusal.field)
                for refusal in patients.refusals(new, study.lowest_age)
            ]
            found.append((number, new))
    if len(found) > MOST_ROWS:
        faults.append(Fault(f"At most {MOST_ROWS} patients at once; this list has {len(found)}."))
    faults += _taken(session, study, found)
    if not found and not faults:
        faults.append(Fault("The list has no row below its header."))
    if faults:
        raise FileRefused(faults)
    return EnrolmentList(tuple(new for _, new in found), tuple(_warnings(session, found)))


def fits(rows: list[Row]) -> bool:
    """Whether a sheet with these rows can be a list of patients: its header has several of our columns."""
    return bool(rows) and len(set(COLUMNS).intersection(rows[0][1])) > 1


def _check_header(header: list[str]) -> None:
    faults = []
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            faults.append(Fault("This column stands twice.", 1, name or "without a name"))
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            mend = f"Is it {near[0]}?" if near else f"The columns are: {', '.join(COLUMNS)}."
            faults.append(Fault(f"This column is not known. {mend}", 1, name or "without a name"))
    faults += [Fault("This column is missing.", 1, name) for name in REQUIRED if name not in header]
    if not {"birth_date", "birth_year"} & set(header):
        faults.append(Fault("The study has a lowest age: add the column birth_date or birth_year.", 1))
    if faults:
        raise FileRefused(faults)


def _patient(
    number: int, record: Mapping[str, str], site: str | None, today: date, faults: list[Fault]
) -> NewPatient | None:
    """The row's patient; None where a cell is at fault, which is added to `faults`."""
    before = len(faults)
    values: dict[str, Any] = {}
    for name, take in COLUMNS.items():
        cell = record.get(name, "")
        if not cell:
            continue
        try:
            values[name] = take(cell)
        except CellError as error:
            faults.append(Fault(str(error), number, name))
    if not record["code"]:
        faults.append(Fault("This cell must not be empty.", number, "code"))
    born_on: date | None = values.get("birth_date")
    year = values.get("birth_year")
    if born_on and year and born_on.year != year:
        faults.append(Fault("This is not the year of the birth date.", number, "birth_year"))
    if not record.get("birth_date") and not record.get("birth_year"):
        faults.append(Fault("The study has a lowest age: enter the birth.", number, "birth_year"))
    if site is not None and not same.alike(values.get("site", site), site):
        faults.append(Fault(f"You enrol at {site} only.", number, "site"))
    if values.get("enrolled_on", today) > today:
        faults.append(Fault("This day lies ahead.", number, "enrolled_on"))
    if any(one.started and one.started.on > today for one in values.get("treatments", ())):
        faults.append(
            Fault("A start lies ahead. Only what has begun is recorded here.", number, "treatments")
        )
    if len(faults) > before:
        return None
    contact = NewContact(born_on=born_on, **{name: values[name] for name in OF_CONTACT if name in values})
    return NewPatient(
        code=values["code"],
        enrolled_on=values.get("enrolled_on", today),
        birth_year=year or (born_on.year if born_on else None),
        sex=values.get("sex", "unknown"),
        site=site or values.get("site"),
        side=values.get("side", "unknown"),
        cause=values.get("cause", "unknown"),
        begin=values.get("begin"),
        onset=values.get("onset_on"),
        treatments=values.get("treatments", ()),
        contact=None if contact == NewContact() else contact,
    )


def _taken(session: Session, study: Study, found: list[tuple[int, NewPatient]]) -> list[Fault]:
    """Study codes that stand twice in the list or are taken in the study, in any spelling."""
    first: dict[str, int] = {}
    faults = []
    for number, new in found:
        code = same.folded(new.code)
        if code in first:
            faults.append(Fault(f"This study code stands in row {first[code]} too.", number, "code"))
        first.setdefault(code, number)
    folded = Patient.code_folded
    stored = select(folded).where(Patient.study_id == study.id, folded.in_(first)).distinct()
    return faults + [
        Fault("This study code is taken.", first[code], "code")
        for code in session.scalars(stored, execution_options=ALL_ROWS)
    ]


def _warnings(session: Session, found: list[tuple[int, NewPatient]]) -> list[Fault]:
    """Patients who may be enrolled already, or stand twice in the list; without telling their codes."""
    warnings = []
    seen: dict[str, int] = {}
    for number, new in found:
        contact = new.contact
        if contact is None:
            continue
        if contacts.matches(session, contact):
            text = "Somebody with this hospital number, or this name and birth date, is enrolled already."
            warnings.append(Fault(text, number))
        keys = [f"number {same.folded(contact.hospital_number)}"] if contact.hospital_number else []
        if contact.name and contact.born_on:
            keys.append(f"person {same.folded(contact.name)} {contact.born_on}")
        for key in keys:
            if key in seen:
                warnings.append(Fault(f"This may be the person of row {seen[key]}.", number))
            seen.setdefault(key, number)
    return warnings
