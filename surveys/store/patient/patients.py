"""Enrolling patients, with palsy, treatments and contact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from analysis.data.onset import CAUSES_FROM_BIRTH
from analysis.words import words as _
from surveys import same
from surveys.instruments.library import Library
from surveys.models import (
    ALL_ROWS,
    Contact,
    Grading,
    Import,
    Palsy,
    Patient,
    Study,
    Timepoint,
    Treatment,
)
from surveys.models.patient import before_birth, begins_too_late
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import GivenElsewhere
from surveys.store.visit import planning
from surveys.typed import formula_fault

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


@dataclass(frozen=True)
class PartialDate:
    """A date known by day, month or year; `on` is the first day of the period."""

    on: date
    precision: str

    @property
    def last(self) -> date:
        """The last day that the period holds."""
        if self.precision == "day":
            return self.on
        if self.precision == "year":
            return date(self.on.year, 12, 31)
        following = date(self.on.year + self.on.month // 12, self.on.month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)


@dataclass(frozen=True)
class NewTreatment:
    """One treatment to record; `started` is None where the start is not known."""

    kind: str
    started: PartialDate | None = None
    state: str = "given"
    ended_on: date | None = None
    product: str | None = None
    dose: float | None = None
    unit: str | None = None
    sessions: int | None = None
    side: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class NewContact:
    """The person behind the code; `channel` is how messages reach them, None for e-mail if there is one."""

    hospital_number: str | None = None
    name: str = ""
    born_on: date | None = None
    email: str | None = None
    telephone: str | None = None
    locale: str | None = None
    channel: str | None = None
    address: str | None = None
    timezone: str | None = None
    mobile: str | None = None


@dataclass(frozen=True)
class NewPatient:
    """The facts of an enrolment. `contact_id` is a known person's, in place of a new contact."""

    code: str
    enrolled_on: date
    birth_year: int | None = None
    sex: str = "unknown"
    site: str | None = None
    side: str = "unknown"
    cause: str = "unknown"
    begin: str | None = None
    onset: PartialDate | None = None
    treatments: tuple[NewTreatment, ...] = ()
    contact: NewContact | None = None
    contact_id: int | None = None
    gradings: tuple[tuple[str, int, date], ...] = field(default=())
    status: str = "active"
    status_since: date | None = None
    status_reason: str | None = None
    consent: GivenElsewhere | None = None


def refusals(new: NewPatient, lowest_age: int) -> list[Refused]:
    """Why `new` cannot be enrolled, as far as its own facts tell. Pure."""
    found = []
    if not CODE.fullmatch(new.code):
        found.append(
            Refused(
                _(
                    "%(code)s cannot be a study code: use letters, digits and . _ / -, no spaces.",
                    code=repr(new.code),
                ),
                "code",
            )
        )
    if (
        new.birth_year is not None
        and not new.enrolled_on.year - 120 <= new.birth_year <= new.enrolled_on.year
    ):
        found.append(
            Refused(
                _("%(birth_year)s is not a possible year of birth.", birth_year=new.birth_year), "birth_year"
            )
        )
    elif (age := age_at(new, new.enrolled_on)) is not None and age < lowest_age:
        found.append(
            Refused(
                _(
                    "This person is %(age)s years old; the study takes people from %(lowest_age)s years "
                    "on. Nobody was enrolled.",
                    age=age,
                    lowest_age=lowest_age,
                ),
                "birth_year",
            )
        )
    if fault := formula_fault(new.site or "", _("A site")):
        found.append(Refused(fault, "site"))
    if new.onset and begins_too_late(new.onset.on, new.cause, new.enrolled_on):
        found.append(after_enrolment(new.onset.on, new.enrolled_on))
    if new.onset and before_birth(new.birth_year, new.onset.on):
        found.append(
            Refused(_("The onset (%(year)s) lies before the birth.", year=new.onset.on.year), "onset")
        )
    if new.consent and before_birth(new.birth_year, new.consent.signed_on):
        found.append(Refused(_("The consent lies before the birth."), "consent_on"))
    for treatment in new.treatments:
        if treatment.ended_on and treatment.started and treatment.ended_on < treatment.started.on:
            found.append(Refused(_("The %(kind)s ends before it starts.", kind=treatment.kind), "treatments"))
        if treatment.started and before_birth(new.birth_year, treatment.started.on):
            found.append(
                Refused(_("The %(kind)s starts before the birth.", kind=treatment.kind), "treatments")
            )
    return found


def after_enrolment(onset_on: date, enrolled_on: date) -> Refused:
    """That the palsy that is followed cannot begin after the enrolment."""
    return Refused(
        _(
            "The onset (%(on)s) lies after the enrolment (%(enrolled_on)s). Correct one of them; "
            "an onset yet to come is only possible with a tumour or an operation as the cause.",
            on=onset_on,
            enrolled_on=enrolled_on,
        ),
        "onset",
    )


def age_at(new: NewPatient, on: date) -> int | None:
    """Whole years on `on`: exact by birth date, otherwise by calendar year; None if both are unknown."""
    born_on = new.contact.born_on if new.contact else None
    if born_on:
        return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return None if new.birth_year is None else on.year - new.birth_year


def enrol(
    session: Session,
    study: Study,
    timepoints: Sequence[Timepoint],
    new: NewPatient,
    library: Library,
    *,
    at: datetime,
    actor: str,
    plan: bool = True,
) -> Patient:
    """Enrol one patient with palsy, treatments, contact and (where `plan`) the visits that lie ahead.

    Raises:
        Refused: the study is closed, the code is taken, or one of `refusals`.
    """
    return enrol_all(session, study, timepoints, [new], library, at=at, actor=actor, plan=plan)[0]


def enrol_all(
    session: Session,
    study: Study,
    timepoints: Sequence[Timepoint],
    found: Sequence[NewPatient],
    library: Library,
    *,
    at: datetime,
    actor: str,
    plan: bool = True,
) -> list[Patient]:
    """Enrol all of them as `enrol` does, but in few statements: other writers wait meanwhile.

    Raises:
        Refused: as for `enrol`, for the first patient with a fault.
    """
    if study.status == "closed":
        raise Refused(_("Study %(code)s is closed: nobody can be enrolled any more.", code=study.code))
    for new in found:
        for refusal in refusals(new, study.lowest_age):
            raise refusal
    if said := taken(session, study, found):
        raise Refused(said, "code")
    ids = add(session, study, found, at=at, actor=actor)
    people = session.scalars(select(Patient).where(Patient.id.in_(ids)).options(joinedload(Patient.contact)))
    by_id = {person.id: person for person in people}
    patients = [by_id[one] for one in ids]
    if plan:
        planning.plan_visits(session, patients, timepoints, library)
    return patients


def taken(session: Session, study: Study, found: Sequence[NewPatient]) -> str | None:
    """Why a code cannot be given: somebody has one that reads the same, perhaps in an import under way."""
    if not found:
        return None
    alike = Patient.code_folded.in_({same.folded(new.code) for new in found})
    query = (
        select(Patient.code, Import.id.is_not(None) & ~Import.seen)
        .outerjoin(Import, Import.id == Patient.import_id)
        .where(Patient.study_id == study.id, alike)
        .limit(1)
    )
    for code, unseen in session.execute(query, execution_options=ALL_ROWS):
        by = _(" by an import that is not finished") if unseen else ""
        return _("The study code %(code)s is taken%(by)s. Choose another.", code=code, by=by)
    return None


def add(
    session: Session,
    study: Study,
    patients: Sequence[NewPatient],
    *,
    at: datetime,
    actor: str,
    import_id: int | None = None,
) -> list[int]:
    """Store `patients`, which the caller has checked, in few statements; returns their ids, in order.

    A site is spelt as the study has it already.
    """
    sites = _sites(session, study.id) if any(new.site for new in patients) else {}
    contacts = _add_contacts(session, patients)
    ids = audit.insert_bound(
        session,
        Patient,
        [
            {
                "study_id": study.id,
                "contact_id": contact_id,
                "code": new.code,
                "site": new.site and sites.setdefault(same.folded(new.site), new.site),
                "birth_year": new.birth_year,
                "sex": new.sex,
                "enrolled_on": new.enrolled_on,
                "status": new.status,
                "status_since": new.status_since or new.enrolled_on,
                "status_reason": new.status_reason,
                "import_id": import_id,
            }
            for contact_id, new in zip(contacts, patients, strict=True)
        ],
    )
    palsies = audit.insert_bound(
        session, Palsy, [_palsy(patient, new) for patient, new in zip(ids, patients, strict=True)]
    )
    people = list(zip(ids, palsies, patients, strict=True))
    audit.insert_bound(
        session,
        Treatment,
        [
            {**treatment_row(patient, palsy, one), "import_id": import_id}
            for patient, palsy, new in people
            for one in new.treatments
        ],
    )
    audit.insert_bound(
        session,
        Grading,
        [
            {
                "patient_id": patient,
                "palsy_id": palsy,
                "scale": scale,
                "value": value,
                "graded_on": on,
                "import_id": import_id,
            }
            for patient, palsy, new in people
            for scale, value, on in new.gradings
        ],
    )
    for patient, __, new in people:
        audit.record(session, _enrolled(study, patient, new, at, actor))
    given = [(patient, new.consent) for patient, __, new in people if new.consent]
    consents.record_elsewhere(session, given, at=at, actor=actor)
    return ids


def _add_contacts(session: Session, patients: Sequence[NewPatient]) -> list[int | None]:
    """The contact's id of each patient: a known person's, a new one's, or None."""
    ids = [new.contact_id for new in patients]
    new_ones = [
        (number, new.contact) for number, new in enumerate(patients) if new.contact and ids[number] is None
    ]
    added = audit.insert_bound(session, Contact, [asdict(contact) for __, contact in new_ones])
    for (number, __), row_id in zip(new_ones, added, strict=True):
        ids[number] = row_id
    return ids


def spelt(session: Session, study_id: int, site: str) -> str:
    """The site as the study spells it already, or as it is given."""
    return _sites(session, study_id).get(same.folded(site), site)


def _sites(session: Session, study_id: int) -> dict[str, str]:
    """The sites of a study, each as it was spelt first."""
    spelt = (
        select(Patient.site)
        .where(Patient.study_id == study_id, Patient.site.is_not(None))
        .group_by(Patient.site)
        .order_by(func.min(Patient.id).desc())
    )
    return {same.folded(site): site for site in session.scalars(spelt) if site}


def _palsy(patient_id: int, new: NewPatient) -> dict[str, Any]:
    begin = new.begin or ("from_birth" if new.cause in CAUSES_FROM_BIRTH else "unknown")
    return {
        "patient_id": patient_id,
        "number": 1,
        "is_index": True,
        "side": new.side,
        "cause": new.cause,
        "begin": begin,
        "onset_on": new.onset.on if new.onset else None,
        "onset_precision": new.onset.precision if new.onset else None,
    }


def treatment_row(patient_id: int, palsy_id: int | None, new: NewTreatment) -> dict[str, Any]:
    """The columns of a treatment of that palsy."""
    facts = {one.name: getattr(new, one.name) for one in fields(new) if one.name != "started"}
    return {
        "patient_id": patient_id,
        "palsy_id": palsy_id,
        "started_on": new.started.on if new.started else None,
        "started_precision": new.started.precision if new.started else None,
        **facts,
    }


def _enrolled(study: Study, patient_id: int, new: NewPatient, at: datetime, actor: str) -> audit.Entry:
    facts: dict[str, Any] = {
        "study": study.code,
        "patient": new.code,
        "cause": new.cause,
        "treatments": len(new.treatments),
    }
    if new.contact_id is not None:
        facts["known_person"] = True
    identity = asdict(new.contact) if new.contact and new.contact_id is None else {}
    return audit.Entry(
        at,
        actor,
        "patient.enrolled",
        patient_id,
        facts,
        values=tuple(
            audit.Value(name, None, str(value)) for name, value in identity.items() if value not in (None, "")
        ),
    )
