"""The page that goes with the package."""

from __future__ import annotations

from surveys.exchange.places import Written
from surveys.exchange.tidy import readme
from surveys.exchange.tidy.crowd import Coarser, Crowd
from surveys.exchange.tidy.people import PATIENTS, TREATMENTS
from surveys.models import Study

APART = Crowd(patients=200, least=5, smallest=1, alone=50, under=80)


def told(
    *,
    site: str | None = None,
    exact_dates: str | None = None,
    wordings: tuple[str, ...] = (),
    simulated: bool = False,
    coarser: Coarser | None = None,
) -> str:
    study = Study(code="S1", title="A study of faces", simulated=simulated)
    files = [Written("treatments.csv", 9, "0" * 64, 7), Written("patients.csv", 9, "0" * 64, 3)]
    return readme.text(study, [PATIENTS, TREATMENTS], files, site, exact_dates, wordings, APART, coarser)


def test_each_file_stands_with_its_rows() -> None:
    text = told()
    assert text.startswith("# A study of faces\n\nStudy `S1`, exported by Seventh as plain tables.\n")
    assert f"| `patients.csv` | 3 | {PATIENTS.title} |\n| `treatments.csv` | 7 | {TREATMENTS.title} |" in text
    assert "{" not in text.replace('{"patient": str}', "")
    assert text.endswith("nobody alone.\n")


def test_it_says_how_days_are_told() -> None:
    """A reason for calendar dates stands on one line."""
    assert "Dates are days since enrolment" in told()
    exact = told(exact_dates=" A paper\n with dates. ")
    assert "- Calendar dates are filled in. The reason recorded for this: A paper with dates.\n" in exact
    assert "Dates are days since enrolment" not in exact


def test_it_warns_of_what_a_reader_must_know() -> None:
    """And of nothing else."""
    plain = told()
    for warning in ("simulated", "Only patients of the site", "wording of"):
        assert warning not in plain
    assert "plain tables. **The patients are simulated.**\n" in told(simulated=True)
    text = told(site="North", wordings=("The wording of FaCE is not here.",))
    assert "- Only patients of the site North.\n- The wording of FaCE is not here.\n" in text


def test_it_says_how_alone_patients_stand() -> None:
    """And in the coarser version what was done about it."""
    plain = " ".join(told().split())
    assert "50 of 200 patients (25 %) stand alone and 80 in groups under 5; the smallest group has 1" in plain
    assert "by `site`, `sex`, `age_band`, `cause`, `side`, `onset_to_enrolment_days`." in plain
    assert "coarser version of this package" in plain
    after = Crowd(patients=200, least=5, smallest=9, alone=0, under=0)
    made = " ".join(told(coarser=Coarser(after, ("onset in whole weeks",), 3, {})).split())
    assert "This is the coarser version: days in whole weeks; onset in whole weeks. Of 3 patients" in made
    assert "0 of 200 patients (0 %) stand alone" in made
