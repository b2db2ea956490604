"""A coordinator brings a file of another program in by pages alone, and takes it back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from surveys.schedule import preset
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support import fhir, moved, redcap, tables
from tests.support.study import CONSENT_PARTS, changing, library, one_table
from tests.support.uploads import Uploader

IMPORTS = "/staff/S1/imports"


@pytest.fixture
def uploader(app: Flask) -> Uploader:
    """Of a draft: answers of real people may come in before anybody is asked."""
    with changing(app) as session:
        new = NewStudy("S1", timezone="UTC")
        studies.create(session, new, preset("registry"), library(app), at=datetime.now(UTC), actor="test")
        session.commit()
    return Uploader(app)


def ticked(page: str) -> dict[str, str]:
    """What the boxes of the page say, with every box for a confirmation ticked."""
    fields = dict.fromkeys(re.findall(r'name="((?:confirm|take)_[a-z0-9_]+)"', page), "y")
    for name, text in re.findall(
        r'<textarea[^>]*name="(values_[a-z0-9]+)"[^>]*>\n?(.*?)</textarea>', page, re.S
    ):
        fields[name] = text
    for name, value in re.findall(r'<input[^>]*name="(visit|timezone|missing)"[^>]*value="([^"]*)"', page):
        fields[name] = value
    for name, options in re.findall(r'<select[^>]*name="([a-z_]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def test_a_file_comes_in_by_pages_alone(app: Flask, uploader: Uploader) -> None:
    """Sent, doubted, confirmed, in; the same twice adds nothing; taken back by one press."""
    before = len(one_table(app, "response"))
    uploader.send(IMPORTS, tables.qualtrics())
    look = look_of(app)
    assert "PHQ-9 goes to 3. Does this file count from 1: subtract 1?" in uploader.page.text
    uploader.send(look, visit="before", patient="ExternalReference", completed_on="RecordedDate", order="ymd")
    assert uploader.status == 422
    assert "is a proposal" in uploader.page.text
    assert len(one_table(app, "response")) == before
    fields = ticked(uploader.client.get(look).text)
    assert fields["values_phq9"].splitlines()[0] == "1 = 0"
    uploader.send(look, **fields)
    assert "It is in." in uploader.page.text
    totals = [row["value"] for row in one_table(app, "score")][-2:]
    assert totals == [tables.TOTALS[0], tables.TOTALS[2]]
    [made] = one_table(app, "data_import")
    page = uploader.client.get(f"{IMPORTS}/{made['id']}/result").text
    assert made["sha256"] in page.replace("<wbr>", "")
    assert "1 row left out: Status is 1." in page
    assert "Column ‘RecipientEmail’ left out (3 cells)." in page
    uploader.send(IMPORTS, tables.qualtrics())
    assert "The mapping of the last file of this kind is used." in uploader.page.text
    uploader.send(look_of(app), **ticked(uploader.client.get(look_of(app)).text))
    assert "stored already: nothing was changed" in uploader.page.text
    uploader.send(f"{IMPORTS}/{made['id']}/result")
    assert "It is taken back." in uploader.page.text
    assert len(one_table(app, "response")) == before
    actions = [row["action"] for row in one_table(app, "event") if row["action"].startswith("import.")]
    assert actions == ["import.begun", "import.done", "import.done", "import.undone"]


def look_of(app: Flask) -> str:
    """The page of the file that was sent last."""
    jobs = [row for row in one_table(app, "job") if row["kind"] == "incoming"]
    return f"{IMPORTS}/{max(row['id'] for row in jobs)}"


@pytest.mark.long
def test_a_redcap_project_is_one_file(app: Flask, uploader: Uploader) -> None:
    """As XML; what is no table of answers is refused where it was sent."""
    uploader.send(IMPORTS, b'{"resourceType": "Bundle"}')
    assert uploader.status == 422
    assert "nobody's answers" in uploader.page.text
    uploader.send(IMPORTS, redcap.xml())
    assert "day is proposed as the day of mood" in uploader.page.text
    look = look_of(app)
    uploader.send(look, **ticked(uploader.client.get(look).text), look_again="1")
    assert "It can come in: 2 rows." in uploader.page.text
    uploader.send(look, **ticked(uploader.client.get(look).text))
    assert "It is in." in uploader.page.text


@pytest.mark.long
def test_dictionary_and_data_are_one_zip_file(app: Flask, uploader: Uploader) -> None:
    """The plan is REDCap's, and rows come in by it; so do injections, once a person said what they are."""
    files = {"dictionary.csv": redcap.dictionary(), "data.csv": redcap.data()}
    uploader.send(IMPORTS, moved.packed(files))
    look = look_of(app)
    fields = ticked(uploader.client.get(look).text)
    uploader.send(look, **{**fields, "kind_injection": "botulinum_toxin"})
    assert "It is in." in uploader.page.text, uploader.page.text
    assert len(one_table(app, "response")) == 4
    assert [row["kind"] for row in one_table(app, "treatment")] == ["botulinum_toxin"] * 2


def test_forms_of_the_file_become_the_studys_own(app: Flask, uploader: Uploader) -> None:
    """By a page; then the plan finds them, and they come in with a day that somebody names."""
    forms = "/staff/S1/forms/take"
    uploader.send(forms, b"no,dictionary\n1,2\n")
    assert uploader.status == 422
    assert "This is not a REDCap data dictionary" in uploader.page.text
    uploader.send(forms, redcap.dictionary())
    assert "Background: 1 question, as s1_background." in uploader.page.text
    assert "made of a form of REDCap: background" in uploader.page.text
    files = {"dictionary.csv": redcap.dictionary(), "data.csv": redcap.data()}
    uploader.send(IMPORTS, moved.packed(files))
    look = look_of(app)
    fields = {**ticked(uploader.client.get(look).text), "completed_on": "mood_timestamp"}
    uploader.send(look, **fields)
    assert "It is in." in uploader.page.text, uploader.page.text
    made = [row["answers"] for row in one_table(app, "response") if row["instrument"] == "s1_background"]
    assert [one["q1"] for one in made] == [[1], [1], [1]]


@pytest.mark.long
def test_fhir_comes_in_by_its_codes(app: Flask, uploader: Uploader) -> None:
    """Nothing is asked: the file says what its items and options are."""
    uploader.send(IMPORTS, fhir.packed(fhir.response(status="bogus")))
    assert uploader.status == 422
    assert "its status is 'bogus'" in uploader.page.text
    uploader.send(IMPORTS, fhir.packed(fhir.response()))
    assert "Responses: 1 new, 0 already stored." in uploader.page.text
    uploader.send(look_of(app))
    assert "It is in." in uploader.page.text
    assert [row["value"] for row in one_table(app, "score")] == [fhir.TOTAL]
    item = {"linkId": "drops", "type": "integer", "text": "Drops a day"}
    form = {"resourceType": "Questionnaire", "url": "http://x.example/eye", "title": "Eye", "item": [item]}
    uploader.send("/staff/S1/forms/take", fhir.packed(form))
    given = {"linkId": "drops", "answer": [{"valueInteger": 3}]}
    uploader.send(IMPORTS, fhir.packed(form, fhir.response(questionnaire=form["url"], item=[given])))
    uploader.send(look_of(app))
    assert "It is in." in uploader.page.text
    assert [row["answers"] for row in one_table(app, "response")][-1] == {"q1": 3}


def test_a_package_comes_in_whole(app: Flask) -> None:
    """From one study into another, by pages alone; the same again changes nothing."""
    content = moved.packed(moved.package(app))
    with changing(app) as session:
        new = NewStudy("S2", timezone="UTC", simulated=True)
        at = datetime.now(UTC)
        study = studies.create(session, new, preset("registry"), library(app), at=at, actor="test")
        text = NewText("Taking part is up to you.\n\nYou may stop.", CONSENT_PARTS)
        consents.load(session, study, "1", {"en": text}, at=at, actor="test")
    uploader, page = Uploader(app, "S2"), "/staff/S2/imports"
    for told in ("It is in.", "All of it was stored already: nothing was changed."):
        uploader.send(page, content)
        uploader.send(look_of(app).replace("S1", "S2"))
        assert told in uploader.page.text
    codes = [row["code"] for row in one_table(app, "patient")]
    assert sorted(codes[3:]) == sorted(codes[:3])
