"""The zip file for SPSS or Stata: responses, patients, treatments, gradings, scores, and a codebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.exchange.statistics import files, responses
from surveys.exchange.statistics.files import ENDINGS, Form, rows_of
from surveys.exchange.statistics.variables import NotGiven, Variable, of_columns
from surveys.exchange.tidy.columns import TidyTable
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study

TABLES: Mapping[str, str] = {
    "patients": "patients",
    "treatments": "treatments",
    "gradings": "gradings",
    "scores": "scores_long",
}
HEADER = ("file", "variable", "label", "measure", "type", "values", "not_given", "shortened")
_NAMES = {"spss": "SPSS", "stata": "Stata"}

_README = """\
# {title}

Study `{code}` for {program}, exported by Seventh.{simulated}

| file | rows | a row is |
|---|---|---|
{files}

`codebook.csv` has every variable with its whole label and its values. Check the files with
`sha256sum -c SHA256SUMS`.

- Patients are their study codes, which are texts. No names, contacts or notes.
- {dates}
- {missing}
- What was not asked, and a score that cannot be computed, is system-missing; `…_missing` says how many items
  of the scale have no answer.
- labels shortened: {shortened}
{notes}"""
SIMULATED = "The patients are simulated."
_WHY = {
    "spss": "An item without an answer is user-missing: -97 skipped, -98 not reached, -99 not recorded.",
    "stata": "An item without an answer is `.a` skipped, `.b` not reached, `.c` not recorded.",
}


def write(
    place: Place, selection: Selection, study: Study, contents: Contents, form: Form, *, exact: str | None
) -> list[Written]:
    """Write the package of `form` into `place`; calendar dates only for the reason `exact`.

    Raises:
        Refused: a file would be too large.
    """
    packing, cut = Packing(place), 0
    simulated = [SIMULATED] if study.simulated else []
    notes = [f"Study {study.code}, exported by Seventh.", *simulated, *contents.notes]
    listed: list[str] = []
    lines: list[list[str]] = []
    for name, title, making in _files(selection, contents, exact=exact is not None):
        file = name + ENDINGS[form]
        rows, of_file, shortened = _put(packing, file, f"{study.code}: {title}", making, form, notes)
        listed.append(f"| `{file}` | {rows} | {title} |")
        lines += of_file
        cut += shortened
    packing.table("codebook.csv", HEADER, lines)
    told = _README.format(
        title=study.title,
        code=study.code,
        program=_NAMES[form],
        simulated="".join(f" **{one}**" for one in simulated),
        files="\n".join(listed),
        dates="Dates are days since enrolment and since onset; there are no calendar dates."
        if exact is None
        else f"Calendar dates are filled in. The reason recorded for this: {' '.join(exact.split())}",
        missing=_WHY[form],
        shortened=cut,
        notes="".join(f"- {one}\n" for one in contents.notes),
    )
    packing.text("README.md", told)
    packing.sums()
    return packing.files


def _files(
    selection: Selection, contents: Contents, *, exact: bool
) -> Iterator[tuple[str, str, Callable[[], list[Variable]]]]:
    """The name and title of each file, and how its variables are made: memory holds those of one file."""
    title = "Responses, a row for each patient and visit"
    yield "responses", title, lambda: responses.of_visits(selection, contents, exact=exact)
    for name, file in TABLES.items():
        table = contents.table(name)
        yield file, table.title, partial(_of_table, table, selection, exact=exact)


def _of_table(table: TidyTable, selection: Selection, *, exact: bool) -> list[Variable]:
    return of_columns(table.columns, table.rows(selection), exact=exact)


def _put(
    packing: Packing,
    file: str,
    title: str,
    making: Callable[[], list[Variable]],
    form: Form,
    notes: Sequence[str],
) -> tuple[int, list[list[str]], int]:
    """Write a file; returns its rows, its lines of the codebook, and how many labels were shortened."""
    variables = making()
    rows = rows_of(variables)
    shortened: list[str] = []
    packing.file(file, lambda into: shortened.extend(files.write(form, title, variables, into, notes)), rows)
    return rows, list(_lines(file, variables, shortened, form)), len(shortened)


def _lines(
    file: str, variables: Iterable[Variable], shortened: Sequence[str], form: Form
) -> Iterator[list[str]]:
    why = ";".join(f"{_missing(one, form)}={one.words}" for one in NotGiven)
    for one in variables:
        yield [
            file,
            one.name,
            one.words,
            one.measure,
            one.kind,
            ";".join(f"{code}={words}" for code, words in one.codes.items()),
            why if one.may_say_why else "",
            "true" if one.name in shortened else "false",
        ]


def _missing(one: NotGiven, form: Form) -> Any:
    return one.number if form == "spss" else f".{one.letter}"
