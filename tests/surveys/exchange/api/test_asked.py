"""Parameters as the two clients spell them."""

from __future__ import annotations

import pytest

from surveys.exchange.api.asked import Asked, NotAnswered


def test_both_clients_are_understood() -> None:
    """PyCap numbers lists, REDCapR parts them by commas; booleans come in five spellings."""
    pycap = Asked.of([("fields[0]", "record_id"), ("fields[1]", "sex"), ("exportSurveyFields", "True")])
    redcapr = Asked.of([("fields", "record_id,sex"), ("exportSurveyFields", "FALSE"), ("events", "")])
    assert pycap.list("fields") == redcapr.list("fields") == ("record_id", "sex")
    assert (pycap.flag("exportSurveyFields"), redcapr.flag("exportSurveyFields")) == (True, False)
    assert redcapr.list("events") == pycap.list("events") == ()


def test_a_format_is_json_or_csv() -> None:
    """XML is meant where none is named, and refused; the refusal comes as was asked."""
    assert Asked.of([("format", "CSV")]).format == "csv"
    for pairs in ([], [("format", "xml")], [("format", "odm")]):
        with pytest.raises(NotAnswered, match="JSON and CSV") as refused:
            _ = Asked.of(pairs).format
        assert refused.value.status == 400
    assert Asked.of([]).error_format == "xml"
    assert Asked.of([("format", "csv"), ("returnFormat", "json")]).error_format == "json"


def test_unknown_values_are_named() -> None:
    asked = Asked.of([("fields", "sex,x,y")])
    with pytest.raises(NotAnswered) as refused:
        asked.known("fields", ["sex"])
    assert str(refused.value) == "The following values in the parameter \"fields\" are not valid: 'x', 'y'"
