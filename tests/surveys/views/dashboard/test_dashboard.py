"""The dashboard: for whom, of whom, and how often it is drawn."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from analysis.data.pages import PAGE_OF, QUESTIONS
from surveys.db import db
from surveys.models import Palsy, Staff, Study
from surveys.models import Patient as StoredPatient
from surveys.settings import Settings
from tests.support.answers import send
from tests.support.dashboard_page import (
    PATH,
    chart_data,
    facts,
    page_of,
    points,
    small_numbers,
    statements,
    words,
)
from tests.support.sample import sampled
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, changing, invite, one_table

CHARTS = 8  # two scales against time, one by treatment, and the associations: acute and chronic each
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
        self._pages: dict[tuple[str, str], str] = {}

    def member(self, role: str = "coordinator") -> Member:
        """Somebody of that role, signed in once."""
        if role not in self._members:
            self._members[role] = signed_in(self.app, role)
        return self._members[role]

    def page(self, role: str = "coordinator", query: str = "") -> str:
        """The dashboard as somebody of that role sees it, opened once."""
        if (role, query) not in self._pages:
            self._pages[role, query] = page_of(self.member(role), query)
        return self._pages[role, query]


@pytest.fixture(scope="module")
def clinic(
    _migrated_sqlite: Path,
    _application_of: Callable[[Settings], Flask],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Clinic]:
    path = tmp_path_factory.mktemp("clinic") / "seventh.db"
    shutil.copyfile(_migrated_sqlite, path)
    app = _application_of(Settings(database_url=f"sqlite:///{path}", secret_key="test " * 10))
    populate(app, 60)
    yield Clinic(app)
    with app.app_context():
        db.engines["default"].dispose()


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
    assert len(figures) == 4
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


@pytest.mark.parametrize("page", sampled(2, [page for page in PAGE_OF if page != "mood"]))
def test_every_page_has_figures_and_keeps_the_filters(clinic: Clinic, page: str) -> None:
    """Each tab leads on with the same filters; each figure has its table as a file."""
    address = f"{PATH}/{page}"
    shown = page_of(clinic.member(), "?sex=female&age=40+to+59", address)
    assert "Showing: women, aged 40 to 59" in words(shown)
    assert QUESTIONS[page] in words(shown)
    assert re.search(r'<p class="app-answer">[^<]{30,}[.]</p>', shown)
    assert '<details class="govuk-details app-filters__more" open>' in shown
    assert f'{PATH}/time?sex=female&amp;age=40+to+59"' in shown
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    files = re.findall(r'href="([^"]+\.csv\?[^"]+)"', shown)
    assert len(files) == shown.count("<figure") > 0
    clinic.member().get(html.unescape(files[0]))
    assert clinic.member().replies[-1].header("Content-Type") == "text/csv; charset=utf-8"
    assert clinic.member().replies[-1].html.startswith("\ufeff")


def test_a_table_stands_alone_to_be_copied_into_a_document(clinic: Clinic) -> None:
    """With borders and its notes, and without a class, a style or a script."""
    clinic.member().get(f"{PATH}/patients/table-one.html?sex=female")
    page = clinic.member().replies[-1].html
    assert re.search(r'<table border="1".*<th scope="row"[^>]*>Sex: Male</th><td>0</td>', page, re.DOTALL)
    assert not re.search(r"class=|style=|<script|<link", page)


def test_a_table_alone_says_its_language(clinic: Clinic) -> None:
    """As a program that reads it aloud, and the document it is copied into, must know."""
    analyst = clinic.member("analyst")
    for language, title in (("de", "Tabelle 1: Patienten"), (None, "Table 1: patients")):
        with changing(clinic.app) as session:
            session.execute(update(Staff).where(Staff.email.startswith("analyst")).values(language=language))
        analyst.get(f"{PATH}/patients/table-one.html")
        assert f'<html lang="{language or "en"}" dir="ltr">' in analyst.replies[-1].html
        assert f"<h1>{title}" in analyst.replies[-1].html


def test_a_table_that_is_not_there_leads_back_to_its_page(clinic: Clinic) -> None:
    """Where a filter leaves nobody there is no file, and the page says why."""
    for kind in ("csv", "html"):
        clinic.member().get(f"{PATH}/time/time-face-total.{kind}?sex=other&cause=lyme")
        assert "No patient is like this." in words(clinic.member().replies[-1].html)


def test_a_page_that_is_not_there_is_not_found(clinic: Clinic) -> None:
    clinic.member().get(f"{PATH}/ranking")
    assert clinic.member().status == 404


def test_only_pages_with_figures_may_make_pictures(clinic: Clinic) -> None:
    """`blob:` for images there, and nowhere else."""
    policies = []
    for path in (PATH, f"{PATH}/time?sex=female&age=40+to+59", "/staff/S1/patients"):
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
    assert all(re.match(r"S\d{5}( \(|$)", text) for text in texts)
    assert len({text.split()[0] for text in texts}) > 50


def test_analysts_see_figures_but_nobody(clinic: Clinic) -> None:
    """No patient's code anywhere in the page, its data included; totals are rounded."""
    page = clinic.page("analyst")
    assert chart_data(page)
    assert [row["code"] for row in one_table(clinic.app, "patient") if row["code"] in page] == []
    assert facts(page)["patients, about 60 answered"] == "about 60"


def test_a_board_is_never_shared_between_those_who_may_and_may_not(clinic: Clinic) -> None:
    """What the coordinator opened just before is not what the analyst gets."""
    assert "S00001" in page_of(clinic.member("coordinator"))
    assert "S00001" not in page_of(clinic.member("analyst"))


@pytest.mark.parametrize("query", sampled(2, QUERIES))
def test_analysts_see_no_small_number_of_patients(clinic: Clinic, query: str) -> None:
    """In no sentence, table, label, list or drawing are there one to four patients."""
    assert small_numbers(clinic.page("analyst", query)) == []


@pytest.mark.parametrize(
    "page",
    sampled(2, [page for page in PAGE_OF if page != "overview"], name=lambda page: f"analysts {page}"),
)
def test_analysts_see_no_small_number_on_any_page(clinic: Clinic, page: str) -> None:
    """Nor as a cell of any table there: only questionnaires have as few as four items."""
    shown = page_of(clinic.member("analyst"), path=f"{PATH}/{page}")
    assert small_numbers(shown) == []
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", shown)
    assert cells
    assert page == "quality" or [cell for cell in cells if re.fullmatch("[1-4]", cell.strip())] == []


@pytest.mark.parametrize("patients", [3, pytest.param(12, marks=pytest.mark.long)])
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
    populate(app, 12, plan=MOOD_ALONE)
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
    populate(app, 24, plan=MOOD_ALONE)
    with changing(app) as session:
        session.execute(update(StoredPatient).values(sex="female"))
        session.execute(update(StoredPatient).where(StoredPatient.id <= 7).values(sex="male"))
        session.execute(
            update(Palsy).values(
                onset_on=date(2015, 1, 1), onset_precision="day", begin="sudden", side="left"
            )
        )  # one stratum, or each would hold fewer men
    analyst = signed_in(app, "analyst")
    assert "This would show fewer" not in words(page_of(analyst, "?sex=male"))
    with changing(app) as session:
        session.execute(update(Study).values(smallest_group=8))
    assert "This would show fewer than 8 patients" in words(page_of(analyst, "?sex=male"))


def test_a_site_sees_its_own_patients_only(app: Flask) -> None:
    populate(app, 12, plan=MOOD_ALONE)
    with changing(app) as session:
        session.execute(update(StoredPatient).where(StoredPatient.id <= 7).values(site="north"))
    assert facts(page_of(signed_in(app, site="north")))["patients, 7 answered"] == "7"


# How often ----------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_the_study(app: Flask) -> None:
    """Each table is read once; with many patients as with few. A board that is there costs few."""
    asked, again = [], []
    for study, patients in (("S1", 6), ("S2", 30)):
        populate(app, patients, study=study, plan=MOOD_ALONE)
        member = signed_in(app, study=study)
        with statements() as seen:
            assert chart_data(page_of(member, path=f"/staff/{study}/dashboard"))
        asked.append(len(seen))
        with statements() as seen:
            page_of(member, path=f"/staff/{study}/dashboard")
        again.append(len(seen))
    assert asked[0] == asked[1]
    assert again[0] == again[1] <= 16


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


# Whose words --------------------------------------------------------------------------------------------


def test_working_wording_is_said_to_be_and_can_be_seen_alone(clinic: Clinic) -> None:
    """Simulated studies may show both; whoever chooses sees one of them, in all figures."""
    page = clinic.page()
    assert "FaCE: asked in working wording, not in the published text; compare with care." in words(page)
    assert 'name="wording"' in page
    alone = words(clinic.page(query="?wording=other"))
    assert "Showing: without working wording" in alone
    assert "asked in working wording" not in alone
    assert "FaCE total and time since onset" not in alone
    assert "PHQ-9 total" in alone
