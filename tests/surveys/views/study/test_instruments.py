"""The staff's pages about instruments: what is asked in which words, a site's own texts, permissions."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from surveys.exchange.wording_file import read
from surveys.models import Study
from surveys.store.words import permissions, wordings
from surveys.store.words.permissions import NewPermission
from tests.support.pages import Page
from tests.support.staff import PASSWORD, Member, employ, signed_in
from tests.support.study import changing, invite, library, one_table
from tests.support.wordings import as_csv, as_toml, made_up

LEAVE = {"holder": "The authors", "reference": "Letter of 1 March 2026", "publication": "doi:10.0000/nl"}


@pytest.fixture(autouse=True)
def _study(app: Flask) -> None:
    """S1, simulated, with the registry's plan."""
    invite(app)


def load(app: Flask, key: str = "face", name: str = "authors", *locales: str) -> None:
    """A made-up text, as the command loads it."""
    with changing(app) as session:
        tables = made_up(library(app).get(key), name, locales or ("en", "nl"))
        instrument = read("face.toml", as_toml(tables).encode(), library(app))
        wordings.load(session, instrument, file="face.toml", at=datetime.now(UTC), actor="test")


@dataclass
class Uploader:
    """Somebody of the staff whose browser can send files."""

    client: FlaskClient
    status: int = 0

    def upload(self, name: str, content: str | bytes) -> Page:
        """Choose a file on the page and load it."""
        token = self._token("/staff/S1/wordings/new")
        body = content.encode() if isinstance(content, str) else content
        answer = self.client.post(
            "/staff/S1/wordings/new",
            data={"csrf_token": token, "file": (io.BytesIO(body), name)},
            follow_redirects=True,
        )
        self.status = answer.status_code
        return Page(answer.text)

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)
        assert found, path
        return found[1]

    @classmethod
    def of(cls, app: Flask) -> Uploader:
        """A coordinator of S1, signed in."""
        employ(app, "loader@example.org", "coordinator")
        loader = cls(app.test_client())
        fields = {"csrf_token": loader._token("/login"), "email": "loader@example.org", "password": PASSWORD}
        loader.client.post("/login", data=fields)
        return loader


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1."""
    return signed_in(app)


def test_the_list_tells_words_licence_scales_and_missing_rule(member: Member) -> None:
    """What the study asks comes first; whatever is here follows."""
    page = member.get("/staff/S1/instruments")
    text = page.text
    assert page.heading == "Instruments"
    assert text.index("FaCE") < text.index("Other instruments") < text.index("HADS")
    assert "Working wording" in text
    assert "Verbatim" in text
    assert "No licence statement found in any source seen." in text
    assert "PHQ-9 total: 0–27, higher is worse" in text or "Total: 0–27, higher is worse" in text
    assert "Source: No published rule found in any source seen." in text
    assert "Project decision: The whole rule is this project's decision." in text
    assert "None recorded" in text


def test_everybody_of_the_study_sees_and_coordinators_change(app: Flask, member: Member) -> None:
    """Investigators and analysts find no button."""
    load(app)
    page = member.get("/staff/S1/instruments")
    assert page.links["/staff/S1/wordings/new"] == "Load a wording"
    assert "Record a permission" in member.get("/staff/S1/instruments/face").text
    for role in ("investigator", "analyst"):
        other = signed_in(app, role)
        page = other.get("/staff/S1/instruments")
        assert "/staff/S1/wordings/new" not in page.links
        assert page.links["/staff/S1/instruments"] == "Instruments"
        assert "Record a permission" not in other.get("/staff/S1/instruments/face").text


def test_every_instrument_has_its_page(app: Flask, member: Member) -> None:
    """Also those of which only the scoring is known, and staff's own."""
    for instrument in library(app):
        page = member.get(f"/staff/S1/instruments/{instrument.key}")
        assert member.status == 200, instrument.key
        assert page.heading == instrument.title
    assert member.get("/staff/S1/instruments/nothing").heading
    assert member.status == 404


def test_a_page_tells_what_is_to_be_known(member: Member) -> None:
    """Citation, bands, cut-offs, thresholds with population and caveat, traps, what it is not."""
    text = member.get("/staff/S1/instruments/phq9").text
    assert "doi:10.1046/j.1525-1497.2001.016009606.x" in text
    assert "moderate from 10" in text.lower()
    text = member.get("/staff/S1/instruments/face").text
    assert "62 patients with long-standing facial palsy" in text
    assert "One group of patients. A smaller change" in text
    assert "(sum of 15 items − 15) × 100 / 60" in text
    assert "Traps" in text
    assert "Not to be confused with" in text
    text = member.get("/staff/S1/instruments/hads").text
    assert "What a site must bring" in text
    assert "No text is here yet." in text


@pytest.mark.parametrize(("name", "written"), [("face.toml", as_toml), ("face.csv", as_csv)])
def test_a_text_is_loaded_and_previewed(app: Flask, name: str, written: object) -> None:
    """From TOML or a sheet; every item and choice of each language is shown as patients will see it."""
    loader = Uploader.of(app)
    tables = made_up(library(app).get("face"), "authors", ("en", "nl"))
    page = loader.upload(name, written(tables))  # type: ignore[operator]
    assert "The text was loaded." in page.text
    [row] = one_table(app, "wording")
    assert row["file"] == name
    assert row["loaded_by"].startswith("staff:")
    previews = [path for path in page.links if "/preview?" in path and "authors" in path]
    assert len(previews) == 2
    shown = Page(loader.client.get(previews[1]).text)
    for item in library(app).get("face").items:
        assert f"face-nl item {item.key}" in shown.text
    assert shown.text.count("face-nl frequency 3") == 9
    assert shown.steps == []
    assert "The text was loaded" not in loader.upload(name, written(tables)).text  # type: ignore[operator]
    assert len(one_table(app, "wording")) == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("", "", "Choose a file."),
        ("face.pdf", "%PDF", "must end in .toml, .xlsx or .csv"),
        ("face.toml", b"\xff", "not UTF-8"),
        (
            "face.csv",
            "instrument,version,name,locale,part,key,text\nface,1,a,en,item,q99,x\n",
            "row 2, column text",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_row_by_row(
    app: Flask, name: str, content: str | bytes, says: str
) -> None:
    """All faults together, above the form; nothing is stored."""
    loader = Uploader.of(app)
    page = loader.upload(name, content)
    assert loader.status == 422
    assert says in page.text
    assert one_table(app, "wording") == []


def test_a_text_is_never_replaced(app: Flask) -> None:
    """By a page neither."""
    load(app)
    loader = Uploader.of(app)
    page = loader.upload("face.toml", as_toml(made_up(library(app).get("face"), mark="*")))
    assert (loader.status, "Texts are never replaced" in page.text) == (422, True)
    [row] = one_table(app, "wording")
    assert row["texts"]["en"]["items"]["q1"] == "face-en item q1"


def test_the_preview_shows_each_item_as_the_patient_sees_it(app: Flask, member: Member) -> None:
    """Recall, instruction, words and choices; an optional item is there, and said not to be asked."""
    member.get("/staff/S1/instruments/phq9/preview")
    html = member.replies[-1].html
    assert html.count("Over the last 2 weeks, how often have you been bothered") == 9
    assert html.count('type="radio"') == 40
    assert member.page.text.count("not asked in this study") == 1
    assert member.page.steps == []
    with changing(app) as session:
        session.execute(update(Study).values(optional_items=["phq9.q10"]))
    member.get("/staff/S1/instruments/phq9/preview")
    assert "not asked in this study" not in member.page.text


@pytest.mark.parametrize(
    "query", ["?wording=none", "?version=9", "?locale=xx", "?wording=working-2&version=1&locale=nl"]
)
def test_a_preview_of_what_is_not_there(member: Member, query: str) -> None:
    """Says that there is nothing; as for an instrument without text."""
    member.get(f"/staff/S1/instruments/face/preview{query}")
    assert member.status == 404
    member.get("/staff/S1/instruments/hads/preview")
    assert member.status == 404


def test_a_permission_is_recorded(app: Flask, member: Member) -> None:
    """From then on it is in force; the one before stays listed."""
    load(app, "face", "authors")
    load(app, "face", "authors-2")
    for name in ("authors", "authors-2"):
        member.get("/staff/S1/instruments/face")
        member.post("/staff/S1/instruments/face/permission", {"wording": f"1:{name}", **LEAVE})
        assert "The permission was recorded." in member.page.text
    assert [row["wording"] for row in one_table(app, "permission")] == ["authors", "authors-2"]
    text = member.page.text
    assert text.index("In force authors-2") < text.index("Earlier authors,")
    assert "Letter of 1 March 2026" in text
    assert "by coordinator-everywhere-s1@example.org" in text
    assert "The authors: Letter of 1 March 2026. doi:10.0000/nl" in member.get("/staff/S1/instruments").text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"holder": ""}, "Say who gave leave."),
        ({"reference": ""}, "Say where that is written."),
        ({"reference": "\u2003"}, "Say where that is written."),
        ({"publication": ""}, "Name the publication."),
        ({"wording": "1:working-2"}, "Not a valid choice"),
        ({"wording": "1:nl-only"}, "lacks en, which study S1 uses"),
        ({"holder": "x" * 501}, "cannot be longer than 500"),
    ],
)
def test_a_permission_that_lacks_something_is_refused(
    app: Flask, member: Member, change: dict[str, str], says: str
) -> None:
    """At its box; nothing is recorded."""
    load(app)
    load(app, "face", "nl-only", "nl")
    member.get("/staff/S1/instruments/face")
    fields = {"wording": "1:authors", **LEAVE, **change}
    page = member.post("/staff/S1/instruments/face/permission", fields)
    assert member.status == 422
    assert says in page.text
    assert one_table(app, "permission") == []


def test_what_keeps_a_study_from_going_live_is_told(app: Flask, member: Member) -> None:
    """On the instrument that it is about, until its text is loaded and permitted."""
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False, status="draft"))
    words = "The text of FaCE is a working wording"
    assert words in member.get("/staff/S1/instruments").text
    assert "bands and cut-offs are not applied" in member.get("/staff/S1/instruments/face").text
    load(app)
    with changing(app) as session:
        study = session.query(Study).one()
        new = NewPermission("face", "authors", *LEAVE.values())
        permissions.permit(session, study, new, library(app), at=datetime.now(UTC), actor="test")
    assert words not in member.get("/staff/S1/instruments").text
    assert "authors, languages: en, nl, version 1" in member.page.text
