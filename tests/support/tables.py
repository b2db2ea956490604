"""Small files as other programs write them, with the traps that theirs have. Every patient is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from surveys.exchange.import_file import ImportFile
from surveys.exchange.tables import known, mapped, mapping_file, mapping_text, proposing, reading
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.table import Table
from tests.support.desk import LIBRARY

KNOWN = known.of_library(LIBRARY)
PHQ9 = LIBRARY.get("phq9")
TEXT = PHQ9.wording.texts["en"]
QUESTIONS = [TEXT.items[f"q{number}"] for number in range(1, 10)]
OPTIONS = [TEXT.sections["main"].choices[value] for value in range(4)]
STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
# What three patients answered; None is not answered.
ANSWERS: tuple[tuple[int | None, ...], ...] = (
    (1, 2, None, 1, 2, 2, 0, 0, 2),
    (3, 3, 2, 3, 0, 2, 0, 2, 0),
    (0, 0, 0, 2, 0, 1, 1, 1, 3),
)
TOTALS = [10 * 9 / 8, 15.0, 8.0]


def lines(rows: Sequence[Sequence[object]], separator: str = ",") -> bytes:
    """CSV of the rows."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue().encode()


def cells(answers: Sequence[int | None], words: Sequence[object]) -> list[object]:
    """The answers in a program's words, one for each value from 0."""
    return ["" if value is None else words[value] for value in answers]


def qualtrics(words: Sequence[object] = (1, 2, 3, 4)) -> bytes:
    """Three header rows; the second row is a preview, the third was never finished."""
    own = ["StartDate", "Status", "Finished", "RecordedDate", "RecipientEmail", "ExternalReference"]
    rows: list[list[object]] = [
        [*own, *(f"Q5_{number}" for number in range(1, 10))],
        [*own, *(f"{STEM} - {text}" for text in QUESTIONS)],
        ['{"ImportId":"x"}'] * (len(own) + 9),
    ]
    for number, (given, status, finished) in enumerate(
        zip(ANSWERS, ("0", "1", "0"), ("1", "1", "0"), strict=True), 1
    ):
        day = f"2024-03-0{number} 09:00:00"
        facts = [day, status, finished, day, "someone@example.org", f"Q{number}"]
        rows.append([*facts, *cells(given, words)])
    return lines(rows)


def limesurvey_codes() -> bytes:
    """Answer codes; the second response was never sent."""
    own = ["id", "submitdate", "lastpage", "startlanguage", "token", "datestamp"]
    rows: list[list[object]] = [[*own, *(f"PHQ9[SQ00{number}]" for number in range(1, 10))]]
    for number, given in enumerate(ANSWERS, 1):
        day = f"2024-03-0{number} 09:00:00"
        sent = "" if number == 2 else day
        rows.append([number, sent, 3, "en", f"L{number}", day, *cells(given, ("A1", "A2", "A3", "A4"))])
    return lines(rows)


def limesurvey_texts() -> bytes:
    """Semicolons, a byte order mark, German days, and more commas than columns in its questions."""
    own = ["Response ID", "Date submitted", "Last page", "Start language", "Access code", "Date last action"]
    head = ";".join([*own, *(f"{STEM} [{text}]" for text in QUESTIONS)])
    rows = [
        ";".join([str(number), f"{12 + number}.03.2024 09:00", "3", "en", f"L{number}", "", *map(str, said)])
        for number, said in enumerate((cells(given, OPTIONS) for given in ANSWERS), 1)
    ]
    return b"\xef\xbb\xbf" + "\n".join([head, *rows]).encode() + b"\n"


def google_forms(days: Sequence[str] = ("3/2/2024", "3/3/2024", "3/13/2024")) -> bytes:
    """Days in the order of the United States, texts as headings."""
    rows: list[list[object]] = [["Timestamp", "Your study code", *QUESTIONS]]
    for number, (day, given) in enumerate(zip(days, ANSWERS, strict=True), 1):
        rows.append([f"{day} 09:00:00", f"G{number}", *cells(given, OPTIONS)])
    return lines(rows)


def odk() -> bytes:
    """Names in groups, a rejected submission, instants in UTC."""
    rows: list[list[object]] = [
        ["SubmissionDate", "end", "patient", *(f"phq9-phq9_q{n}" for n in range(1, 10)), "KEY", "ReviewState"]
    ]
    for number, given in enumerate(ANSWERS, 1):
        at, state = f"2024-03-0{number}T23:30:00.000Z", "rejected" if number == 2 else "approved"
        rows.append([at, at, f"O{number}", *cells(given, range(4)), f"uuid:{number}", state])
    return lines(rows)


def kobo() -> bytes:
    """Semicolons, quoted questions as headings, one not approved."""
    rows: list[list[object]] = [
        ["start", "end", "patient", *QUESTIONS, "_uuid", "_index", "_validation_status"]
    ]
    for number, given in enumerate(ANSWERS, 1):
        at = f"2024-03-0{number}T09:00:00.000+01:00"
        state = "validation_status_not_approved" if number == 1 else ""
        rows.append([at, at, f"K{number}", *cells(given, OPTIONS), number, number, state])
    return lines(rows, ";")


def formr() -> bytes:
    """The second session ran out before its end."""
    rows: list[list[object]] = [
        ["session", "created", "modified", "ended", "expired", *(f"phq_{number}" for number in range(1, 10))]
    ]
    for number, given in enumerate(ANSWERS, 1):
        day = f"2024-03-0{number} 09:00:00"
        ended, expired = ("", day) if number == 2 else (day, "")
        rows.append([f"F{number}", day, day, ended, expired, *cells(given, range(4))])
    return lines(rows)


def plain() -> bytes:
    """A table of somebody's own: numbers, a total, a name, a date of birth."""
    rows: list[list[object]] = [
        ["Patient_ID", "Date", "Visit", "Surname", "DOB", "Sex", *QUESTIONS, "PHQ total"]
    ]
    for number, given in enumerate(ANSWERS, 1):
        who = [f"P{number}", f"{number}.3.2024", "baseline", "Nobody", f"{number}.12.1960", "f"]
        rows.append([*who, *cells(given, range(4)), sum(value or 0 for value in given)])
    return lines(rows)


def table(content: bytes, name: str = "file.csv") -> Table:
    """The file as a table."""
    return reading.read(name, content)


def proposal(content: bytes, name: str = "file.csv", zone: str = "") -> Proposal:
    """What the file seems to hold."""
    return proposing.proposed(table(content, name), KNOWN, zone)


def confirmed(found: Proposal, *changes: tuple[str, str]) -> bytes:
    """The proposal as a person hands it back: everything confirmed, with further changes of its text."""
    text = mapping_text.write(found.mapping, found.doubts).replace("confirmed = false", "confirmed = true")
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    return text.encode()


def rows_of(content: bytes, *changes: tuple[str, str], name: str = "file.csv") -> ImportFile:
    """The rows that come in once the proposal is confirmed."""
    meant = mapping_file.read(confirmed(proposal(content, name), *changes), LIBRARY)
    return mapped.mapped(table(content, name), meant, LIBRARY)


def write(folder: Path, name: str, content: bytes) -> Path:
    """The file in a folder."""
    path = folder / name
    path.write_bytes(content)
    return path
