"""What a request is answered with, apart from HTTP; clients' requests are in `tests/surveys/views/api`."""

from __future__ import annotations

import json

import pytest

from surveys.exchange.api import redcap
from surveys.exchange.api.asked import Asked, NotAnswered


@pytest.mark.parametrize(
    ("pairs", "mimetype", "start"),
    [
        ([("format", "json")], "application/json", '{"error":"No <data>"}'),
        ([("format", "csv")], "text/csv; charset=utf-8", "ERROR: No <data>\n"),
        ([("format", "json"), ("returnFormat", "csv")], "text/csv; charset=utf-8", "ERROR: "),
        ([], "text/xml; charset=utf-8", "<hash><error>No &lt;data&gt;</error></hash>"),
    ],
)
def test_a_refusal_comes_as_it_was_asked(pairs: list[tuple[str, str]], mimetype: str, start: str) -> None:
    """PyCap looks for the word ERROR at the beginning."""
    found = redcap.refusal(Asked.of(pairs), NotAnswered(501, "No <data>"))
    assert found[0] == mimetype
    assert found[1].startswith(start)


def test_rows_in_json_are_one_list() -> None:
    for rows in ([], [{"a": "ä"}], [{"a": "1"}, {"a": 'x"y'}]):
        assert json.loads("".join(redcap._json_rows(rows))) == rows
