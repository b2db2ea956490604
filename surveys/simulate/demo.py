"""The demonstration study: a registry with simulated patients, some of them in the middle of a visit."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from surveys.instruments.facts import asks_of
from surveys.instruments.library import Library
from surveys.mail.channels import NOT_AT_ALL
from surveys.models import Draft, Patient, Response, Study, Visit
from surveys.schedule import is_open, preset
from surveys.simulate.answers import answer
from surveys.simulate.people import draw
from surveys.simulate.study import new_patient, simulate
from surveys.store.errors import Refused
from surveys.store.patient import clinic, patients
from surveys.store.patient.patients import NewContact
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import answering, links, opening
from surveys.store.visit.seals import Seals
from surveys.store.words.wordings import Texts

CODE = "demo"
PATIENTS = 300
VISITS = 5
SEED = 7
NEWCOMERS, OF_THEM_BEGUN = 10, 4

WHO_READS = (
    "This is a demonstration with simulated patients: nobody reads these answers. "
    "In a real study this says who reads them, and when."
)
CRISIS_TEXT = (
    "Thank you for telling us. If you might act on such thoughts or do not feel safe, call your local "
    "emergency number (112 in Europe, 911 in North America) now. To talk to someone: your doctor, or a "
    "crisis line in your country. Nobody reads the answers of this demonstration. You may go on or stop "
    "here; your answers are kept."
)


def find(session: Session) -> Study | None:
    """The demonstration study with its timepoints, if there is one.

    Raises:
        Refused: a study of real people has its code.
    """
    query = select(Study).where(Study.code == CODE).options(selectinload(Study.timepoints))
    found = session.scalar(query)
    if found is not None and not found.simulated:
        raise Refused(f"The study {CODE} here is a real one: no demonstration can be made beside it.")
    return found


def create(session: Session, library: Library, seals: Seals, *, at: datetime, actor: str) -> Study:
    """Make the study, activate it and fill it."""
    import numpy as np

    new = NewStudy(
        code=CODE,
        title="Facial palsy registry (demonstration)",
        contact="In a real study: the coordinator's telephone number and e-mail address.",
        who_reads={"en": WHO_READS},
        crisis_texts={"en": CRISIS_TEXT},
        simulated=True,
    )
    study = studies.create(session, new, preset("registry"), library, at=at, actor=actor)
    studies.activate(session, study, library, at=at, actor=actor)
    today = studies.today(study, at)
    simulate(
        lambda: nullcontext(session),
        study,
        library,
        patients=PATIENTS,
        visits=VISITS,
        seed=SEED,
        today=today,
        at=at,
        actor=actor,
        contact=_contact,
    )
    rng = np.random.default_rng(SEED)
    expected = []
    for number in range(NEWCOMERS):
        on = today - timedelta(days=number % 4)
        visit = _newcomer(session, study, library, on, seed=SEED + number, at=at, actor=actor)
        expected.append(visit.patient_id)
        if number < OF_THEM_BEGUN:
            _begin(session, visit, library, seals, int(rng.integers(2, 12)), at=at, actor=actor)
    clinic.expect(session, expected, on=today, at=at, actor=actor)
    return study


def open_visit(session: Session, study: Study, library: Library, *, at: datetime, actor: str) -> Visit:
    """A first visit with all questionnaires of the plan, open and not begun; its patient is expected today.

    If none is left, a simulated patient is added.
    """
    today = studies.today(study, at)
    first = study.timepoints[0]
    query = (
        select(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            Patient.study_id == study.id,
            Patient.status == "active",
            Visit.timepoint_id == first.id,
            Visit.withdrawn_at.is_(None),
            is_open(Visit, today),
            ~exists().where(Draft.visit_id == Visit.id),
            ~exists().where(Response.visit_id == Visit.id),
        )
        .order_by(Visit.id.desc())
    )
    # A palsy of less than 90 days has no synkinesis, so its visit asks fewer questionnaires.
    whole = (visit for visit in session.scalars(query) if set(visit.battery) == set(first.battery))
    found = next(whole, None)
    if found is None:
        seed = int(at.timestamp())
        found = _newcomer(session, study, library, today, seed=seed, acute=False, at=at, actor=actor)
    clinic.expect(session, [found.patient_id], on=today, at=at, actor=actor)
    return found


def _newcomer(
    session: Session,
    study: Study,
    library: Library,
    on: date,
    *,
    seed: int,
    acute: bool = True,
    at: datetime,
    actor: str,
) -> Visit:
    """The first visit of a patient enrolled on that day, with a new palsy only if `acute`."""
    import numpy as np

    rng = np.random.default_rng(seed)
    person = draw(rng, on, study.lowest_age, on)
    while person.acute and not acute:
        person = draw(rng, on, study.lowest_age, on)
    last = session.scalar(
        select(Patient.code)
        .where(Patient.study_id == study.id, Patient.code.regexp_match("^S[0-9]{5}$"))
        .order_by(Patient.code.desc())
        .limit(1)
    )
    code = f"S{int((last or 'S0')[1:]) + 1:05}"
    new = replace(new_patient(code, person), contact=_contact(code))
    patient = patients.enrol(session, study, study.timepoints, new, library, at=at, actor=actor)
    query = select(Visit).where(Visit.patient_id == patient.id, Visit.timepoint_id == study.timepoints[0].id)
    return session.scalars(query).one()


def _contact(code: str) -> NewContact:
    """Somebody whom no message is sent: nobody would read it."""
    number = code[1:]
    return NewContact(
        hospital_number=f"SIM-{number}", name=f"Simulated person {int(number)}", channel=NOT_AT_ALL
    )


def _begin(
    session: Session,
    visit: Visit,
    library: Library,
    seals: Seals,
    items: int,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Answer the first `items` items of `visit` by its link, and leave it there."""
    import numpy as np

    link_id = links.find(session, links.issue(session, visit, at=at, actor=actor))
    if link_id is None:
        raise LookupError("the link just issued is not there")
    rng = np.random.default_rng(items)
    person = draw(rng, visit.due_on, 18, visit.due_on)
    instrument = library.get(visit.battery[0])
    given = answer(rng, instrument, asks_of(instrument, library), person, visit.due_on).answers
    texts = Texts(library)
    for item in instrument.asked()[:items]:
        opened = opening.load(session, link_id, texts, device="demo", at=at, lock=True)
        value = given.get(item.key)
        answering.save_answer(session, opened, instrument, item.key, value, locale="en", at=at, seals=seals)
