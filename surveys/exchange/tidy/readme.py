"""The package's README: its files, how days are counted, and what a reader must know. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from surveys.exchange.places import Written
from surveys.exchange.tidy.columns import TidyTable
from surveys.exchange.tidy.crowd import CODED, Coarser, Crowd
from surveys.models import Study

_TEXT = """\
# {title}

Study `{code}`, exported by Seventh as plain tables.{simulated}

| file | rows | what a row is |
|---|---|---|
{files}

`codebook.csv` explains every column, item and scale, with wording status, permission and missing rule;
`codebook.json` holds the same for programs, with the scoring. `datapackage.json` describes the tables for
[Frictionless](https://datapackage.org) tools, with the codes of each coded column, the number of rows and the
SHA-256 of each file. Check the files with `sha256sum -c SHA256SUMS`.

## How to read it

- UTF-8, comma-separated, one header line. An empty cell is missing. Numbers are never rounded.
- Patients are their study codes. Names, contacts and notes are not here. A code is a text, also `001`
  or `NA`: `read.py` (pandas) and `read.R` read all tables so, with the type of every column.
- Cells hold what was entered, unchanged; a free text that begins with `=`, `+`, `-` or `@` is a formula to a
  spreadsheet. There, import the file with every column as text, and do not open it by a double click.
- In `answers_long.csv` an item that was not asked has no row; one that was asked and not answered has a row
  whose `not_given` says `skipped` or `not_reached`, and is empty where nobody recorded why.
- {dates}
- Days since onset are calendar days, at least 1; an onset known by month counts as its 15th, by year as
  1 July, but never later than halfway to the day counted to. Before the onset they are negative.
- Only current responses: what was corrected or annulled is left out (`corrected` marks what replaced it).
- `value` in `scores.csv` is empty where more items are missing than the instrument's rule allows; `prorated`
  says that the rule in `codebook.csv` made up for some.
- `answered_by` says who answered, `source` how: analyse answers that somebody else chose apart.
{notes}
## How alone patients stand

{apart}
"""

_DAYS = (
    "Dates are days since enrolment and since onset, ages bands of 5 years; columns of calendar dates are\n"
    "  empty in this export."
)

_CODED = """\
Without names these are still data about people: pseudonymous, not anonymous. Whoever knows a person's
clinic, sex, age, cause, side and onset may find the row, and read the answers in it.

As coded (dates as days, ages in bands of 5 years) {told}, by {columns}."""

_COARSER = """

This is the coarser version: {steps}. Of {withheld} patients these columns are empty.
Now {told}. Days since onset are counted from the coarser onset. Further palsies, the side treated, products,
`begin` and what patients reported of palsy and treatment are left out. Study codes, answers, scores and
treatments are not coarser: whoever knows these of a person still finds the row."""


def text(
    study: Study,
    tables: Sequence[TidyTable],
    files: Sequence[Written],
    site: str | None,
    exact_dates: str | None,
    wordings: Sequence[str],
    apart: Crowd,
    coarser: Coarser | None,
) -> str:
    """Markdown. `wordings` are the sentences about the words of the questionnaires."""
    rows = {file.name: file.rows for file in files}
    notes = []
    if site is not None:
        notes.append(f"- Only patients of the site {site}.")
    notes += [f"- {one}" for one in wordings]
    exact = (
        f"Calendar dates are filled in. The reason recorded for this: {' '.join((exact_dates or '').split())}"
    )
    return _TEXT.format(
        title=study.title,
        code=study.code,
        simulated=" **The patients are simulated.**" if study.simulated else "",
        files="\n".join(f"| `{table.file}` | {rows[table.file]} | {table.title} |" for table in tables),
        dates=_DAYS if exact_dates is None else exact,
        notes="".join(f"{note}\n" for note in notes),
        apart=_apart(apart, coarser),
    )


def _apart(apart: Crowd, coarser: Coarser | None) -> str:
    """How re-identifiable the rows are, and what was done about it."""
    coded = _CODED.format(told=told(apart), columns=", ".join(f"`{name}`" for name in CODED))
    if coarser is None:
        return f"{coded}\nThe coarser version of this package has nobody alone."
    steps = "; ".join(("days in whole weeks", *coarser.steps))
    return coded + _COARSER.format(steps=steps, withheld=coarser.withheld, told=told(coarser.after))


def told(apart: Crowd) -> str:
    """How alone patients stand, in words."""
    share = f"{100 * apart.alone / apart.patients:.0f} %" if apart.patients else "nobody"
    return (
        f"{apart.alone} of {apart.patients} patients ({share}) stand alone and {apart.under} in groups under "
        f"{apart.least}; the smallest group has {apart.smallest}"
    )
