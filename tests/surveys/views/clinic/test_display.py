"""Days and instants as staff read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from surveys.views.clinic import display


def test_a_day_of_this_year_has_its_year_on_paper(app: Flask) -> None:
    """The exact day is beside a pointer; another year stands on the screen too."""
    year = datetime.now(UTC).year
    with app.test_request_context():
        now, past = display.day_element(date(year, 1, 14)), display.day_element(date(2020, 1, 14))
        at = display.moment_element(datetime(year, 7, 14, 12, 5, 9, tzinfo=UTC), "Europe/Berlin")
    assert f'>14 Jan<span class="app-print-only"> {year}</span></time>' in str(now)
    assert ">14 Jan 2020</time>" in str(past)
    assert 'title="Tuesday, 14 January 2020"' in str(past)
    assert f'>14 Jul<span class="app-print-only"> {year}</span>, 14:05</time>' in str(at)
    assert "14:05:09" in str(at)
    assert display.day_element(None) is None
    assert display.moment_element(None, "UTC") is None
