"""The words for a browser: enough for its owner to know it again. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.words import words as _

UNKNOWN = _("Unknown browser")
# The first sign found counts: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
_BROWSERS: Mapping[str, str] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrom": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def named(user_agent: str) -> str:
    """What a browser that sends this `User-Agent` is, such as `Firefox on Windows`."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or (_("%(unknown)s on %(system)s", unknown=UNKNOWN, system=system) if system else UNKNOWN)


def shown(device: str) -> str:
    """What `named` said when it was stored, in words for the reader of now."""
    browser, on, system = device.partition(" on ")
    browser = UNKNOWN if browser == UNKNOWN else browser
    return _("%(browser)s on %(system)s", browser=browser, system=system) if on else browser


def _first(words: Mapping[str, str], text: str) -> str | None:
    return next((word for sign, word in words.items() if sign in text), None)
