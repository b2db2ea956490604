"""The files that make a study a REDCap project: loaded in the order of the README, they hold all of it."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.exchange.dates import Dates
from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.exchange.redcap.project import COLUMNS, MISSING, RECORD_ID, Project, with_bars
from surveys.exchange.redcap.records import records
from surveys.exchange.redcap.studies import Source
from surveys.models import Study

ADVISED = 26  # characters of a variable's name that REDCap advises at most
KEYS = (RECORD_ID, "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")

_README = """\
# {title}

Study `{code}` as a REDCap project, exported by Seventh.{simulated}

Load the files into an empty longitudinal project in this order:

1. `dictionary.csv`: the data dictionary.
2. `events.csv`: define the events. REDCap makes their unique names from the labels.
3. `instrument_designations.csv`: which form stands at which event.
4. `repeating.csv`: which forms repeat; at `unscheduled` all of them do.
5. `missing_codes.csv`: the missing-data codes, under additional customisations.
6. `data.csv`: the records ({rows} rows), as raw data.

- `record_id` is the patient's study code, a text. No name, contact or note is here.
- {dates}
- `SKIP` is an item passed over on purpose, `NR` one that was not reached, `NK` one of which nobody
  recorded why it has no answer. An empty cell was not asked.
- `<form>_complete` is 2 where it was sent, 1 where it was begun and never sent, 0 where it was not sent, and
  empty where it was not asked.
- REDCap computes scores again on import; their columns (`*_total` and others) are left out of the data file.
{looked_up}- Formulas and limits follow REDCap's published documentation. Load the files into a test project
  first.
{notes}
Check the files with `sha256sum -c SHA256SUMS`.
"""


def write(place: Place, source: Source, study: Study, dates: Dates, *, told: str) -> list[Written]:
    """Write the files into `place`; `told` says in the README how dates leave.

    Raises:
        CutShortError: the database gave fewer rows than it counts.
    """
    packing, project = Packing(place), source.project
    packing.table("dictionary.csv", tuple(COLUMNS.values()), _dictionary(project))
    packing.table(
        "events.csv",
        ("event_name", "arm_num", "unique_event_name", "custom_event_label"),
        ((one.label, "1", one.name, one.words) for one in project.events),
    )
    packing.table(
        "instrument_designations.csv",
        ("arm_num", "unique_event_name", "form"),
        (("1", one.name, form) for one in project.events for form in one.forms),
    )
    packing.table(
        "repeating.csv",
        ("event_name", "form_name", "custom_form_label"),
        ((one.name, form, "") for one in project.events for form in one.forms if project.repeats(one, form)),
    )
    packing.table("missing_codes.csv", ("code", "label"), MISSING.values())
    data = packing.table("data.csv", header(project), _data(source, dates))
    packing.text("README.md", _readme(study, project, data.rows or 0, told))
    packing.sums()
    return packing.files


def header(project: Project) -> list[str]:
    """The columns of the data file."""
    columns = [*KEYS]
    for form in project.forms:
        columns += [
            column for one in form.fields if one.of_data and one.name != RECORD_ID for column in one.columns
        ]
        columns.append(form.complete)
    return columns


def _dictionary(project: Project) -> Iterator[list[str]]:
    for one in project.fields:
        yield list(one.row().values())


def _data(source: Source, dates: Dates) -> Iterator[list[str]]:
    columns = header(source.project)[len(KEYS) :]
    for one in records(source, dates):
        keys = [one.patient, one.event.name, one.form, one.instance]
        yield keys + [one.values.get(column, "") for column in columns]


def _readme(study: Study, project: Project, rows: int, told: str) -> str:
    notes = [f"- {note}" for note in project.notes]
    if long := [one.name for one in project.fields if len(one.name) > ADVISED]:
        notes.append(
            f"- Names of variables over {ADVISED} characters, which REDCap takes: {', '.join(long)}."
        )
    if barred := with_bars(project.forms):
        notes.append(f"- A bar in the words of a choice became ¦: {', '.join(barred)}.")
    looked_up = [one.name for one in project.fields if one.item is None and one.annotation == "@READONLY"]
    return _README.format(
        title=study.title,
        code=study.code,
        simulated=" **The patients are simulated.**" if study.simulated else "",
        rows=rows,
        dates=told,
        looked_up=f"- Scores that a table gives are there as stored: {', '.join(looked_up)}.\n"
        if looked_up
        else "",
        notes="".join(f"{note}\n" for note in notes),
    )
