"""The register of channels: a further one is one folder, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.mail import channels
from surveys.models import Contact, Message, Patient, Visit
from surveys.post import Post, further_ways
from surveys.settings import Settings
from tests.support.outbox import planned
from tests.surveys.store.conftest import (  # noqa: F401
    AT,
    alone,
    library,
    patient,
    session,
    study,
    visit,
    with_patient,
    with_study,
)

FOLDER = """
from dataclasses import dataclass

from surveys.mail.channels.channel import Channel


class Pigeons:
    flown = []

    def send(self, written):
        self.flown.append((written.to, written.body))


@dataclass(frozen=True)
class Pigeon(Channel):
    def write(self, draft):
        from surveys.mail.mailer import Mail

        return Mail(draft.to, "", draft.filled().body, draft.reference)

    def sender(self, settings, out):
        return Pigeons()


CHANNEL = Pigeon("pigeon", "By pigeon", "pigeon", column="address")
"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def pigeons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A channel more, as a folder elsewhere."""
    folder = tmp_path / "pigeon"
    folder.mkdir()
    (folder / "__init__.py").write_text(FOLDER)
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    channels.channels.cache_clear()
    yield channels.channels()["pigeon"]
    channels.channels.cache_clear()


def test_a_channel_more_is_one_folder(
    session: Session,  # noqa: F811
    patient: Patient,  # noqa: F811
    visit: Visit,  # noqa: F811
    pigeons: Any,
) -> None:
    """It is planned, claimed, written, handed over and settled as all others are."""
    contact = Contact(name="Anna Abel", address="The roof", channel="pigeon")
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.commit()

    class Here:
        def __enter__(self) -> Session:
            return session

        def __exit__(self, *error: object) -> None:
            session.commit()

    settings = Settings("sqlite://", "secret " * 10)
    ways = further_ways(settings, None)  # type: ignore[arg-type]
    assert [way.channel.key for way in ways] == ["pigeon", "text"]
    post = Post(Here, ways[0].sender, "https://x.org", "secret", None, lambda: AT, ways)  # type: ignore[arg-type]
    post.plan()
    assert post.send_all() == {"sent": 1}
    [(to, body)] = ways[0].sender.flown  # type: ignore[attr-defined]
    assert to == "The roof"
    assert "https://x.org/s/" in body
    row: Message = planned(session, visit)["invitation", 1]
    assert (row.channel, row.outcome) == ("pigeon", "sent")
