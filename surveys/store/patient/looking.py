"""A coordinator looks at who joined by herself: nobody else, or the same person as another patient."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import joined
from analysis.words import words as _
from surveys.models import Contact, Patient, SelfEnrolment, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import carrying, contacts, participation
from surveys.store.patient.patients import NewContact
from surveys.store.study.studies import today
from surveys.store.words.wordings import Texts


def waiting(session: Session, patient_id: int) -> SelfEnrolment | None:
    """That the patient joined by herself, locked, if nobody has looked yet."""
    query = select(SelfEnrolment).where(
        SelfEnrolment.patient_id == patient_id, SelfEnrolment.looked_at.is_(None)
    )
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def keep_apart(session: Session, patient: Patient, *, at: datetime, actor: str) -> None:
    """Record that this is nobody else: analyses count the patient from now on.

    Raises:
        Refused: somebody has decided meanwhile.
    """
    _decide(session, patient, "apart", None, at, actor)


def join_into(
    session: Session, patient: Patient, known: Patient, texts: Texts, *, at: datetime, actor: str
) -> int:
    """Record that `patient` is the same person as `known`, who goes on; this row leaves the study.

    What she sent goes over (`carrying.carry_over`), as does a proved address that `known` lacks, so that
    the messages do too. Analyses never count this row. Returns how many questionnaires went over.

    Raises:
        Refused: somebody has decided meanwhile, `known` is of another study, or is one and the same row, or
            was found to be somebody else's twin, or what is recorded of the two contradicts.
    """
    if known.id == patient.id or known.study_id != patient.study_id:
        raise Refused(_("Name another patient of this study."), "same_as")
    twin = session.scalar(select(SelfEnrolment.outcome).where(SelfEnrolment.patient_id == known.id))
    if twin == "same":
        raise Refused(
            _("%(code)s was itself found to be another patient. Name that one.", code=known.code), "same_as"
        )
    if known.gone:
        raise Refused(
            _(
                "%(code)s takes part no longer. Change that status first, or keep them apart.",
                code=known.code,
            ),
            "same_as",
        )
    session.execute(select(Patient.id).where(Patient.id == known.id).with_for_update())
    if against := list(carrying.contradictions(session, patient, known, texts)):
        raise Refused(joined(" ", against), "same_as")
    _decide(session, patient, "same", known, at, actor)
    went = carrying.carry_over(session, patient, known, texts, at=at, actor=actor)
    _hand_over(session, patient, known, at, actor)
    study = session.get_one(Study, patient.study_id)
    reason = f"joined twice, as {known.code} too"
    participation.change_status(
        session, patient, "left", on=today(study, at), everywhere=False, reason=reason, at=at, actor=actor
    )
    return went


def _decide(
    session: Session, patient: Patient, outcome: str, known: Patient | None, at: datetime, actor: str
) -> None:
    row = waiting(session, patient.id)
    if row is None:
        raise Refused(_("Somebody has looked at this patient meanwhile."))
    row.outcome, row.same_as_id = outcome, known.id if known else None
    row.looked_at, row.looked_by = at, actor
    session.flush()
    facts = {"patient": patient.code, "outcome": outcome, **({"same_as": known.code} if known else {})}
    audit.record(session, audit.Entry(at, actor, "patient.looked_at", patient.id, facts))


def _hand_over(session: Session, patient: Patient, known: Patient, at: datetime, actor: str) -> None:
    """Give `known` the proved address where it has none of that kind."""
    theirs = session.get(Contact, patient.contact_id) if patient.contact_id else None
    if theirs is None:
        return
    own = session.get(Contact, known.contact_id) if known.contact_id else None
    fields = asdict(NewContact())
    now = {name: getattr(own, name) for name in fields} if own else fields
    proved = {name: getattr(theirs, name) for name in ("email", "mobile") if not now[name]}
    new = NewContact(**{**now, **{name: value for name, value in proved.items() if value}})
    contacts.change(session, known, new, at=at, actor=actor)
