"""Whatever a program may ask by the description, it gets what the description promises."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support import nasty
from tests.surveys.views.api.test_redcap import key_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


@pytest.mark.parametrize("number", [3, pytest.param(60, marks=pytest.mark.long)])
def test_answers_are_as_described(app: Flask, number: int) -> None:
    """Any study, cursor and limit, right and wrong, with a key; so many requests of each kind."""
    nasty.make(app)
    given: dict[str, Any] = {"Authorization": f"Bearer {key_of(app, dates='exact')}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    for found in schema.get_all_operations():
        operation = found.ok()
        cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

        @hypothesis.settings(max_examples=number)
        @hypothesis.given(case=cases, ours=st.booleans())
        def ask(case: schemathesis.Case, ours: bool) -> None:
            if ours:
                case.path_parameters["study"] = "S1"
            # The description cannot tell a cursor that a page gave from another text.
            excluded = [positive_data_acceptance] if "after" in case.query else []
            # A parameter that nobody knows is passed over, and a key that is missing is ours.
            if set(case.query) - {"limit", "after"} or "Authorization" not in case.headers:
                excluded.append(negative_data_rejection)
            case.call_and_validate(headers=given, excluded_checks=excluded)

        ask()
