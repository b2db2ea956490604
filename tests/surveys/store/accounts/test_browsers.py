"""A browser in words."""

from __future__ import annotations

import pytest

from surveys.catalogues import read_in
from surveys.store.accounts import browsers

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (CHROME, "Chrome on Linux"),
        (CHROME.replace("X11; Linux x86_64", "Windows NT 10.0") + " Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Firefox/140.0", "Firefox on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 16) Gecko/140.0 Firefox/140.0", "Firefox on Android"),
        ("curl/8 on Windows", "Unknown browser on Windows"),
        ("", "Unknown browser"),
        ("x" * 10_000, "Unknown browser"),
    ],
)
def test_a_browser_is_named(sent: str, named: str) -> None:
    """By the first sign that is its own; whatever is sent, the words are ours."""
    assert browsers.named(sent) == named


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Chrome on Linux", "Chrome auf Linux"),
        ("Unknown browser on Mac", "Unbekannter Browser auf Mac"),
        ("Unknown browser", "Unbekannter Browser"),
        ("Firefox", "Firefox"),
    ],
)
def test_what_is_stored_is_read_in_the_readers_language(stored: str, shown: str) -> None:
    """It was stored in English."""
    assert browsers.shown(stored) == stored
    with read_in("de"):
        assert str(browsers.shown(stored)) == shown
