"""The file of signatures: whose, in which role, on what, and whether they still hold; never by name."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db, snapshot
from surveys.exchange.bundle.package import write_study
from surveys.exchange.places import Folder
from surveys.exchange.tidy import package
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.exchange.tidy.signed import SIGNATURES
from surveys.models import Freeze, Patient, Response, Staff, Study, Visit
from surveys.schedule import preset
from surveys.store.accounts import staff
from surveys.store.study import freezes, signatures, studies
from surveys.store.study.studies import NewStudy
from tests.support.study import changing, invite, library
from tests.surveys.exchange.tidy.test_answers import rows
from tests.surveys.exchange.tidy.test_columns import selected
from tests.surveys.exchange.tidy.test_occasions import AT, respond

LATER = AT + timedelta(days=2)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


@pytest.fixture
def signed(app: Flask) -> Flask:
    """P1's first visit, signed by Ann and then by Ben, corrected in between; and a freeze, signed by Ann.

    Before them Cleo signed in another study.
    """
    elsewhere(app)
    invited = invite(app, at=AT)
    respond(app, invited, "face")
    respond(app, invited, "saq")
    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        session.get_one(Patient, invited.patient_id).site = "North"
        ann, ben = (
            staff.add(session, f"{name}@example.org", "correct horse battery", name=name, at=AT, actor="test")
            for name in ("Ann", "Ben")
        )
        signatures.sign_visit(session, visit, "reviewed", ann, role="investigator", at=LATER)
        numbers = ann.id, ben.id
    with changing(app) as session:
        study = session.get_one(Study, invited.study_id)
        freezes.keep(session, study, "June", "{}", patients=1, responses=1, at=AT, actor="test")
        session.scalars(select(Response).limit(1)).one().annulled_at = LATER
    with changing(app) as session:
        kept = session.scalars(select(Freeze).where(Freeze.name == "June")).one()
        visit = session.get_one(Visit, invited.visit_id)
        ann, ben = (session.get_one(Staff, number) for number in numbers)
        signatures.sign_visit(session, visit, "complete", ben, role="admin", at=LATER)
        signatures.sign_freeze(session, kept, "approved", ann, role="investigator", at=LATER)
    return app


def elsewhere(app: Flask) -> None:
    """A freeze of another study, signed by Cleo."""
    with changing(app) as session:
        other = studies.create(session, NewStudy("S2"), preset("registry"), library(app), at=AT, actor="test")
        session.flush()
        freezes.keep(session, other, "May", "{}", patients=0, responses=0, at=AT, actor="test")
        cleo = staff.add(session, "cleo@example.org", "correct horse battery", at=AT, actor="test")
    with changing(app) as session:
        kept = session.scalars(select(Freeze)).one()
        cleo = session.scalars(select(Staff)).one()
        signatures.sign_freeze(session, kept, "approved", cleo, role="investigator", at=AT)


def test_each_signature_is_told(signed: Flask) -> None:
    """With what it means, its digest, and whether that is still what is stored; those of visits first."""
    told = rows(signed, SIGNATURES)
    digests = [row.pop("digest") for row in told]
    visit = {"patient": "P1", "visit": "baseline", "occurrence": "1", "freeze": "", "freeze_sha256": ""}
    visit |= {"days_since_enrolment": "2", "signed_at": LATER.isoformat()}
    nothing = dict.fromkeys(visit, "")
    with signed.app_context():
        sha256 = db.session.scalars(select(Freeze.sha256).where(Freeze.name == "June")).one()
    freeze = nothing | {"freeze": "June", "freeze_sha256": sha256, "signed_at": LATER.isoformat()}
    assert told == [
        {**visit, "meaning": "reviewed", "signer": "1", "role": "investigator", "covers": "false"},
        {**visit, "meaning": "complete", "signer": "2", "role": "admin", "covers": "true"},
        {**freeze, "meaning": "approved", "signer": "1", "role": "investigator", "covers": "true"},
    ]
    assert {len(digest) for digest in digests} == {64}
    assert len(set(digests)) == 3


def test_a_site_has_its_own_visits_and_no_freeze(signed: Flask) -> None:
    """A freeze holds all sites; signers keep their numbers."""
    with selected(signed) as all_sites:
        for site, count in (("North", 2), ("South", 0)):
            chosen = Selection(all_sites.session, all_sites.study_id, site)
            assert len(list(SIGNATURES.lines(chosen, exact=False))) == count


@pytest.mark.parametrize("coarse", [False, True])
def test_no_name_of_staff_leaves(signed: Flask, tmp_path: Path, coarse: bool) -> None:
    """As with other staff: the tables have no names. In the coarser version days are weeks."""
    with signed.app_context(), snapshot() as session:
        study = session.scalars(select(Study).where(Study.code == "S1")).one()
        selection = Selection(session, study.id)
        contents = contents_of(selection, library(signed))
        package.write(Folder(tmp_path), selection, study, contents, coarse=coarse)
    text = "".join(file.read_text("utf-8") for file in tmp_path.iterdir())
    assert not any(name in text for name in ("Ann", "Ben", "example.org"))
    with (tmp_path / "signatures.csv").open(newline="") as file:
        days = [row["days_since_enrolment"] for row in csv.DictReader(file)]
    assert days == (["0", "0", ""] if coarse else ["2", "2", ""])


def test_the_reproduction_bundle_has_them(signed: Flask, tmp_path: Path) -> None:
    """With their time, and no name."""
    with signed.app_context(), snapshot() as session:
        study = session.scalars(select(Study).where(Study.code == "S1")).one()
        write_study(Folder(tmp_path), session, study, library(signed), at=LATER, reason="A reviewer asked.")
    with (tmp_path / "data" / "signatures.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    assert told == rows(signed, SIGNATURES)
