"""A list of patients to enrol, read and checked row by row before any patient is enrolled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.exchange import enrolment_columns as columns
from surveys.exchange import enrolment_doubts
from surveys.exchange.cells import CellError
from surveys.exchange.enrolment_columns import BIRTH, COLUMNS, Header
from surveys.exchange.faults import Fault, FileRefused, uneven
from surveys.exchange.sheets import cut, days
from surveys.exchange.sheets.cut import Row
from surveys.exchange.sheets.days import Order, OrderAskedError
from surveys.mobile_numbers import NoMobileError, mobile_number
from surveys.models import ALL_ROWS, Patient, Study
from surveys.store.patient import codes, patients
from surveys.store.patient.consents import GivenElsewhere
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.post import facts

MOST_ROWS = 2000
OF_CONTACT = ("hospital_number", "email", "telephone", "mobile", "locale")
# What the store calls otherwise than the list does.
_OF_STORE = {"onset": "onset_on"}

Found = list[tuple[int, NewPatient]]


@dataclass(frozen=True)
class EnrolmentList:
    """Patients who can be enrolled, with their `rows`, and the doubts about cells; a person decides.

    `text` is the list again, with the codes that the program gave (`given`). `order` is that of its dates
    such as 25/03/2026, where it has any or it was told; `left_out` are the columns that were not read.
    """

    patients: tuple[NewPatient, ...]
    rows: tuple[int, ...]
    warnings: tuple[Fault, ...]
    text: str
    given: frozenset[str]
    order: Order | None
    left_out: tuple[str, ...]

    @property
    def listed(self) -> Iterator[tuple[int, NewPatient]]:
        """Each patient with the row."""
        return zip(self.rows, self.patients, strict=True)

    def doubts(self, row: int, column: str) -> list[str]:
        """The doubts about one cell."""
        return self._doubts.get((row, column), [])

    @cached_property
    def _doubts(self) -> dict[tuple[int | None, str | None], list[str]]:
        found: dict[tuple[int | None, str | None], list[str]] = {}
        for doubt in self.warnings:
            found.setdefault((doubt.row, doubt.column), []).append(doubt.problem)
        return found


class ListRefusedError(FileRefused):
    """A list with faults; some of them go away by an answer: the order of dates, columns to leave out."""

    def __init__(self, faults: Sequence[Fault], unknown: tuple[str, ...], *, order_asked: bool) -> None:
        super().__init__(faults)
        self.unknown = unknown
        self.order_asked = order_asked


def read(
    session: Session,
    study: Study,
    text: str,
    *,
    site: str | None,
    today: date,
    order: Order | None = None,
    pass_over: bool = False,
    consent: GivenElsewhere | None = None,
) -> EnrolmentList:
    """The patients of the list `text` (`surveys.exchange.sheets.cut` says how), checked against `study`.

    `site` is the site of all of them; None means that each row names its site. `order` is that of dates such
    as 03/04/2026, where no other date of the list tells; `pass_over` leaves out columns that are not known.
    `consent` is that of each patient whose row tells none. It stores no patient.

    Raises:
        ListRefusedError: with every fault, by row and column.
    """
    rows = cut.rows(text)
    place, header, faults = columns.header(rows)
    if pass_over:
        faults = [fault for fault in faults if fault.column not in header.unknown]
    body = rows[place + 1 :]
    records = [
        (number, header.record(cells)) for number, cells in body if _whole(number, cells, header, faults)
    ]
    order = days.order_of(start for __, record in records for start in columns.starts(record)) or order
    region = facts.settings_in(session, study.id).region
    reading = _Reading(header, site, today, order, consent, region, faults)
    found = [(number, new) for number, record in records if (new := reading.patient(number, record))]
    found, given = _given_codes(session, study, found)
    for number, new in found:
        refused = patients.refusals(new, study.lowest_age)
        faults += [Fault(str(one), number, _OF_STORE.get(str(one.field), one.field)) for one in refused]
    if len(found) > MOST_ROWS:
        faults.append(
            Fault(
                _(
                    "At most %(most_rows)s patients at once; this list has %(number)s.",
                    most_rows=MOST_ROWS,
                    number=len(found),
                )
            )
        )
    faults += _taken(session, study, found)
    doubts, already = enrolment_doubts.of(session, study, found, given)
    faults += already
    if not body and not faults:
        faults.append(Fault(_("The list has no row below its header.")))
    if faults:
        named = [replace(fault, column=header.shown(fault.column)) for fault in faults]
        raise ListRefusedError(named, () if pass_over else header.unknown, order_asked=reading.order_asked)
    return EnrolmentList(
        patients=tuple(new for __, new in found),
        rows=tuple(number for number, __ in found),
        warnings=(*reading.doubts, *doubts),
        text=cut.text_of(_with_codes(rows, place, header, found)) if given else text,
        given=given,
        order=order,
        left_out=header.unknown,
    )


def _whole(number: int, cells: Sequence[str], header: Header, faults: list[Fault]) -> bool:
    """Whether the row has a cell for each column. Spreadsheets save empty columns beside the list too."""
    whole = len(cells) >= header.width and not any(cells[header.width :])
    if not whole:
        faults.append(Fault(uneven(len(cells), header.width), number))
    return whole


class _Reading:
    """The reading of every row: faults are added to `faults`, and `order_asked` is what would mend some.

    `region` is the country of mobile numbers that name none; `doubts` are those about mobile numbers.
    """

    def __init__(
        self,
        header: Header,
        site: str | None,
        today: date,
        order: Order | None,
        consent: GivenElsewhere | None,
        region: str | None,
        faults: list[Fault],
    ) -> None:
        self.order_asked = False
        self.doubts: list[Fault] = []
        self._mobile_asked = False
        self._region = region
        self._header = header
        self._site = site
        self._today = today
        self._order = order
        self._consent = consent
        self._faults = faults

    def patient(self, number: int, record: Mapping[str, str]) -> NewPatient | None:
        """The row's patient, without a code where the list has none; None where a cell is at fault."""
        before = len(self._faults)
        values = self._values(number, record)
        if not any(record.get(name) for name in ("code", "hospital_number")) and not _named(values):
            said = _("Without a study code a patient needs a hospital number, or a name and birth date.")
            self._fault(
                _("%(said)s Else the same list could enrol the same people twice.", said=said), number, "code"
            )
        born_on: date | None = values.get("birth_date")
        year = values.get("birth_year")
        if born_on and year and born_on.year != year:
            self._fault(_("This is not the year of the birth date."), number, "birth_year")
        birth = [name for name in reversed(BIRTH) if name in record]
        if birth and not any(record[name] for name in birth):
            self._fault(_("The study has a lowest age: enter the birth."), number, birth[0])
        if self._site is not None and not same.alike(values.get("site", self._site), self._site):
            self._fault(_("You enrol at %(site)s only.", site=self._site), number, "site")
        if values.get("enrolled_on", self._today) > self._today:
            self._fault(_("This day lies ahead."), number, "enrolled_on")
        if any(one.started and one.started.on > self._today for one in values.get("treatments", ())):
            said = _("A start lies ahead. Only what has begun is recorded here.")
            self._fault(said, number, "treatments")
        consent = self._consent_of(number, values)
        values |= self._numbers(number, values)
        if len(self._faults) > before:
            return None
        named = {"name": name} if (name := columns.name_of(values)) else {}
        contact = NewContact(
            born_on=born_on, **named, **{one: values[one] for one in OF_CONTACT if one in values}
        )
        return NewPatient(
            code=values.get("code", ""),
            enrolled_on=values.get("enrolled_on", self._today),
            birth_year=year or (born_on.year if born_on else None),
            sex=values.get("sex", "unknown"),
            site=self._site or values.get("site"),
            side=values.get("side", "unknown"),
            cause=values.get("cause", "unknown"),
            begin=values.get("begin"),
            onset=values.get("onset_on"),
            treatments=values.get("treatments", ()),
            contact=None if contact == NewContact() else contact,
            consent=consent,
        )

    def _numbers(self, number: int, values: Mapping[str, Any]) -> dict[str, str | None]:
        """The mobile number, which is called too where there is no other; a telephone's stays that."""
        cell, telephone = values.get("mobile"), values.get("telephone")
        if cell is None:
            return {}
        try:
            mobile = mobile_number(cell, self._region)
        except NoMobileError as error:
            if telephone is not None:
                self._fault(str(error), number, "mobile", cell)
            elif self._region is not None or cell.startswith("+"):
                kept = _("%(why)s It is kept as the telephone number.", why=str(error))
                self.doubts.append(Fault(kept, number, "mobile"))
            return {"telephone": telephone or cell, "mobile": None}
        called = same.folded(self._header.names["mobile"])
        if not called.startswith("mob") and not self._mobile_asked:
            self._mobile_asked = True
            said = _(
                "The column is read as mobile numbers, to which text messages go where patients agree. Is it "
                "not? Call it telephone."
            )
            self.doubts.append(Fault(said, number, "mobile"))
        return {"telephone": telephone or cell, "mobile": mobile}

    def _consent_of(self, number: int, values: Mapping[str, Any]) -> GivenElsewhere | None:
        """What the row tells of a consent, completed by what was said of the whole list."""
        told = self._consent
        on = values.get("consent_on", told.signed_on if told else None)
        kept_in = values.get("consent_reference", told.reference if told else None)
        if on is None and kept_in is None:
            return None
        if on is None or kept_in is None:
            column, missing = ("consent_reference", _("its place")) if on else ("consent_on", _("its day"))
            self._fault(
                _("A consent that was given elsewhere needs %(missing)s too.", missing=missing),
                number,
                column,
            )
            return None
        if on > self._today:
            self._fault(_("This day lies ahead."), number, "consent_on")
        return GivenElsewhere(kept_in, on)

    def _values(self, number: int, record: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, take in COLUMNS.items():
            cell = record.get(name, "")
            if not cell:
                continue
            try:
                values[name] = take(cell, self._order)
            except CellError as error:
                self.order_asked |= isinstance(error, OrderAskedError)
                self._fault(str(error), number, name, cell)
        return values

    def _fault(self, problem: str, row: int, column: str, read: str | None = None) -> None:
        self._faults.append(Fault(problem, row, column, read))


def _named(values: Mapping[str, Any]) -> bool:
    return bool(columns.name_of(values) and values.get("birth_date"))


def _given_codes(session: Session, study: Study, found: Found) -> tuple[Found, frozenset[str]]:
    """The patients, each with a code, and the codes that the program gave."""
    own = [new.code for __, new in found if new.code]
    given = codes.following(session, study, len(found) - len(own), own)
    free = iter(given)
    return [(row, new if new.code else replace(new, code=next(free))) for row, new in found], frozenset(given)


def _with_codes(rows: Sequence[Row], place: int, header: Header, found: Found) -> list[Row]:
    """The rows of the list with the codes of their patients."""
    at = header.places.get("code", header.width)
    code_of = {number: new.code for number, new in found}
    code_of[header.row] = header.names.get("code", "code")
    return [
        (number, [*cells[:at], code_of[number], *cells[at + 1 :]] if number in code_of else cells)
        for number, cells in rows
    ]


def _taken(session: Session, study: Study, found: Found) -> list[Fault]:
    """Study codes that stand twice in the list or are taken in the study, in any spelling."""
    first: dict[str, int] = {}
    faults = []
    for number, new in found:
        code = same.folded(new.code)
        if code in first:
            faults.append(
                Fault(_("This study code stands in row %(first)s too.", first=first[code]), number, "code")
            )
        first.setdefault(code, number)
    folded = Patient.code_folded
    stored = select(folded).where(Patient.study_id == study.id, folded.in_(first)).distinct()
    return faults + [
        Fault(_("This study code is taken."), first[code], "code")
        for code in session.scalars(stored, execution_options=ALL_ROWS)
    ]
