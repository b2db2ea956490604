"""The dashboard: for whom, of whom, and how often it is drawn."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Gate
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select, update

from analysis.data.pages import TITLES
from surveys.db import db
from surveys.models import Patient as StoredPatient
from surveys.models import Study
from surveys.schedule import PlannedVisit
from surveys.settings import THREADS, Settings
from surveys.store.patient import erasing
from surveys.views.clinic import display
from surveys.views.dashboard import boards
from surveys.views.dashboard.boards import Boards
from surveys.views.dashboard.painting import Order, Paint, Painted
from tests.support.answers import send
from tests.support.boards import painting_here
from tests.support.patient import Patient, in_process
from tests.support.simulated import populate
from tests.support.staff import Member, employ, signed_in
from tests.support.study import FACE, PHQ9, changing, invite, one_table

PATH = "/staff/S1/dashboard"
CHARTS = 10  # two scales against time and by treatment, and the associations: acute and chronic each
CAVEAT = (
    "Clinic registry data. Treatment was not assigned at random and patients who recover stop attending. "
    "Associations do not show cause."
)
QUERIES = ["", "?strata=together", "?sex=female", "?time=acute", "?treatment=toxin", "?cause=ramsay_hunt"]


class Clinic:
    """A study of 60 simulated patients that tests only read."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._members: dict[str, Member] = {}

    def member(self, role: str = "coordinator") -> Member:
        """Somebody of that role, signed in once."""
        if role not in self._members:
            self._members[role] = signed_in(self.app, role)
        return self._members[role]

    def page(self, role: str = "coordinator", query: str = "") -> str:
        """The dashboard as somebody of that role sees it."""
        return page_of(self.member(role), query)


@pytest.fixture(scope="module")
def clinic(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    from app import create_app

    path = tmp_path_factory.mktemp("clinic") / "seventh.db"
    shutil.copyfile(_migrated_sqlite, path)
    app = create_app(Settings(database_url=f"sqlite:///{path}", secret_key="test " * 10))
    app.testing = True
    populate(app, 60)
    yield Clinic(app)
    app.extensions["boards"].close()
    with app.app_context():
        db.engines["default"].dispose()


def page_of(member: Member, query: str = "", path: str = PATH) -> str:
    """The dashboard that a member gets."""
    member.get(path + query)
    assert member.status == 200
    return member.replies[-1].html


def chart_data(page: str) -> dict[str, Any]:
    """What each chart of the page draws, by its key."""
    found = re.findall(r'class="figure-data" data-chart="([\w-]+)-chart">(.*?)</script>', page, re.DOTALL)
    return {key: json.loads(data) for key, data in found}


def points(page: str) -> list[dict[str, Any]]:
    """The traces of points of all charts, one point per patient."""
    traces = [trace for chart in chart_data(page).values() for trace in chart["data"]]
    return [trace for trace in traces if trace.get("mode") == "markers" and "error_x" not in trace]


def words(page: str) -> str:
    """The words of the page."""
    bare = re.sub(r"<(script|style|option).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def facts(page: str) -> dict[str, str]:
    """The numbers above the figures."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))


def small_numbers(page: str) -> list[str]:
    """Where a page tells of one to four patients: in its words, labels, tables or points."""
    said = words(page) + " ".join(json.dumps(data) for data in chart_data(page).values())
    said = re.sub(r"(fewer than|under|Under) 5|one visit each", " ", said)
    counted = r"\b([1-4](?: acute| chronic)? (?:patients?|answered))\b|(n\\u00a0=\\u00a0[1-4])\b"
    found = ["".join(groups) for groups in re.findall(counted, said)]
    found += [fact for fact, value in facts(page).items() if re.fullmatch("[1-4]", value)]
    for table in re.findall(r"<table(?![^>]*app-matrix).*?</table>", page, re.DOTALL):
        labels = re.findall(r'<th scope="col"[^>]*>([^<]+)', table)
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
            cells = [html.unescape(cell).strip() for cell in re.findall(r"<t[hd][^>]*>([^<]*)", row)]
            named = dict(zip(labels, cells, strict=True))
            counts = cells[1:] if labels[0] == "Patients" else [named.get("Patients", "")]
            found += [row for count in counts if re.fullmatch("[1-4]", count)]
    return found + [str(trace["text"]) for trace in points(page) if len(trace["x"]) < 5]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement while the block lasts, whichever thread asks."""
    seen: list[str] = []

    def note(*details: Any) -> None:
        seen.append(details[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


# What is shown ------------------------------------------------------------------------------------------


def test_without_a_filter_everybody_is_shown(clinic: Clinic) -> None:
    """Acute and chronic side by side in every figure, who and how many above, the caveat below."""
    page = clinic.page()
    assert len(chart_data(page)) == CHARTS
    assert facts(page)["patients, 60 answered"] == "60"
    assert int(facts(page)["acute"]) + int(facts(page)["chronic"]) <= 60
    assert any(fact.startswith("median time since onset, quartiles") for fact in facts(page))
    for said in (
        "Showing: all patients",
        "Who is left out, and why",
        "higher is better",
        "higher is worse",
        CAVEAT,
    ):
        assert said in words(page)


def test_the_page_is_whole(clinic: Clinic) -> None:
    """Every id once, and nothing inline that the content policy would refuse."""
    page = clinic.page()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_tables_stand_under_every_figure(clinic: Clinic) -> None:
    """With their numbers, open, so that nobody needs a script."""
    figures = re.findall(r"<figure.*?</figure>", clinic.page(), re.DOTALL)
    assert len(figures) == 5
    assert all('<details class="govuk-details" open>' in one and "<td" in one for one in figures)


def test_filters_live_in_the_address(clinic: Clinic) -> None:
    """They are said in words, stay chosen, and leave only the panels asked for."""
    page = clinic.page(query="?sex=female&time=acute")
    assert "Showing: women, acute (under 90 days)" in words(page)
    assert '<option value="female" selected>' in page
    assert {key.rpartition("-")[2] for key in chart_data(page)} == {"acute"}


def test_together_is_said_to_mix(clinic: Clinic) -> None:
    """One panel on request; with one stratum chosen there is nothing to mix."""
    page = clinic.page(query="?strata=together")
    assert "acute and chronic together (mixes two populations)" in words(page)
    assert {key.rpartition("-")[2] for key in chart_data(page)} == {"all"}
    alone = clinic.page(query="?strata=together&time=chronic")
    assert "mixes two populations" not in words(alone)
    assert {key.rpartition("-")[2] for key in chart_data(alone)} == {"chronic"}


def test_an_unknown_parameter_is_passed_over(clinic: Clinic) -> None:
    """Links made elsewhere may carry marks of their own."""
    assert len(chart_data(clinic.page(query="?utm=1"))) == CHARTS


@pytest.mark.parametrize(
    "field",
    ["treatment", "cause", "sex", "time", "strata", "age", "side", "visit", "locale", "source"],
)
def test_an_address_with_an_unknown_value_is_refused(app: Flask, field: str) -> None:
    """422, and a summary that says which value, leading to its field; nothing is drawn."""
    invite(app)
    member = signed_in(app)
    member.get(f"{PATH}?{field}=%3Cb%3Enonsense")
    assert member.status == 422
    page = member.replies[-1].html
    assert f'<a href="#{field}">' in page
    assert "“&lt;b&gt;nonsense” is not one of the choices. Choose one from the list." in page
    assert chart_data(page) == {}


def test_a_day_that_is_none_is_refused(clinic: Clinic) -> None:
    """In words that say how a day is given."""
    clinic.member().get(f"{PATH}?since=yesterday")
    assert clinic.member().status == 422
    assert "From: give a day as year-month-day, such as 2026-03-10." in words(
        clinic.member().replies[-1].html
    )


@pytest.mark.parametrize("role", ["coordinator", "analyst"])
def test_a_study_without_patients_says_so(app: Flask, role: str) -> None:
    populate(app, 0)
    assert "This study has no patients yet." in words(page_of(signed_in(app, role)))


@pytest.mark.parametrize("role", ["coordinator", "analyst"])
def test_a_study_without_answers_says_so(app: Flask, role: str) -> None:
    invite(app)
    assert "None of these patients has a score yet." in words(page_of(signed_in(app, role)))


def test_filters_that_leave_nobody_are_answered_kindly(clinic: Clinic) -> None:
    said = words(clinic.page(query="?sex=other&cause=stroke_central"))
    assert "No patient is like this. Take one of the filters away, or clear them all." in said


@pytest.mark.parametrize("page", TITLES)
def test_every_page_has_figures_and_keeps_the_filters(clinic: Clinic, page: str) -> None:
    """Each tab leads on with the same filters; each figure has its table as a file."""
    address = f"{PATH}/{page}"
    shown = page_of(clinic.member(), "?sex=female&age=40+to+59", address)
    assert "Showing: women, aged 40 to 59" in words(shown)
    assert '<details class="govuk-details app-filters__more" open>' in shown
    assert f'{PATH}/time?sex=female&amp;age=40+to+59"' in shown
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    files = re.findall(r'href="([^"]+\.csv\?[^"]+)"', shown)
    assert len(files) == shown.count("<figure") > 0
    clinic.member().get(html.unescape(files[0]))
    assert clinic.member().replies[-1].header("Content-Type") == "text/csv; charset=utf-8"
    assert clinic.member().replies[-1].html.startswith("\ufeff")


def test_a_table_that_is_not_there_leads_back_to_its_page(clinic: Clinic) -> None:
    """Where a filter leaves nobody there is no file, and the page says why."""
    clinic.member().get(f"{PATH}/time/time-face-total.csv?sex=other&cause=lyme")
    assert "No patient is like this." in words(clinic.member().replies[-1].html)


def test_a_page_that_is_not_there_is_not_found(clinic: Clinic) -> None:
    clinic.member().get(f"{PATH}/ranking")
    assert clinic.member().status == 404


def test_only_pages_with_figures_may_make_pictures(clinic: Clinic) -> None:
    """`blob:` for images there, and nowhere else."""
    policies = []
    for path in (PATH, f"{PATH}/time", "/staff/S1/patients"):
        clinic.member().get(path)
        policies.append("blob:" in str(clinic.member().replies[-1].header("Content-Security-Policy")))
    assert policies == [True, True, False]


def test_analysts_cannot_cut_the_data_by_days(clinic: Clinic) -> None:
    """Two spans that differ by a day would tell what a few answered that day."""
    assert 'name="since"' in clinic.page("coordinator")
    assert 'name="since"' not in clinic.page("analyst")
    assert "Showing: all patients" in words(clinic.page("analyst", "?since=2026-01-01"))


# For whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["coordinator", "investigator", "admin"])
def test_those_who_may_open_patients_see_whose_each_point_is(clinic: Clinic, role: str) -> None:
    """Every point says its patient's code, from the first to the last."""
    texts = [text for trace in points(clinic.page(role)) for text in trace["text"]]
    assert all(re.match(r"S\d{5}: ", text) for text in texts)
    assert len({text.split(":")[0] for text in texts}) > 50


def test_analysts_see_figures_but_nobody(clinic: Clinic) -> None:
    """No patient's code anywhere in the page, its data included; totals are rounded."""
    page = clinic.page("analyst")
    assert chart_data(page)
    assert [row["code"] for row in one_table(clinic.app, "patient") if row["code"] in page] == []
    assert facts(page)["patients, about 60 answered"] == "about 60"


def test_a_board_is_never_shared_between_those_who_may_and_may_not(clinic: Clinic) -> None:
    """What the coordinator opened just before is not what the analyst gets."""
    assert "S00001" in clinic.page("coordinator")
    assert "S00001" not in clinic.page("analyst")


@pytest.mark.parametrize("query", QUERIES)
def test_analysts_see_no_small_number_of_patients(clinic: Clinic, query: str) -> None:
    """In no sentence, table, label, list or drawing are there one to four patients."""
    assert small_numbers(clinic.page("analyst", query)) == []


@pytest.mark.parametrize("page", [page for page in TITLES if page != "overview"])
def test_analysts_see_no_small_number_on_any_page(clinic: Clinic, page: str) -> None:
    """Nor as a cell of any table there: only questionnaires have as few as four items."""
    shown = page_of(clinic.member("analyst"), path=f"{PATH}/{page}")
    assert small_numbers(shown) == []
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", shown)
    assert cells
    assert page == "quality" or [cell for cell in cells if re.fullmatch("[1-4]", cell.strip())] == []


@pytest.mark.parametrize("patients", [3, 12])
def test_small_studies_show_everything_to_the_clinic_and_nothing_small_to_analysts(
    app: Flask, patients: int
) -> None:
    """Those who may open patients see the small cells by count and point, without an average."""
    populate(app, patients, seed=patients)
    assert small_numbers(page_of(signed_in(app, "analyst"))) == []
    page = page_of(signed_in(app))
    assert small_numbers(page)
    boxes = [
        trace for chart in chart_data(page).values() for trace in chart["data"] if trace["type"] == "box"
    ]
    if patients == 3:
        assert boxes == []
        assert not any(
            trace.get("mode") == "lines" for one in chart_data(page).values() for trace in one["data"]
        )


def test_a_filter_that_singles_out_a_few_is_not_for_analysts(app: Flask) -> None:
    """Three men: the coordinator sees them; the analyst neither them nor all patients but them."""
    populate(app, 12)
    with changing(app) as session:
        session.execute(update(StoredPatient).values(sex="female"))
        session.execute(update(StoredPatient).where(StoredPatient.id <= 3).values(sex="male"))
    analyst = signed_in(app, "analyst")
    for sex in ("male", "female"):
        page = page_of(analyst, f"?sex={sex}")
        assert "This would show fewer than 5 patients" in words(page)
        assert chart_data(page) == {}
    assert facts(page_of(signed_in(app), "?sex=male"))["patients, 3 answered"] == "3"


def test_a_study_may_withhold_larger_groups(app: Flask) -> None:
    """From its own number of patients on: seven men are then nobody's to see."""
    populate(app, 24)
    with changing(app) as session:
        session.execute(update(StoredPatient).values(sex="female"))
        session.execute(update(StoredPatient).where(StoredPatient.id <= 7).values(sex="male"))
    analyst = signed_in(app, "analyst")
    assert "This would show fewer" not in words(page_of(analyst, "?sex=male"))
    with changing(app) as session:
        session.execute(update(Study).values(smallest_group=8))
    employ(app, "new@example.org")  # every change that people make leaves an event behind
    assert "This would show fewer than 8 patients" in words(page_of(analyst, "?sex=male"))


def test_a_site_sees_its_own_patients_only(app: Flask) -> None:
    populate(app, 12)
    with changing(app) as session:
        session.execute(update(StoredPatient).where(StoredPatient.id <= 7).values(site="north"))
    assert facts(page_of(signed_in(app, site="north")))["patients, 7 answered"] == "7"


# How often ----------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_the_study(app: Flask) -> None:
    """Four tables are read, each once; with many patients as with few."""
    asked = []
    for study, patients in (("S1", 6), ("S2", 30)):
        populate(app, patients, study=study)
        member = signed_in(app, study=study)
        with statements() as seen:
            assert chart_data(page_of(member, path=f"/staff/{study}/dashboard"))
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 16


@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
def test_a_board_is_drawn_once_per_state_of_the_data(app: Flask) -> None:
    """The second request and the second person get the kept board; a new answer makes a new one."""
    invited = invite(app, "N1")
    populate(app, 12)
    first, second = signed_in(app), signed_in(app, "investigator")
    drawn = page_of(first)
    with statements() as again:
        assert chart_data(page_of(second)) == chart_data(drawn)
    assert [one for one in again if "FROM score" in one] == []

    send(app, invited.token, FACE)
    with statements() as afresh:
        changed = page_of(first)
    assert [one for one in afresh if "FROM score" in one]
    assert "patients, 12 answered" in facts(drawn)
    assert "patients, 13 answered" in facts(changed)


def test_boards_of_older_data_are_forgotten(app: Flask) -> None:
    """What was erased since must not linger in memory."""
    populate(app, 6)
    member = signed_in(app)
    kept = app.extensions["boards"]._kept
    for query in ("", "?sex=female"):
        page_of(member, query)
    assert len(kept) == 2
    employ(app, "new@example.org")
    page_of(member)
    assert len(kept) == 1


# While it is drawn --------------------------------------------------------------------------------------


class Blocked:
    """Draws boards as the application does, but not before `may` is set; it fails while `error` is set."""

    def __init__(self, app: Flask) -> None:
        self.may = Gate()
        self.error: Exception | None = None
        self._settings: Settings = app.config["SETTINGS"]

    @contextmanager
    def painting(self) -> Iterator[Paint]:
        """What the boards of the application enter."""
        with painting_here(self._settings) as paint:

            def later(order: Order) -> Painted:
                self.may.wait()
                if self.error:
                    raise self.error
                return paint(order)

            yield later


@pytest.fixture
def blocked(app: Flask) -> Iterator[Blocked]:
    """The application whose boards are drawn when the test lets them."""
    made = Blocked(app)
    app.extensions["boards"] = Boards(made.painting)
    yield made
    made.may.set()


def asked(member: Member, query: str = "", path: str = PATH) -> tuple[int, str]:
    """The status and the words of a page of the dashboard."""
    member.get(path + query)
    return member.status, words(member.replies[-1].html)


def test_a_board_that_is_being_drawn_is_said_to_be(
    app: Flask, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, with a link; the page loads again by itself, filters kept, and then it is there."""
    populate(app, 12)
    member = signed_in(app)
    with monkeypatch.context() as nobody_waits:
        nobody_waits.setattr(boards, "WAITING", 0)
        status, said = asked(member, "?sex=female")
        assert status == 202
        assert member.replies[-1].header("Refresh") == "3"
        assert "These figures are being drawn. This page looks again by itself" in said
        assert "Showing: women" in said
        assert member.page.links[f"{PATH}?sex=female"] == "Look again now"
        status, said = asked(member, "?sex=female", f"{PATH}/time/time-face-total.csv")
        assert (status, member.path) == (202, f"{PATH}/time?sex=female")
    blocked.may.set()
    assert facts(page_of(member, "?sex=female"))
    assert member.replies[-1].header("Refresh") is None


def test_sixteen_threads_answer_patients_while_boards_are_drawn(app: Flask, blocked: Blocked) -> None:
    """Four people ask for one board after another, none of which is drawn: two of them wait, no more."""
    invited = invite(app)
    blocked.may.set()  # whoever signs in is led to the dashboard
    members = [signed_in(app, role) for role in ("coordinator", "investigator", "analyst", "admin")]
    blocked.may.clear()
    queries = ["?sex=female", "?sex=male", "?time=acute"]
    patient = Patient(in_process(app))

    def look(member: Member) -> list[int]:
        return [asked(member, query)[0] for query in queries]

    with ThreadPoolExecutor(THREADS) as threads:
        looking = [threads.submit(look, member) for member in members]
        try:
            threads.submit(patient.open, invited.token).result()
            answered = [next(as_completed(looking)).result()]
        finally:
            blocked.may.set()
    assert patient.status == 200
    assert answered == [[202] * len(queries)]


def test_the_last_board_is_shown_with_its_time_while_a_newer_one_is_drawn(
    app: Flask, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a file, which could not say so."""
    invited = invite(app, "N1")
    populate(app, 12)
    member = signed_in(app)
    blocked.may.set()
    assert "patients, 12 answered" in facts(page_of(member))
    blocked.may.clear()
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    with monkeypatch.context() as nobody_waits:
        nobody_waits.setattr(boards, "WAITING", 0)
        page = page_of(member)
        assert "patients, 12 answered" in facts(page)
        today = display.moment(datetime.now(UTC), "UTC") or ""
        assert re.search(rf"These figures are as of {today[:6]}.*Newer ones are being drawn", words(page))
        assert member.page.links[PATH] == "Show the newer ones"
        [file] = [one for one in member.page.links if "/associations" in one and ".csv" in one]
        member.get(file)
        assert member.status == 200
        assert member.path.startswith(f"{PATH}/overview")
    blocked.may.set()
    page = page_of(member)
    assert "patients, 13 answered" in facts(page)
    assert "as of" not in words(page)


def test_after_an_erasure_no_older_board_is_shown(
    app: Flask, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor kept in memory."""
    populate(app, 12)
    member = signed_in(app)
    blocked.may.set()
    assert "S00001" in page_of(member)
    blocked.may.clear()
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(StoredPatient).where(StoredPatient.code == "S00001")).one()
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    monkeypatch.setattr(boards, "WAITING", 0)
    status, _ = asked(member)
    assert status == 202
    assert "S00001" not in member.replies[-1].html
    assert not app.extensions["boards"]._kept


def test_signing_in_draws_no_board_anew(app: Flask) -> None:
    """Nor do messages and exports: figures are the same after them."""
    populate(app, 12)
    employ(app, "later@example.org", "coordinator")
    page_of(signed_in(app))
    later = Member(in_process(app))
    later.sign_in("later@example.org")
    with statements() as seen:
        page_of(later)
    assert [one for one in seen if "FROM score" in one] == []


def test_a_board_that_cannot_be_drawn_is_said_so_and_tried_again(app: Flask, blocked: Blocked) -> None:
    """With what there was before, where there was something."""
    invited = invite(app, "N1")
    populate(app, 12)
    member = signed_in(app)
    blocked.may.set()
    blocked.error = ValueError("S00001")
    status, said = asked(member)
    assert status == 503
    assert "These figures could not be drawn." in said
    assert member.page.links[PATH] == "Try again"
    blocked.error = None
    assert chart_data(page_of(member))
    blocked.error = ValueError("S00001")
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    page = page_of(member)
    assert "Newer ones could not be drawn" in words(page)
    assert "patients, 12 answered" in facts(page)


# Whose words --------------------------------------------------------------------------------------------


def test_working_wording_is_said_to_be_and_can_be_seen_alone(clinic: Clinic) -> None:
    """Simulated studies may show both; whoever chooses sees one of them, in all figures."""
    page = clinic.page()
    assert "face: asked in working wording, not in the published text; compare with care." in words(page)
    assert 'name="wording"' in page
    alone = words(clinic.page(query="?wording=other"))
    assert "Showing: without working wording" in alone
    assert "asked in working wording" not in alone
    assert "FaCE total and time since onset" not in alone
    assert "PHQ-9 total" in alone


def test_a_real_study_shows_other_wordings_and_leaves_ours_out(app: Flask) -> None:
    """They never share a figure; the reader is told, and may see either."""
    populate(app, 30)
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False))
    member = signed_in(app)
    said = words(page_of(member))
    assert "Answers to working wording (face, saq) are left out" in said
    assert "FaCE total and time since onset" not in said
    assert "FaCE total and time since onset" in words(page_of(member, "?wording=own"))


def test_without_both_there_is_no_choice(app: Flask) -> None:
    """A study asked in one kind of words has one filter less, and its figures no warning."""
    invited = invite(app, plan=[PlannedVisit("baseline", "First", "enrolment", 0, 0, 30, ("phq9",))])
    send(app, invited.token, PHQ9)
    page = page_of(signed_in(app))
    assert 'name="wording"' not in page
    assert "working wording" not in page
