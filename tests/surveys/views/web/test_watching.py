"""What a watcher gets: that the server lives, whether it is ready, and counts without a person in them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import standing
from surveys.settings import Settings
from tests.support.study import invite


def test_it_lives_and_is_ready(client: FlaskClient) -> None:
    """In a word, without a cookie."""
    for address, word in (("/health", "ok\n"), ("/ready", "ready\n")):
        answer = client.get(address)
        assert (answer.status_code, answer.text) == (200, word)
        assert "Set-Cookie" not in answer.headers


def test_it_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the word for it; it goes on living."""
    monkeypatch.setattr(standing, "newest_revision", lambda: "9999")
    answer = client.get("/ready")
    assert (answer.status_code, answer.text) == (503, "schema\n")
    assert client.get("/health").status_code == 200


def test_counts_have_no_person_in_them(app: Flask, client: FlaskClient) -> None:
    """Routes are rules; Prometheus reads the text."""
    from prometheus_client.parser import text_string_to_metric_families  # the application imports it first

    invited = invite(app, "P1", study="S1")
    client.get(f"/s/{invited.token}")
    client.get("/staff/S1/patients/P1")
    client.open("/nowhere", method="BREW")
    text = client.get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    routes = {sample.labels["route"] for sample in families["seventh_requests"].samples}
    assert {"/s/<handed_on:token>", "/staff/<code>/patients/<path:patient>", "none"} <= routes
    assert families["seventh_ready"].samples[0].value == 1
    assert {"seventh_messages_due", "seventh_alerts_open", "seventh_disk_free_bytes"} <= families.keys()
    assert invited.token not in text
    assert "P1" not in text
    assert "BREW" not in text


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("", {}, 404),
    ],
)
def test_counts_are_for_this_machine(
    client: FlaskClient, peer: str, headers: dict[str, str], status: int
) -> None:
    """Not for whoever comes through a web server that nobody told us of."""
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == status


def test_the_settings_say_who_may_count(app: Flask, client: FlaskClient, settings: Settings) -> None:
    """Networks, and then nobody else."""
    app.config["SETTINGS"] = replace(settings, metrics_from=(ip_network("192.0.2.0/24"),))
    for peer, status in (("192.0.2.7", 200), ("127.0.0.1", 404)):
        assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": peer}).status_code == status
