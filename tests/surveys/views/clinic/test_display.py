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


def test_days_and_numbers_are_written_as_the_reader_does(app: Flask) -> None:
    """In German a day has a point and a number a comma; sides and who left are not one word."""
    at = datetime(2020, 2, 3, 12, 5, 9, tzinfo=UTC)
    with app.test_request_context("/staff/", headers={"Accept-Language": "de"}):
        app.preprocess_request()
        assert display.day(at.date()) == "3. Feb. 2020"
        assert display.partial(at.date(), "month") == "Feb. 2020"
        assert display.partial(at.date(), "year") == "2020"
        assert display.moment(at, "Europe/Berlin") == "3. Feb. 2020, 13:05"
        assert "Montag, 3. Februar 2020" in str(display.day_element(at.date()))
        assert "3. Februar 2020, 13:05:09" in str(display.moment_element(at, "Europe/Berlin"))
        assert (display.decimal(17.64), display.decimal(5), display.plain(2.5)) == ("17,6", "5,0", "2,5")
        assert [str(display.words(side, "side")) for side in ("left", "right")] == ["Links", "Rechts"]
        assert str(display.words("left", "state")) != "Links"
    with app.test_request_context("/staff/"):
        assert (display.decimal(17.64), display.plain(17.0), display.day(at.date())) == (
            "17.6",
            "17",
            "3 Feb 2020",
        )
