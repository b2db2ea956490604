"""The form of a rule: the names under which scripts send it, and where a refusal stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from surveys.forms.alerts import AlertRuleForm

Fill = Callable[..., Any]


def test_a_rule_keeps_the_names_that_scripts_send(filled: Fill) -> None:
    """`at_least` is a kind and the box of the number."""

    def rule() -> AlertRuleForm:
        form = AlertRuleForm()
        form.measure.choices = [("phq9.total", "PHQ-9")]
        return form

    form = filled(rule, measure="phq9.total", kind="at_least", at_least="15")
    assert form.validate(), form.errors
    assert (form.kind.data, form.at_least.data) == ("this_bad", 15.0)
    form.refuse("It is at most 27.", "threshold")
    assert form.errors == {"at_least": ["It is at most 27."]}
    form = filled(rule, measure="saq.total", kind="at_most")
    assert not form.validate()
    assert form.errors.keys() == {"measure", "kind"}
