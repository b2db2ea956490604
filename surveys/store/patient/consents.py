"""Consent: a study's text in its versions and languages, and what patients decided."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.data.statuses import NO_CONSENT
from analysis.words import words as _
from surveys.instruments.library import Library
from surveys.language_names import in_english
from surveys.models import Consent, ConsentText, Patient, Study
from surveys.models.audit import CONSENT_CORRECTED
from surveys.models.consent import may_still_agree
from surveys.models.patient import before_birth
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes
from surveys.store.patient.leaving import leave, take_part_again
from surveys.store.visit import agreeing

PARTS = ("research", "contact_again", "sharing", "keep_answers", "text_messages")
ELSEWHERE = "elsewhere"
TRANSCRIBED = ("paper", "telephone", ELSEWHERE)  # how staff may have learnt of a decision


@dataclass(frozen=True)
class Decision:
    """What a patient decided on a text, how, and on which day; `parts` says of each part whether.

    What was signed elsewhere is on no text of ours; its `reference` says where it is kept.
    """

    text: ConsentText | None
    agreed: bool
    parts: Mapping[str, bool]
    how: str
    signed_on: date
    reference: str = ""

    @property
    def word(self) -> str:
        """The decision as it is stored."""
        return "agreed" if self.agreed else "declined"


@dataclass(frozen=True)
class GivenElsewhere:
    """A consent that is kept elsewhere: where, and the day on which it was given."""

    reference: str
    signed_on: date


@dataclass(frozen=True)
class NewText:
    """A consent text in one language; `parts` maps a part to the sentence beside its box."""

    text: str
    parts: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """Of text and parts."""
        content = json.dumps([self.text, dict(self.parts)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def load(
    session: Session, study: Study, version: str, texts: Mapping[str, NewText], *, at: datetime, actor: str
) -> bool:
    """Store a consent text of `study`, by language, and ask it from now on; returns whether it is new.

    Raises:
        Refused: a language of the study is missing, or the version has other words already.
    """
    for locale in study.locales:
        if locale not in texts:
            raise Refused(
                _("The study speaks %(language)s, and the text does not.", language=in_english(locale))
            )
    own = (ConsentText.study_id == study.id, ConsentText.version == version)
    query = select(ConsentText.locale, ConsentText.sha256).where(*own)
    there = {row.locale: row.sha256 for row in session.execute(query)}
    digests = {locale: new.sha256 for locale, new in texts.items()}
    if there == digests:
        return False
    if there:
        raise Refused(
            _("There is a version %(version)s in other words: give this a new one.", version=version)
        )
    session.add_all(
        ConsentText(
            study_id=study.id,
            version=version,
            locale=locale,
            text=new.text,
            parts=dict(new.parts),
            sha256=new.sha256,
            loaded_by=actor,
            loaded_at=at,
        )
        for locale, new in texts.items()
    )
    session.flush()
    facts = {"study": study.code, "version": version, "sha256": digests}
    audit.record(session, audit.Entry(at, actor, "consent_text.loaded", facts=facts, study_id=study.id))
    return True


def newest(session: Session, study_id: int, locale: str) -> ConsentText | None:
    """The text that is asked now, in `locale` or otherwise in the language that was loaded first."""
    query = (
        select(ConsentText)
        .where(ConsentText.study_id == study_id)
        .order_by(ConsentText.loaded_at, ConsentText.id)
    )
    texts = session.scalars(query).all()
    if not texts:
        return None
    of_version = [text for text in texts if text.version == texts[-1].version]
    return next((text for text in of_version if text.locale == locale), of_version[0])


def all_texts(session: Session, study_id: int) -> list[ConsentText]:
    """Every text that was ever asked, newest first: a patient may have signed an older one on paper."""
    of_study = select(ConsentText).where(ConsentText.study_id == study_id)
    return list(session.scalars(of_study.order_by(ConsentText.loaded_at.desc(), ConsentText.id)))


def text_of(session: Session, given: Consent) -> ConsentText | None:
    """The text that was decided on; none of ours for what was signed elsewhere."""
    return session.get(ConsentText, given.consent_text_id) if given.consent_text_id else None


def parts_of(text: ConsentText) -> dict[str, str]:
    """The parts of `text` in the order in which they are asked; a database keeps no order."""
    return {part: text.parts[part] for part in PARTS if part in text.parts}


def of_patient(session: Session, patient_id: int) -> Consent | None:
    """This patient's decision, as it stands."""
    return next(iter(all_of_patient(session, patient_id)), None)


def all_of_patient(session: Session, patient_id: int) -> Sequence[Consent]:
    """This patient's decision as it stands, then those that were recorded wrongly, the latest first."""
    theirs = select(Consent).where(Consent.patient_id == patient_id).order_by(Consent.id.desc())
    return session.scalars(theirs).all()


def decide(
    session: Session,
    patient_id: int,
    text: ConsentText | None,
    *,
    agreed: bool,
    parts: Collection[str],
    how: str,
    signed_on: date,
    reference: str = "",
    library: Library | None = None,
    at: datetime,
    actor: str,
) -> None:
    """Store a decision on `text`. A patient who declines stops taking part on that day.

    Who is asked anew by an amendment and declines stays with the agreement of before; for who agrees the
    visits that were added are laid, with the `library`.

    Raises:
        Refused: it is recorded already, the day or the text is wrong, or nothing says where it is kept.
    """
    birth_year = session.scalar(select(Patient.birth_year).where(Patient.id == patient_id).with_for_update())
    if before_birth(birth_year, signed_on):
        raise Refused(_("The day of the consent lies before the patient's birth."), "signed_on")
    stands = of_patient(session, patient_id)
    if stands is not None and not agreeing.is_asked_anew(session, patient_id):
        raise Refused(_("This patient's consent is recorded already."))
    if stands is not None and text is not None and not agreed:
        _stay(session, patient_id, stands, text, at=at, actor=actor)
        return
    made = Decision(text, agreed, decided(text, parts if agreed else ()), how, signed_on, reference.strip())
    _must_be_found(made)
    consent = _store(session, patient_id, made, at, actor)
    facts: dict[str, Any] = {"consent": consent.id, "how": how}
    if text is None:
        facts |= {"reference": made.reference, "signed_on": signed_on.isoformat()}
    else:
        facts |= {"version": text.version, "parts": consent.parts}
    audit.record(session, audit.Entry(at, actor, f"consent.{consent.decision}", patient_id, facts))
    if not agreed:
        leave(session, patient_id, on=signed_on, at=at, actor=actor, why=NO_CONSENT)
    if stands is not None:
        agreeing.agreed(session, patient_id, library, at=at, actor=actor)


def _stay(
    session: Session, patient_id: int, stands: Consent, text: ConsentText, *, at: datetime, actor: str
) -> None:
    """Store that the patient declined a later text, and stays with the agreement of before."""
    kept = _store(session, patient_id, _made(session, stands), at, actor, declined_text_id=text.id)
    told = {"consent": kept.id, "declined": text.version, "how": "link"}
    audit.record(session, audit.Entry(at, actor, "consent.amendment_declined", patient_id, told))


def record_elsewhere(
    session: Session, given: Sequence[tuple[int, GivenElsewhere]], *, at: datetime, actor: str
) -> None:
    """Store what new patients, by id, agreed to elsewhere, in few statements; the caller has checked."""
    same = {"decision": "agreed", "how": ELSEWHERE, "parts": {}, "recorded_by": actor, "recorded_at": at}
    rows = [
        {**same, "patient_id": patient_id, "signed_on": one.signed_on, "reference": one.reference}
        for patient_id, one in given
    ]
    ids = audit.insert_bound(session, Consent, rows)
    for row_id, (patient_id, one) in zip(ids, given, strict=True):
        told = {"reference": one.reference, "signed_on": one.signed_on.isoformat()}
        facts = {"consent": row_id, "how": ELSEWHERE, **told}
        audit.record(session, audit.Entry(at, actor, "consent.agreed", patient_id, facts))


def change_mind(
    session: Session,
    patient_id: int,
    text: ConsentText,
    *,
    parts: Collection[str],
    on: date,
    at: datetime,
    actor: str,
) -> None:
    """Store that a patient who declined by the link agrees to `text` after all, and takes part again.

    Raises:
        Refused: this patient did not decline by the link, or decided anew since.
    """
    patient, stands = _last_decision(session, patient_id)
    if stands is None or not may_still_agree(patient.status, stands.decision, stands.how):
        raise Refused(_("This patient's consent is recorded already."))
    consent = _store(session, patient_id, Decision(text, True, decided(text, parts), "link", on), at, actor)
    facts = {"consent": consent.id, "version": text.version, "how": "link", "parts": consent.parts}
    audit.record(session, audit.Entry(at, actor, "consent.agreed", patient_id, facts))
    take_part_again(session, patient, stands.recorded_at, on=on, at=at, actor=actor)


def choose_parts(
    session: Session,
    patient_id: int,
    parts: Collection[str],
    *,
    how: str = "link",
    on: date,
    at: datetime,
    actor: str,
) -> bool:
    """Store which parts the patient agrees to from now on, of the text agreed to; whether any differs.

    Raises:
        Refused: the patient has agreed to no text.
    """
    __, stands = _last_decision(session, patient_id)
    if stands is None or stands.decision != "agreed":
        raise Refused(_("This patient has agreed to no text."))
    if (text := text_of(session, stands)) is None:
        raise Refused(_("What was signed elsewhere is changed there."))
    chosen = decided(text, parts)
    if chosen == stands.parts:
        return False
    made = Decision(text, True, chosen, how, on)
    consent = _store(session, patient_id, made, at, actor, declined_text_id=stands.declined_text_id)
    facts = {"consent": consent.id, "version": text.version, "from": stands.parts, "to": chosen}
    audit.record(session, audit.Entry(at, actor, "consent.parts_changed", patient_id, facts))
    return True


def _last_decision(session: Session, patient_id: int) -> tuple[Patient, Consent | None]:
    """The patient, locked, and the decision that stands."""
    locked = select(Patient).where(Patient.id == patient_id).with_for_update()
    patient = session.scalars(locked.execution_options(populate_existing=True)).one()
    return patient, of_patient(session, patient_id)


def decided(text: ConsentText | None, agreed: Collection[str]) -> dict[str, bool]:
    """Each part of the text, and whether it is among those agreed to."""
    return {part: part in agreed for part in text.parts} if text else {}


def correct(
    session: Session,
    patient: Patient,
    wanted: Decision,
    *,
    reason: str | None,
    library: Library | None = None,
    at: datetime,
    actor: str,
) -> bool:
    """Record what the patient's decision truly was; the one of before is kept, and stands no longer.

    It is a transcription, of paper or of the patient's own word: only that changes what the patient decided
    by the link. Who turns out to have declined stops taking part on that day. With the `library`, visits that
    an amendment added come or go with it. Returns whether anything differed.

    Raises:
        Refused: no decision is recorded, there is no reason, the way or the day is impossible, or nothing
            says where a consent that was given elsewhere is kept.
    """
    patient, stands = _last_decision(session, patient.id)
    if stands is None:
        raise Refused(_("No decision of this patient is recorded yet."))
    before = _told(_made(session, stands))
    changed = {name: value for name, value in _told(wanted).items() if value != before[name]}
    if not changed:
        return False
    why = changes.why(reason, known=True)
    if wanted.how not in TRANSCRIBED:
        raise Refused(_("Choose how the patient signed or said so."), "how")
    _must_be_found(wanted)
    if before_birth(patient.birth_year, wanted.signed_on):
        raise Refused(_("The day of the consent lies before the patient's birth."), "signed_on")
    if stands.how == "link" and wanted.signed_on < stands.signed_on:
        raise Refused(
            _(
                "The patient decided by the link on %(signed_on)s. Enter the day on which the "
                "patient said otherwise.",
                signed_on=stands.signed_on,
            ),
            "signed_on",
        )
    later = agreeing.still_declined(stands, wanted.text, wanted.signed_on) if wanted.agreed else None
    made = _store(session, patient.id, wanted, at, actor, declined_text_id=later)
    facts = {"consent": made.id, "corrects": stands.id, **changes.told(before, changed)}
    audit.record(session, audit.Entry(at, actor, CONSENT_CORRECTED, patient.id, facts, why))
    if not wanted.agreed and not patient.gone:
        on = max(wanted.signed_on, patient.enrolled_on)
        leave(session, patient.id, on=on, at=at, actor=actor, why=NO_CONSENT)
        session.refresh(patient)
    if library is not None:
        agreeing.lay_agreed(session, patient, library, at=at, actor=actor)
    return True


def _made(session: Session, given: Consent) -> Decision:
    """The decision as it was made."""
    text, agreed = text_of(session, given), given.decision == "agreed"
    return Decision(text, agreed, given.parts, given.how, given.signed_on, given.reference)


def _must_be_found(made: Decision) -> None:
    if made.how == ELSEWHERE and not made.reference:
        raise Refused(_("Say where the consent is kept."), "reference")


def _store(
    session: Session,
    patient_id: int,
    made: Decision,
    at: datetime,
    actor: str,
    *,
    declined_text_id: int | None = None,
) -> Consent:
    consent = Consent(
        patient_id=patient_id,
        consent_text_id=made.text.id if made.text else None,
        decision=made.word,
        how=made.how,
        parts=dict(made.parts),
        signed_on=made.signed_on,
        reference=made.reference,
        recorded_by=actor,
        recorded_at=at,
        declined_text_id=declined_text_id,
    )
    session.add(consent)
    session.flush()
    return consent


def _told(made: Decision) -> dict[str, Any]:
    return {
        "version": made.text.version if made.text else None,
        "locale": made.text.locale if made.text else None,
        "decision": made.word,
        "how": made.how,
        "parts": dict(made.parts),
        "signed_on": made.signed_on,
        "reference": made.reference,
    }
