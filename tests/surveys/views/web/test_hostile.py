"""No request, however odd, is a fault of ours: each address with odd values in each of its places."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.schedule import PlannedVisit
from surveys.views.web import access
from tests.support.doors import MAY_OPEN, doors
from tests.support.hostile import Fields, Forms, Siege, queried, strange_paths
from tests.support.staff import signed_in
from tests.support.study import invite
from tests.support.two_studies import fill_two_studies

# They end a session, an account, a study or a patient, or make who sends them another: tried last.
ENDING = (
    "setup.close",
    "logout",
    "signed_in.end",
    "account.",
    "team.",
    "waiting_room.",
    "removal.",
    "records.mis",
)
DEAR = ("freezes.", "reports.", "dashboard.", "export.", "imports.")  # their work takes seconds
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.mark.parametrize("seed", [1])
def test_no_odd_request_is_a_fault_of_ours(app: Flask, seed: int) -> None:
    """One in very many."""
    siege = besiege(app, Siege(app, random.Random(seed), one_in=120), at_most=6)
    assert siege.made() > 50
    assert siege.faults == []


@pytest.mark.database(both=False)
@pytest.mark.parametrize("database_url", ["postgres_url"], indirect=True)
def test_no_open_page_changes_anything(app: Flask) -> None:
    """PostgreSQL refuses a lock where a page is only asked for; SQLite would take it."""
    invited = invite(app, plan=(PlannedVisit("baseline", "First", "enrolment", 0, 0, 60, ("phq9",)),))
    siege, client = Siege(app, random.Random(1), one_in=1), app.test_client()
    siege.send(client, "GET", f"/s/{invited.token}")
    known = dict.fromkeys(("visit_id", "number"), 1) | {"key": "phq9", "code": "S1", "question": "helped"}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in access.OPEN and "GET" in (rule.methods or set()):
            values = {name: known.get(name, "x" * 32) for name in rule.arguments}
            siege.send(client, "GET", adapter.build(rule.endpoint, values))
    assert siege.made() > 40
    assert siege.faults == []


@BOTH
@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_no_odd_request_of_very_many_is_a_fault_of_ours(app: Flask, seed: int) -> None:
    """The same at length."""
    siege = besiege(app, Siege(app, random.Random(seed), one_in=40))
    assert siege.made() > 3_000
    assert siege.faults == []


def besiege(app: Flask, siege: Siege, *, at_most: int | None = None) -> Siege:
    """Staff's pages and a patient's way, `at_most` so many of the former, with odd things in their places."""
    known = fill_two_studies(app)["S1"]
    clients = {role: _browser(app, role) for role in ("admin", "coordinator", "investigator")}
    one_in, names, forms = siege.one_in, queried(), dict[str, tuple[str, Fields]]()
    walked = [
        door for door in doors(app, {"S1": known}) if at_most is None or not door.endpoint.startswith(DEAR)
    ]
    chosen = siege.chance.sample(walked, min(at_most or len(walked), len(walked)))
    for door in sorted(chosen, key=lambda door: door.endpoint.startswith(ENDING)):
        role = _who(siege, door.endpoint)
        siege.one_in = one_in * (20 if door.endpoint.startswith(DEAR) else 1)
        html = siege.send(clients[role], "GET", door.path).get_data().decode(errors="replace")
        for address, fields in Forms(html, door.path).forms:
            forms.setdefault(address, (role, fields))
        if door.method == "GET":
            siege.looks(clients[role], door.path, names)
        else:
            role, shown = forms.get(door.path, (role, [("x", "")]))
            siege.fills(clients[role], door.path, shown)
            if siege.send(clients[role], "GET", "/staff/").status_code != 200:
                clients[role] = _browser(app, role)
    siege.one_in = one_in
    _besiege_visit(app, siege, names)
    strange = [one for one in strange_paths(app, known | {"visit_id": 1}) if not one[0].startswith(ENDING)]
    for endpoint, method, path in siege.some(strange):
        siege.send(clients[_who(siege, endpoint)], method, path)
    return siege


def _who(siege: Siege, endpoint: str) -> str:
    """Somebody to whom the page opens."""
    return siege.chance.choice(sorted(MAY_OPEN.get(endpoint, {"admin"}) - {"analyst"}))


def _besiege_visit(app: Flask, siege: Siege, names: list[str]) -> None:
    """Each page on the way is besieged as it is shown, and then answered well."""
    invited = invite(app, "P-9", study="S1")
    client = app.test_client()
    path = f"/s/{invited.token}"
    for _ in range(max(4, 60 // siege.one_in)):
        page = siege.send(client, "GET", path, follow_redirects=True)
        path = page.request.path
        siege.looks(client, path, siege.some(names))
        forms = Forms(page.get_data().decode(errors="replace"), path).forms
        if not forms:
            break
        address, fields = forms[0]
        siege.fills(client, address, fields)
        path = siege.send(client, "POST", address, data=dict(fields)).headers.get("Location", path)


def _browser(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    signed_in(app, role, client=client)
    return client
