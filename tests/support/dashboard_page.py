"""The dashboard's pages as a test reads them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.support.staff import Member

PATH = "/staff/S1/dashboard"


def page_of(member: Member, query: str = "", path: str = PATH) -> str:
    """The dashboard that a member gets."""
    member.get(path + query)
    assert member.status == 200
    return member.replies[-1].html


def chart_data(page: str) -> dict[str, Any]:
    """What each chart of the page draws, by its key."""
    found = re.findall(r'class="figure-data" data-chart="([\w-]+)-chart">(.*?)</script>', page, re.DOTALL)
    return {key: json.loads(data) for key, data in found}


def points(page: str) -> list[dict[str, Any]]:
    """The traces of points of all charts, one point per patient."""
    traces = [trace for chart in chart_data(page).values() for trace in chart["data"]]
    return [trace for trace in traces if trace.get("mode") == "markers" and "error_x" not in trace]


def words(page: str) -> str:
    """The words of the page."""
    bare = re.sub(r"<(script|style|option).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split()).replace(" ,", ",")


def facts(page: str) -> dict[str, str]:
    """The numbers above the figures."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))


def small_numbers(page: str) -> list[str]:
    """The places where a page shows one to four patients: words, labels, tables or points."""
    said = words(page) + " ".join(json.dumps(data) for data in chart_data(page).values())
    said = re.sub(r"(fewer than|under|Under) 5|one visit each", " ", said)
    counted = r"\b([1-4](?: acute| chronic)? (?:patients?|answered))\b|(n\\u00a0=\\u00a0[1-4])\b"
    found = ["".join(groups) for groups in re.findall(counted, said)]
    found += [fact for fact, value in facts(page).items() if re.fullmatch("[1-4]", value)]
    for table in re.findall(r"<table(?![^>]*app-matrix).*?</table>", page, re.DOTALL):
        labels = re.findall(r'<th scope="col"[^>]*>([^<]+)', table)
        for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
            cells = [html.unescape(cell).strip() for cell in re.findall(r"<t[hd][^>]*>([^<]*)", row)]
            named = dict(zip(labels, cells, strict=True))
            counts = cells[1:] if labels[0] == "Patients" else [named.get("Patients", "")]
            found += [row for count in counts if re.fullmatch("[1-4]", count)]
    return found + [str(trace["text"]) for trace in points(page) if len(trace["x"]) < 5]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every SQL statement of the block, from any thread."""
    seen: list[str] = []

    def note(*details: Any) -> None:
        seen.append(details[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
