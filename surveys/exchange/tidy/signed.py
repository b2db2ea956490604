"""The file of signatures: who signed a visit or a freeze, by a number and never by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from surveys.exchange.tidy.codes import MEANINGS, SIGNERS_ROLES
from surveys.exchange.tidy.columns import (
    OCCURRENCE,
    PATIENT,
    VISIT,
    TidyTable,
    coded,
    flag,
    instant,
    text,
    whole,
)
from surveys.exchange.tidy.days import since_enrolment
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.models import Patient, Signature, Study, Visit
from surveys.store.study import freezes, signatures
from surveys.store.study.signatures import Signed
from surveys.store.study.studies import today


@dataclass(frozen=True)
class SignedRow:
    """A signature on a visit, whose facts are empty where a freeze was signed, or the other way round."""

    signed: Signed
    signer: int
    code: str | None = None
    visit: str | None = None
    occurrence: int | None = None
    days_since_enrolment: int | None = None
    freeze: str | None = None
    freeze_sha256: str | None = None


def _rows(selection: Selection) -> Iterator[SignedRow]:
    """The signatures on visits, then those on freezes, which hold the whole study and no site's part."""
    signers = signatures.signers(selection.session, selection.study_id)
    yield from _on_visits(selection, signers)
    if selection.site is not None:
        return
    kept = {one.id: one for one in freezes.of_study(selection.session, selection.study_id)}
    for one in reversed(signatures.of_freezes(selection.session, list(kept))):
        freeze = kept[one.freeze_id or 0]
        yield SignedRow(one, signers[one.staff_id], freeze=freeze.name, freeze_sha256=freeze.sha256)


def _on_visits(selection: Selection, signers: dict[int, int]) -> Iterator[SignedRow]:
    study = selection.session.get_one(Study, selection.study_id)
    query = with_palsy(
        select(Patient.code, Visit.id, Visit.name.label("visit"), Visit.occurrence, *ANCHORS)
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(exists().where(Signature.visit_id == Visit.id))
    ).order_by(*selection.visit_order)
    for page in selection.pages(query):
        of: dict[int | None, list[Signed]] = defaultdict(list)
        for one in reversed(signatures.of_visits(selection.session, [row.id for row in page])):
            of[one.visit_id].append(one)
        for row in page:
            for one in of[row.id]:
                days = since_enrolment(row, today(study, one.at))
                yield SignedRow(one, signers[one.staff_id], row.code, row.visit, row.occurrence, days)


def _of(name: str) -> Any:
    return lambda row: getattr(row.signed, name)


SIGNATURES = TidyTable(
    "signatures",
    "Signatures of investigators on visits and freezes",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        text("freeze", "The signed freeze; patient and visit are then empty.", lambda row: row.freeze),
        text("freeze_sha256", "SHA-256 of what that freeze holds.", lambda row: row.freeze_sha256),
        coded(
            "meaning",
            "What it means: reviewed, complete (complete and right) or approved (for analysis).",
            MEANINGS,
            _of("meaning"),
        ),
        whole(
            "signer",
            "Who signed: a number that a person keeps in this study, in the order of first signatures. The "
            "study has the name.",
            lambda row: row.signer,
        ),
        coded(
            "role",
            "The signer's role then: coordinator, investigator, analyst or admin; empty for a signature of "
            "an earlier version.",
            SIGNERS_ROLES,
            _of("role"),
        ),
        whole(
            "days_since_enrolment",
            "Calendar days from the patient's enrolment to the signature.",
            lambda row: row.days_since_enrolment,
        ),
        text(
            "digest",
            "The digest that was signed: SHA-256 of what the audit trail binds of the visit or freeze.",
            _of("digest"),
        ),
        flag(
            "covers",
            "Whether that is still what is stored: false where it was corrected, added to, annulled or "
            "erased after the signature.",
            _of("covers"),
        ),
        instant("signed_at", "When it was signed (UTC).", _of("at")),
    ),
    (),
    _rows,
)
