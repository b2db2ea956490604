"""The description of the tables: every reference leads somewhere, every column is there."""

from __future__ import annotations

import json
import re

from surveys.exchange.api.openapi import document
from surveys.exchange.api.tables import NAMES
from surveys.instruments.library import Library


def test_it_describes_every_table() -> None:
    told = document(Library.load(), "0.1.0")
    assert told["openapi"] == "3.1.0"
    text = json.dumps(told)
    for reference in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert reference in told["components"]["schemas"]
    assert {path.rpartition("/")[2] for path in told["paths"]} == {*NAMES, "codebook"}
    identifiers = [one["get"]["operationId"] for one in told["paths"].values()]
    assert len(set(identifiers)) == len(identifiers)
    sex = told["components"]["schemas"]["patients"]["properties"]["sex"]
    assert (sex["type"], sex["enum"]) == (["string", "null"], ["female", "male", "other", "unknown", None])
