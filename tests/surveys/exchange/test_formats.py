"""Every format takes every study, also an empty one, and no format tells of a person."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.exchange import formats
from surveys.models import Study
from surveys.store.study.exports import DATED, FORMATS, Order
from tests.support import nasty
from tests.support.simulated import populate
from tests.support.study import changing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def reason(form: str) -> str | None:
    """Why dates leave, where the format has them."""
    return "A reason." if form in DATED else None


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"bundle"}))
def test_no_format_tells_of_a_person(app: Flask, form: str) -> None:
    """Neither name nor address nor number, and none of the tables that hold them."""
    nasty.make(app)
    content = b"".join(nasty.leave(app, form, exact_dates=reason(form)).values())
    for word in (nasty.NAME, *nasty.NAME.split(), nasty.MAIL, nasty.PHONE):
        assert word.encode() not in content


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"bundle"}))
def test_an_empty_study_leaves_too(app: Flask, form: str) -> None:
    populate(app, 0)
    assert nasty.leave(app, form, exact_dates=reason(form))


def test_a_file_tells_its_format_by_its_name(app: Flask) -> None:
    populate(app, 0)
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        names = [formats.file_name(study, Order(form)) for form in ("tidy", "bundle", "spss")]
        assert names == ["S1.zip", "S1-bundle.zip", "S1-spss.zip"]
        assert formats.file_name(study, Order(coarse=True)) == "S1-coarser.zip"
