"""The way back from the pages of theme and language never leaves this site."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.support.pages import Page
from tests.support.sample import sampled

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\x00/evil.example",
    "/\x85/evil.example",
    "/ /evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%09/evil.example",
    "/%2F/evil.example",
    "https:evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https://evil.example/",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "http://localhost:80.evil.example/",
    "http://[evil.example",
    "/／evil.example",
    "／／evil.example",
    "/;@evil.example",
    ";//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "?//evil.example",
)
"""Ways to write an address elsewhere, as browsers or libraries may read them."""


def as_browsers_read(address: str) -> str:
    """Browsers take tabs and line ends out, and read a backslash as a slash."""
    for sign in "\t\n\r":
        address = address.replace(sign, "")
    return urljoin("http://localhost/theme", address.strip().replace("\\", "/"))


@pytest.mark.parametrize("address", sampled(10, ELSEWHERE))
@pytest.mark.parametrize(("page", "choice"), [("theme", "dark"), ("language", "de")])
def test_nobody_is_sent_elsewhere(client: FlaskClient, page: str, choice: str, address: str) -> None:
    """Neither straight from the form nor by way of the page that carries the address into it."""
    [form] = Page(client.get(f"/{page}", query_string={"next": address}).text).forms
    for back in (address, form.hidden["next"]):
        sent = {"csrf_token": form.hidden["csrf_token"], page: choice, "next": back}
        reply = client.post(f"/{page}", data=sent)
        assert reply.status_code == 302
        assert urlsplit(as_browsers_read(str(reply.location)))[:2] == ("http", "localhost")


@pytest.mark.parametrize(
    "address", ["/staff/S1/patients?state=due&page=2#P-1", "/c", "http://localhost/staff/S1/patients"]
)
def test_one_comes_back_to_the_page(client: FlaskClient, address: str) -> None:
    """With its query, as it was."""
    token = Page(client.get("/theme").text).forms[0].hidden["csrf_token"]
    reply = client.post("/theme", data={"csrf_token": token, "theme": "dark", "next": address})
    assert reply.location == address.removeprefix("http://localhost")
