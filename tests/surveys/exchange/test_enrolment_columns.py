"""The header of a list of patients: ours, or in everyday words."""

from __future__ import annotations

from surveys.exchange.enrolment_columns import fits, header, name_of
from surveys.exchange.sheets.cut import Row


def rows(*names: str, above: int = 0) -> list[Row]:
    titles: list[Row] = [(number, ["Our patients", ""]) for number in range(1, above + 1)]
    return [*titles, (above + 1, list(names)), (above + 2, ["x"] * len(names))]


def test_the_header_may_stand_below_a_title() -> None:
    """It is the first row that has several of our columns."""
    place, found, faults = header(rows("Code", "Geburtsjahr", "Seite", "", above=3))
    assert (place, found.row, dict(found.places), found.width) == (
        3,
        4,
        {"code": 0, "birth_year": 1, "side": 2},
        3,
    )
    assert faults == []
    assert found.record(["A-1", "–", "l"]) == {"code": "A-1", "birth_year": "", "side": "l"}
    assert found.shown("birth_year") == "Geburtsjahr"
    assert fits(rows("Code", "Geburtsjahr", above=3))
    assert not fits(rows("column", "code", "meaning"))


def test_what_is_not_known_is_told() -> None:
    """A column twice, two that mean the same, one that is nearly ours, one that is nothing of ours."""
    _, found, faults = header(rows("code", "code", "Telefon", "Tel.", "Geburtsjahre", "HB"))
    assert [(fault.column, fault.problem.removeprefix("This column ")[:40]) for fault in faults] == [
        ("code", "stands twice."),
        ("Tel.", "is not known. It means telephone, as 'Te"),
        ("Geburtsjahre", "is not known. Is it birth_year?"),
        ("HB", "is not known. The columns are: code, sit"),
        (None, "The study has a lowest age: add the colu"),
    ]
    assert found.unknown == ("Tel.", "Geburtsjahre", "HB")


def test_a_name_in_parts_is_one_name() -> None:
    """Where the list has the first name apart, its name is the last one."""
    assert name_of({"given_name": "Ada", "family_name": "Groß", "name": "x"}) == "Ada Groß"
    assert name_of({"given_name": "Ada", "name": "Groß"}) == "Ada Groß"
    assert name_of({"name": "Ada Groß"}) == "Ada Groß"
    assert name_of({}) is None
