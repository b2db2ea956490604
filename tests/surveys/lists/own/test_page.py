"""A page of a list: cut by the database, for the reader's site, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.surveys.lists.own.conftest import Shown, codes, patient, scored


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements of both databases are tried field by field beside this."""
    return sqlite_url


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """The statements meanwhile."""
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_pages_are_cut_after_filter_and_order(session: Session, shown: Shown) -> None:
    """Nobody stands twice; empty cells last in either direction; equal ones by code."""
    scored(session, "C", "saq", "total", 10, 30)
    scored(session, "B", "saq", "total", 10, 30)
    for down, wanted in ((False, "BCAD"), (True, "BCAD")):
        pages = [
            shown(["code"], sort="last.saq.total", down=down, size=3, number=number) for number in (1, 2)
        ]
        assert "".join(map(codes, pages)) == wanted
        assert [page.total for page in pages] == [4, 4]
    assert pages[0].pages == 2
    assert codes(shown(["code"], ("age", "at_most", ["46"]), sort="age")) == "DC"


def test_a_reader_of_a_site_sees_that_site_alone(session: Session, shown: Shown) -> None:
    """The same list, and its count."""
    patient(session, "B").sex = "female"
    patient(session, "C").sex = "female"
    found = shown(["code"], ("sex", "is", ["female"]), site="north")
    assert (codes(found), found.total) == ("B", 1)
    assert shown(["code"], ("sex", "is", ["female"])).total == 2


def test_columns_and_conditions_ask_no_further_statement(
    session: Session, shown: Shown, statements: list[str]
) -> None:
    """One for the plan, one for the page, and each score is joined once."""
    score = "saq.total"
    columns = [
        "code",
        "state",
        "next_visit",
        f"last.{score}",
        f"change.{score}",
        f"verdict.{score}",
        "channel",
    ]
    patient(session, "A")
    session.flush()
    statements.clear()
    shown(
        columns,
        (f"change.{score}", "above", ["0"]),
        (f"last.{score}", "known", []),
        ("family.toxin.begun_on", "since", ["2026-05-01"]),
        ("state", "is", ["due"]),
        sort=f"last.{score}",
    )
    asked = [one for one in statements if "patient.code = " not in one]
    assert len(asked) == 2
    assert asked[1].count("row_number() OVER (PARTITION BY visit.patient_id, ") <= 1
    assert asked[1].count("score.scale = ") == 2  # for the order and the conditions, and for the page's rows
