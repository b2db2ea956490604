"""What a table seems to hold."""

from __future__ import annotations

from tests.support import tables


def test_numbers_from_one_are_a_doubt_and_texts_are_not() -> None:
    """The trap: the same questions, once as numbers and once as texts."""
    numbers = tables.proposal(tables.qualtrics())
    assert numbers.mapping.instruments["phq9"].values == {"1": 0, "2": 1, "3": 2, "4": 3}
    assert numbers.mapping.unconfirmed == ("instruments.phq9",)
    texts = tables.proposal(tables.qualtrics(tables.OPTIONS))
    assert texts.mapping.unconfirmed == ()


def test_a_programs_own_columns_mean_what_they_mean() -> None:
    """Previews are left out, unfinished ones are unsent, who somebody is stays outside."""
    found = tables.proposal(tables.qualtrics(), zone="America/Denver")
    mapping = found.mapping
    assert (mapping.patient, mapping.completed_on, mapping.header_rows) == (
        "ExternalReference",
        "RecordedDate",
        3,
    )
    assert "Survey Preview" in mapping.skip_where["Status"]
    assert "0" in mapping.partial_where["Finished"]
    assert found.left["RecipientEmail"].startswith("tells who somebody is")
    assert (mapping.order, mapping.timezone) == ("ymd", "America/Denver")


def test_a_code_is_not_guessed_and_an_order_of_days_neither() -> None:
    """Candidates are named; days that could be two are asked."""
    found = tables.proposal(tables.google_forms())
    assert found.mapping.patient == ""
    assert "No column holds a patient code. Candidates: Your study code." in found.doubts["columns"][0]
    assert found.mapping.order == "mdy"
    doubtful = tables.proposal(tables.google_forms(("3/2/2024", "3/3/2024", "3/4/2024")))
    assert doubtful.mapping.order is None
    assert "could be d/m/y or m/d/y in all 3 rows" in doubtful.doubts["dates"][0]


def test_totals_names_and_births_of_a_plain_table() -> None:
    """Nothing is dropped in silence."""
    found = tables.proposal(tables.plain())
    mapping = found.mapping
    assert (mapping.patient, mapping.completed_on, mapping.visit.column) == ("Patient_ID", "Date", "Visit")
    assert found.left["PHQ total"].startswith("looks like a total")
    assert found.left["Surname"].startswith("may tell who somebody is")
    assert set(mapping.facts) == {"birth_year", "sex"}
    assert set(mapping.unconfirmed) == {"instruments.phq9", "facts.birth_year", "facts.sex"}
    assert "Column ‘PHQ total’ looks like a total, not an item (3 cells); left out." in found.lines


def test_the_day_of_unsent_answers_is_where_there_is_one() -> None:
    """LimeSurvey may leave out when somebody last worked on them."""
    content = tables.limesurvey_codes().replace(b"datestamp", b"startdate").replace(b"lastpage", b"datestamp")
    assert tables.proposal(tables.limesurvey_codes()).mapping.otherwise_on == "datestamp"
    emptied = content.replace(b",3,en,", b",,en,").replace(b"startlanguage", b"lastpage")
    assert tables.proposal(emptied).mapping.otherwise_on == "startdate"


def test_rows_of_one_patient_and_no_questionnaire() -> None:
    """Both are said."""
    found = tables.proposal(b"patient,date\nP1,2024-01-01\nP1,2024-01-02\nP1,2024-01-03\n")
    said = " ".join(found.lines)
    assert "All of 3 rows have the same patient." in said
    assert "No questionnaire of ours was recognised." in said
