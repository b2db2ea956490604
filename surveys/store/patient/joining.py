"""People who join a study by themselves: who may, the proof of an address, and the patient who comes of it.

Nothing is stored of who may not join or does not agree. What waits for its proof is deleted after a day.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same, tokens
from surveys.instruments.library import Library
from surveys.mail.channels.text import PART
from surveys.mobile_numbers import regions
from surveys.models import (
    ConsentText,
    Contact,
    JoiningPage,
    JoiningRequest,
    Patient,
    SelfEnrolment,
    Study,
    Timepoint,
    Visit,
)
from surveys.schedule import is_over, not_yet_open
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import codes, consents, patients
from surveys.store.patient.patients import NewContact, NewPatient
from surveys.store.study.studies import today
from surveys.store.visit import short_codes

GOOD_FOR = timedelta(days=1)
MOST_OF_AN_ADDRESS = 3  # people in one study: a couple may share an address, a machine would take a hundred
TRIES = 5
DIGITS = 6
ACTOR = "patient"


@dataclass(frozen=True)
class Applicant:
    """Who agreed and named an address. `way` is how the address is proved: `email` or `text`."""

    way: str
    address: str
    birth_year: int
    locale: str
    parts: Sequence[str]
    device: str
    network: str
    seconds: int


class NotProvedError(Exception):
    """The link or code opens nothing: it is none of ours, too old, or its tries are used up."""


class NobodyNowError(Exception):
    """The study takes nobody at the moment."""


class EnoughError(Exception):
    """As many people as may have joined this study with the proved address."""


def choose(
    session: Session,
    study: Study,
    is_open: bool,
    information: Mapping[str, str],
    countries: Collection[str],
    *,
    at: datetime,
    actor: str,
) -> None:
    """Set whether people may join by themselves from now on, what the page says, and where they live.

    Raises:
        Refused: a country is none; or the page is to open without consent text or without its words in a
            language of the study.
    """
    for country in countries:
        if country not in regions():
            raise Refused(
                _("%(country)s is no country. Give two letters for each, such as DE, AT.", country=country),
                "countries",
            )
    lacking = [locale for locale in study.locales if not information.get(locale, "").strip()]
    if is_open and lacking:
        raise Refused(
            _("Write what the page says in: %(lacking)s.", lacking=", ".join(lacking)),
            f"information__{lacking[0]}",
        )
    if is_open and consents.newest(session, study.id, study.locales[0]) is None:
        raise Refused(_("The study has no consent text yet, and nobody joins without one."), "is_open")
    row = session.get(JoiningPage, study.id) or JoiningPage(study_id=study.id)
    row.is_open, row.information, row.countries = is_open, dict(information), sorted(countries)
    row.changed_by, row.changed_at = actor, at
    session.add(row)
    session.flush()
    facts = {"study": study.code, "open": is_open, "countries": sorted(countries)}
    audit.record(session, audit.Entry(at, actor, "joining.changed", facts=facts, study_id=study.id))


def find(session: Session, code: str) -> tuple[Study, JoiningPage] | None:
    """The active study with this code, if people may join it by themselves."""
    query = (
        select(Study, JoiningPage)
        .join(JoiningPage, JoiningPage.study_id == Study.id)
        .where(Study.code == code, Study.status == "active", JoiningPage.is_open)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def may_join(
    study: Study, page: JoiningPage, birth_year: int, palsy: bool, country: str | None, on: date
) -> bool:
    """Whether the study takes this person. Only the year is known: who may yet be too young is."""
    old_enough = on.year - birth_year > study.lowest_age or study.lowest_age == 0
    at_home = not page.countries or country in page.countries
    return palsy and old_enough and on.year - birth_year <= 120 and at_home


def ways(parts: Collection[str], texts_go: bool) -> tuple[str, ...]:
    """How an address may be proved: by e-mail, and by text message where that part was agreed to."""
    return ("email", "text") if texts_go and PART in parts else ("email",)


def ask(session: Session, study: Study, new: Applicant, *, secret: str, at: datetime) -> str:
    """Keep what waits for its proof; returns the token of the link, or the code of a text message.

    Whether the address is known is not looked at, so that no answer tells.
    """
    text = consents.newest(session, study.id, new.locale)
    assert text is not None  # noqa: S101 — a page opens with one, and none is ever taken away
    token = tokens.new() if new.way == "email" else f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = JoiningRequest(
        study_id=study.id,
        way=new.way,
        address=new.address,
        digest=secrets.token_hex(32),
        birth_year=new.birth_year,
        locale=new.locale,
        consent_text_id=text.id,
        parts=[part for part in consents.parts_of(text) if part in new.parts],
        device=keyed(new.device, secret),
        network=keyed(new.network, secret),
        seconds=new.seconds,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    row.digest = _digest(token, secret, None if new.way == "email" else row.id)
    session.flush()
    return token


def request_of(session: Session, address: str, study: Study) -> int | None:
    """The newest request of this address that waits for a code."""
    query = select(func.max(JoiningRequest.id)).where(
        JoiningRequest.study_id == study.id, JoiningRequest.address == address, JoiningRequest.way == "text"
    )
    return session.scalar(query)


def by_link(session: Session, token: str, *, secret: str, at: datetime, lock: bool) -> JoiningRequest:
    """The request that the link proves; `lock` for whoever is going to join.

    Raises:
        NotProvedError: there is none, or it is too old.
    """
    digests = [_digest(one, secret, None) for one in tokens.readings(token)]
    query = select(JoiningRequest).where(JoiningRequest.digest.in_(digests))
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None or at - row.asked_at > GOOD_FOR:
        raise NotProvedError
    return row


def by_code(session: Session, request_id: int, typed: str, *, secret: str, at: datetime) -> JoiningRequest:
    """The request that the code proves, locked. The caller commits, whatever comes of it.

    Raises:
        NotProvedError: it is another code, or its tries are used up.
    """
    query = select(JoiningRequest).where(JoiningRequest.id == request_id, JoiningRequest.way == "text")
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None or row.failures >= TRIES or at - row.asked_at > GOOD_FOR:
        raise NotProvedError
    if not hmac.compare_digest(row.digest, _digest(short_codes.signs_of(typed), secret, row.id)):
        row.failures += 1
        session.flush()
        raise NotProvedError
    return row


def join(session: Session, row: JoiningRequest, library: Library, *, at: datetime) -> Visit | None:
    """Make a patient of a proved request, once; returns the first visit that is open, if one is.

    Raises:
        NobodyNowError: the study is closed meanwhile.
        EnoughError: as many as may have joined with this address.
    """
    study = session.scalars(
        select(Study).where(Study.id == row.study_id).with_for_update(key_share=True)
    ).one()
    if row.visit_id is not None or row.joined_at is not None:
        return session.get(Visit, row.visit_id) if row.visit_id is not None else None
    if study.status != "active":
        raise NobodyNowError
    if _of_address(session, row) >= MOST_OF_AN_ADDRESS:
        raise EnoughError
    on = today(study, at)
    contact = NewContact(
        email=row.address if row.way == "email" else None,
        mobile=row.address if row.way == "text" else None,
        channel="text" if row.way == "text" else None,
        locale=row.locale,
    )
    [code] = codes.following(session, study, 1)
    new = NewPatient(code, on, birth_year=row.birth_year, contact=contact)
    of_plan = select(Timepoint).where(Timepoint.study_id == study.id).order_by(Timepoint.position)
    timepoints = session.scalars(of_plan).all()
    patient = patients.enrol(session, study, timepoints, new, library, at=at, actor=ACTOR)
    text = session.get_one(ConsentText, row.consent_text_id)
    consents.decide(
        session, patient.id, text, agreed=True, parts=row.parts, how="link", signed_on=on, at=at, actor=ACTOR
    )
    known = {name: getattr(row, name) for name in ("way", "seconds", "device", "network")}
    session.add(SelfEnrolment(patient_id=patient.id, joined_at=at, **known))
    session.flush()
    facts = {"study": study.code, "patient": code, "way": row.way}
    audit.record(session, audit.Entry(at, ACTOR, "patient.joined", patient.id, facts))
    is_open = ~not_yet_open(Visit, on) & ~is_over(Visit, on)
    of_patient = (
        select(Visit).where(Visit.patient_id == patient.id, is_open).order_by(Visit.opens_on, Visit.id)
    )
    visit = next((one for one in session.scalars(of_patient) if one.battery), None)
    row.visit_id, row.joined_at = visit.id if visit else None, at
    session.flush()
    return visit


def forget(session: Session, *, at: datetime) -> int:
    """Delete what waited for a proof for longer than a day; returns how many."""
    old = delete(JoiningRequest).where(JoiningRequest.asked_at < at - GOOD_FOR).returning(JoiningRequest.id)
    return len(session.execute(old).all())


def keyed(text: str, secret: str) -> str:
    """A digest that tells whether two are the same, and nothing else."""
    return hmac.new(secret.encode(), f"joining {text}".encode(), hashlib.sha256).hexdigest()


def _digest(token: str, secret: str, request_id: int | None) -> str:
    return keyed(f"{request_id or 'link'} {token}", secret)


def _of_address(session: Session, row: JoiningRequest) -> int:
    """How many joined this study by themselves with the address of `row`."""
    column = Contact.email if row.way == "email" else Contact.mobile
    near = (
        select(column)
        .join(Patient, Patient.contact_id == Contact.id)
        .join(SelfEnrolment, SelfEnrolment.patient_id == Patient.id)
        .where(Patient.study_id == row.study_id, column.is_not(None))
    )
    return sum(same.email(known or "") == same.email(row.address) for known in session.scalars(near))
