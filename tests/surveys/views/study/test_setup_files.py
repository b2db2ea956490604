"""The set-up of a study as a file, and a study made from it or from another study."""

from __future__ import annotations

import json

from flask import Flask

from surveys.store.accounts import staff
from tests.support.staff import signed_in
from tests.support.study import changing, invite, one_table
from tests.support.uploads import Uploader


def test_a_study_is_copied_without_its_patients(app: Flask) -> None:
    invite(app)
    admin = signed_in(app, "admin")
    page = admin.post("/staff/studies/from", {"code": "S2", "study": "S1"})
    assert "Study S2" in page.heading
    old, new = one_table(app, "study")
    assert (new["title"], new["status"], new["simulated"]) == (old["title"], "draft", False)
    plan = one_table(app, "timepoint")
    first, second = ([row["key"] for row in plan if row["study_id"] == number] for number in (1, 2))
    assert first == second
    assert {row["study_id"] for row in one_table(app, "patient")} == {1}
    page = admin.post("/staff/studies/from", {"code": "S2", "study": "S1"})
    assert "There already is a study S2" in page.text
    assert "Choose a study to copy, or a file." in admin.post("/staff/studies/from", {"code": "S3"}).text


def test_a_file_makes_a_study_or_says_what_is_wrong_with_it(app: Flask) -> None:
    invite(app)
    member = signed_in(app)
    member.get("/staff/S1/study/setup-file")
    told = json.loads(member.replies[-1].content)
    assert "wordings" not in told
    uploader = Uploader(app)
    with changing(app) as session:
        found = staff.find(session, "uploader@example.org")
        assert found is not None
        found.admin = True

    def sent(content: object, code: str) -> str:
        return uploader.send("/staff/studies/from", json.dumps(content).encode(), code=code, title="New").text

    assert "plan.1.battery is missing" in sent({**told, "plan": [{**told["plan"][0], "battery": None}]}, "S2")
    assert len(one_table(app, "study")) == 1
    assert "Study S2" in sent(told, "S2")
    assert [row["title"] for row in one_table(app, "study")] == ["S1", "New"]
