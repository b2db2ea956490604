"""One day as a calendar entry (RFC 5545) that tells nothing: no illness, no study, no link, no place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

LONGEST_LINE = 75  # bytes, without the line's end
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def entry(on: date, summary: str, *, uid: str, at: datetime) -> str:
    """A calendar with one entry on the whole day `on`, made at the instant `at`.

    `uid` is its own for each entry, so that a calendar that takes it twice holds it once.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar entry//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{summary.translate(_ESCAPED)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _folded(line: str) -> list[str]:
    """The line in parts of at most 75 bytes, each after the first begun by a blank; no sign is cut."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > LONGEST_LINE:
            parts.append(part)
            part = " "
        part += sign
    return [*parts, part]
