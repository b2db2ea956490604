"""The rows that a table and its confirmed mapping make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.import_file import ImportFile
from surveys.exchange.tables import mapped, mapping_file
from surveys.exchange.tables.mapping import FileMapping, InstrumentColumns, VisitColumn
from surveys.exchange.tables.table import Column, Source, Table
from surveys.instruments.scoring import score
from tests.support import tables
from tests.support.tables import ANSWERS, LIBRARY, TOTALS, rows_of

CODE = ("[columns]\n", '[columns]\npatient = "Your study code"\n')


def totals(file: ImportFile) -> list[float | None]:
    """The PHQ-9 totals of the rows."""
    phq9 = LIBRARY.get("phq9")
    return [score(phq9, row.answers["phq9"])[0].value for row in file.rows]


@pytest.mark.parametrize(
    ("made", "changes", "expected"),
    [
        (tables.qualtrics, (), [TOTALS[0], TOTALS[2]]),
        (lambda: tables.qualtrics(tables.OPTIONS), (), [TOTALS[0], TOTALS[2]]),
        (tables.limesurvey_codes, (), TOTALS),
        (tables.limesurvey_texts, (), TOTALS),
        (tables.google_forms, (CODE,), TOTALS),
        (tables.odk, (), [TOTALS[0], TOTALS[2]]),
        (tables.kobo, (), TOTALS[1:]),
        (tables.formr, (), TOTALS),
        (tables.plain, (), TOTALS),
    ],
)
def test_totals_are_those_of_the_answers(
    made: Callable[[], bytes], changes: tuple[tuple[str, str], ...], expected: list[float]
) -> None:
    """Whatever the program and its codes; previews and rejected ones stay out."""
    assert totals(rows_of(made(), *changes)) == expected


def test_unsent_answers_are_partial_and_have_a_day() -> None:
    """LimeSurvey's empty day of sending: the last day that somebody worked on it counts."""
    file = rows_of(tables.limesurvey_codes())
    assert [row.circumstances("phq9").partial for row in file.rows] == [False, True, False]
    assert [row.completed for row in file.rows] == [date(2024, 3, day) for day in (1, 2, 3)]


def test_instants_keep_their_zone() -> None:
    """An hour before midnight in UTC."""
    assert rows_of(tables.odk()).rows[0].completed == datetime(2024, 3, 1, 23, 30, tzinfo=UTC)


def test_what_was_left_out_is_told() -> None:
    """Rows by their reason, columns with their cells."""
    told = rows_of(tables.qualtrics()).left_out
    assert "1 row left out: Status is 1." in told
    assert "Column ‘RecipientEmail’ left out (3 cells)." in told
    assert rows_of(tables.qualtrics()).mapping_sha256 is not None


def test_numbers_that_nobody_gave_a_meaning_are_refused() -> None:
    """Confirmed as they are, though 4 is no value of ours; missing codes are named."""
    values = ("values = { 1 = 0, 2 = 1, 3 = 2, 4 = 3 }\n", "")
    with pytest.raises(FileRefused) as refused:
        rows_of(tables.qualtrics(), values)
    assert "is 4; PHQ-9 goes to 3" in str(refused.value)
    with pytest.raises(FileRefused, match=r'If it means missing, add it: \[missing\] codes = \["-98"\]'):
        rows_of(tables.odk().replace(b",2,,1,", b",-98,,1,"))


def test_missing_and_skipped_codes() -> None:
    """Missing ones are not answered; skipped ones are not answered on purpose."""
    content = tables.odk().replace(b",2,,1,", b",-98,-97,1,")
    missing = ("[instruments.phq9]", '[missing]\ncodes = ["-98"]\nskipped = ["-97"]\n[instruments.phq9]')
    row = rows_of(content, missing).rows[0]
    assert {"q2", "q3"}.isdisjoint(row.answers["phq9"])
    assert row.circumstances("phq9").not_given == {"q3": "skipped"}


def test_visits_of_one_name_are_counted_by_their_days() -> None:
    """Where the mapping asks for it."""
    content = tables.google_forms().replace(b"G2", b"G3").replace(b"G1", b"G3")
    file = rows_of(content, CODE, ('constant = "baseline"', 'constant = "baseline"\noccurrence = "order"'))
    assert [(row.patient, row.occurrence) for row in file.rows] == [("G3", 1), ("G3", 2), ("G3", 3)]


def test_facts_of_rows_without_answers_go_to_the_patients_answers() -> None:
    """And facts of patients without any answer are counted as left out."""
    head = "patient,date,sex,dob," + ",".join(f"phq9_q{n}" for n in range(1, 10))
    none, given = ",".join([""] * 9), ",".join("0" * 9)
    content = f"{head}\nA,,f,3.4.1970,{none}\nA,2024-01-02,,,{given}\nB,,m,,{none}\n".encode()
    file = rows_of(content)
    [row] = file.rows
    assert row.facts == {"sex": "female", "birth_year": 1970}
    assert "1 row left out: of patients without any answer." in file.left_out


def test_a_row_without_a_day_is_refused_with_the_way_out() -> None:
    """Nothing is dated by us."""
    content = tables.odk().replace(b"2024-03-01T23:30:00.000Z", b"")
    with pytest.raises(FileRefused, match="No day of these answers"):
        rows_of(content)


def test_the_digest_is_of_what_a_mapping_says() -> None:
    """Comments and layout do not count."""
    said = tables.confirmed(tables.proposal(tables.odk()))
    one = mapping_file.read(said, LIBRARY)
    other = mapping_file.read(b"# looked at\n" + said, LIBRARY)
    assert mapped.digest(one) == mapped.digest(other)
    assert len(ANSWERS) == 3


def test_each_form_of_a_visit_keeps_its_day() -> None:
    """REDCap has a row for each repeating form: also one that was not sent, or with an item passed over."""
    names = ("record_id", "redcap_event_name", "day", "sent", "phq", "face")
    columns = tuple(map(Column, names))
    cells = [
        ["1", "start", "2024-03-01", "2", "1", ""],
        ["1", "start", "2024-03-09", "0", "", "3"],
        ["2", "start", "2024-03-02", "2", "1", ""],
        ["2", "start", "2024-03-10", "2", "", "3"],
    ]
    table = Table("data.csv", "x", Source("redcap"), columns, tuple(enumerate(cells, start=2)))
    mapping = FileMapping(
        patient="record_id",
        completed_on="day",
        visit=VisitColumn(column="redcap_event_name"),
        partial_where={"sent": ("0",)},
        instruments={
            "phq9": InstrumentColumns({"q1": "phq"}, confirmed=True),
            "face": InstrumentColumns({"q1": "face"}, confirmed=True),
        },
    )
    told = [
        (row.completed, row.circumstances("face").completed, row.circumstances("face").partial)
        for row in mapped.mapped(table, mapping, LIBRARY).rows
    ]
    assert told == [
        (date(2024, 3, 1), date(2024, 3, 9), True),
        (date(2024, 3, 2), date(2024, 3, 10), False),
    ]
