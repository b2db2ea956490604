"""The empty list is one that can be read again."""

from __future__ import annotations

import pytest
from flask import Flask

from surveys.exchange import enrolment_template
from surveys.exchange.enrolment_columns import COLUMNS, fits, header
from surveys.exchange.sheets import cut, reading
from tests.support.study import invite
from tests.support.uploads import Uploader


@pytest.mark.parametrize(
    "content", [enrolment_template.workbook(), enrolment_template.csv()], ids=["xlsx", "csv"]
)
def test_it_has_every_column_and_the_sheet_is_found(content: bytes) -> None:
    """Without asking, though the workbook has a sheet with the codes too."""
    _, found, faults = header(cut.rows(reading.text(content, None, fits)))
    assert (tuple(found.places), faults) == (tuple(COLUMNS), [])


def test_it_tells_what_codes_mean() -> None:
    """With the everyday words."""
    codes = cut.rows(reading.text(enrolment_template.workbook(), "Codes"))
    assert (2, ["sex", "female", "Female", "f, w, weiblich, Frau, woman"]) in codes


def test_it_is_downloaded_from_the_page(app: Flask) -> None:
    """As a file with a name."""
    invite(app)
    for kind, begins in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfcode;site")):
        answer = Uploader(app).client.get(f"/staff/S1/enrol/template.{kind}")
        assert answer.data.startswith(begins)
        assert f"S1-Patients.{kind}" in answer.headers["Content-Disposition"]
