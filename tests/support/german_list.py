"""A clinic's list of patients, as somebody keeps it in a German spreadsheet. Nobody of it exists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

HEAD = (
    "Nachname",
    "Vorname",
    "Geburtsdatum",
    "Geschlecht",
    "Krankenhausnummer",
    "Seite",
    "Ursache",
    "Beginn",
    "Einschluss",
    "E-Mail",
    "Telefon",
    "Bemerkung",
)
NAMES = ("Müller", "Groß", "Özdemir", "O’Brien", "Łukasz", "von der Höhe", "Schäfer", "Nuñez")
CAUSES = ("Bell-Parese", "Zoster oticus", "Akustikusneurinom", "nach OP", "Borreliose", "unklar")
SIDES = ("links", "rechts", "li", "beidseits")
SEXES = ("w", "m", "weiblich", "männlich", "divers")


def patients(count: int = 40, names: tuple[str, ...] = NAMES) -> list[list[Any]]:
    """The rows of the list, the header first; dates as a workbook holds them, onsets by day or month."""
    rows: list[list[Any]] = [list(HEAD)]
    for number in range(count):
        onset = date(2025, 3, 4) + timedelta(9 * number)
        rows.append(
            [
                names[number % len(names)],
                f"Vorname {number}",
                date(1950, 9, 23) + timedelta(300 * number),
                SEXES[number % len(SEXES)],
                f"00{4711 + number}",
                SIDES[number % len(SIDES)],
                CAUSES[number % len(CAUSES)],
                f"{onset:%m.%Y}" if number % 5 == 4 else onset,
                onset + timedelta(5),
                f"patient{number}@example.org" if number % 3 else "",
                f"0711 {number:05}",
                "ruft lieber an" if number == 7 else "",
            ]
        )
    return rows


def as_csv(rows: list[list[Any]]) -> bytes:
    """As a German spreadsheet saves CSV: semicolons, Windows-1252, and empty rows below."""
    lines = [
        ";".join(f"{cell:%d.%m.%Y}" if isinstance(cell, date) else str(cell) for cell in row) for row in rows
    ]
    return "\r\n".join([*lines, ";" * len(HEAD), ""]).encode("cp1252")
