"""A walk through a visit while the server dies: every acknowledged answer is stored, and stored once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import create_engine, select

from surveys.models import Base
from tests.support.mortal import GONE, Dying, MortalServer
from tests.support.patient import Fields, Patient, Reply, over_http

Answers = Mapping[str, Sequence[int]]
ITEM = re.compile(r"/visit/\d+/(\w+)/(\d+)")
REVIEW = re.compile(r"/visit/\d+/(\w+)/review")


class Resuming:
    """A patient who answers `answers` and comes back on a new device each time, until the thanks.

    `about_you` are the background form's fields by question.
    """

    def __init__(
        self,
        server: MortalServer,
        dying: Dying,
        token: str,
        answers: Answers,
        database_url: str,
        about_you: Mapping[str, Fields] | None = None,
    ) -> None:
        self._server = server
        self._dying = dying
        self._token = token
        self._answers = answers
        self._about_you = about_you or {}
        self._engine = create_engine(database_url)
        self._given: set[tuple[str, str]] = set()
        self._submitted: set[str] = set()

    def walk(self) -> Patient:
        """Walk to the end and check the database after each death; returns the device with the thanks."""
        while True:
            device = Patient(self._dying(over_http(self._server.url)))
            try:
                device.get(f"/s/{self._token}")
                while device.page.steps:
                    self._step(device)
            except GONE:
                self._revive()
                continue
            self._engine.dispose()
            return device

    def _step(self, device: Patient) -> None:
        assert device.status == 200, device.page.text
        fields: Fields = [("csrf_token", device.csrf_token)]
        if device.asked:
            key, _, number = device.asked.partition("/")
            fields = [*fields, ("answer", str(self._answers[key][int(number) - 1]))]
        if question := device.step.hidden.get("asked"):
            fields = [*fields, ("asked", question), *self._about_you[question]]
        if device.path.endswith("/birth-year"):
            fields = [*fields, ("birth_year", "1970")]
        path = device.path
        try:
            reply = device.send("POST", path, fields)
        except GONE:
            # A browser sends the same form again when its owner reloads.
            self._revive()
            reply = device.send("POST", path, fields)
        self._acknowledged(reply)
        self._check()
        device.get(reply.header("Location") or "")

    def _acknowledged(self, reply: Reply) -> None:
        assert reply.status == 302, reply.html
        if item := ITEM.fullmatch(reply.path):
            self._given.add((item[1], f"q{item[2]}"))
        if (review := REVIEW.fullmatch(reply.path)) and review[1] in self._answers:
            self._submitted.add(review[1])

    def _revive(self) -> None:
        self._check()
        self._server.revive()

    def _check(self) -> None:
        """Check that acknowledged answers are stored once, as given, with at most the one under way
        beside."""
        drafts, responses = self._rows("draft"), self._rows("response")
        said: dict[tuple[str, str], list[Any]] = {}
        for draft in drafts:
            for item, told in draft["answers"].items():
                said[draft["instrument"], item] = [one["value"] for one in told]
        for response in responses:
            for item, value in response["answers"].items():
                assert (response["instrument"], item) not in said
                said[response["instrument"], item] = [value]
        assert self._given <= said.keys()
        assert len(said) <= len(self._given) + 1
        for (instrument, item), values in said.items():
            assert values == [self._answers[instrument][int(item[1:]) - 1]]
        sent = [response["instrument"] for response in responses]
        assert len(sent) == len(set(sent))
        assert self._submitted <= set(sent)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(Base.metadata.tables[table])).mappings()]
