"""The filters of the figures, in addresses and in words."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from surveys.forms.dashboard import DashboardForm

VISITS = {"baseline": "Baseline", "month_3": "Month 3"}


def asked(may_open_patients: bool = True, **filters: str) -> DashboardForm:
    return DashboardForm(
        MultiDict(filters), visits=VISITS, locales=["en", "de"], may_open_patients=may_open_patients
    )


def test_without_a_filter_it_is_all_patients() -> None:
    form = asked()
    assert form.validate()
    assert (form.filters, form.address, form.together, form.in_words) == ({}, {}, False, "all patients")


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"sex": "female", "time": "acute"}, "women, acute (under 90 days)"),
        ({"sex": "male", "cause": "bells_palsy"}, "men, Bell's palsy"),
        ({"treatment": "toxin"}, "ever "),
        ({"age": "40 to 59", "side": "left"}, "aged 40 to 59, left side"),
        ({"visit": "month_3", "locale": "de"}, "visit Month 3, in language de"),
        ({"since": "2026-03-01", "until": "2026-03-31"}, "from 2026-03-01, to 2026-03-31"),
        ({"source": "kiosk", "wording": "own"}, "answered by tablet in the clinic, working wording only"),
    ],
)
def test_filters_are_said_in_words(filters: dict[str, str], words: str) -> None:
    """And stay in the address as they were chosen."""
    form = asked(**filters)
    assert form.validate(), form.errors
    assert form.in_words.startswith(words)
    assert form.filters == form.address == filters


def test_one_stratum_is_not_mixed() -> None:
    """Acute and chronic share a panel only where both are there. How a page is drawn is no filter."""
    both = asked(strata="together", pair="phq9.total")
    assert (both.filters, both.address) == ({}, {"strata": "together", "pair": "phq9.total"})
    assert (both.together, both.in_words) == (True, "all patients, acute and chronic together")
    one = asked(strata="together", time="acute")
    assert (one.together, one.in_words) == (False, "acute (under 90 days)")


@pytest.mark.parametrize("field", ["treatment", "cause", "visit", "locale", "strata"])
def test_a_value_that_is_no_choice_is_named(field: str) -> None:
    form = asked(**{field: "nonsense"})
    assert not form.validate()
    [[fault]] = form.errors.values()
    assert (
        fault == f"{form[field].label.text}: “nonsense” is not one of the choices. Choose one from the list."
    )


def test_who_may_not_open_patients_chooses_no_days() -> None:
    """Two spans that differ by a day would tell a few patients' answers."""
    form: Any = asked(may_open_patients=False, since="2026-03-01")
    assert form.validate()
    assert "since" not in form
    assert form.filters == {}
