"""Whether a message may go: every fact that forbids it, one at a time, and the edges of its times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from surveys.daytime import Hours
from surveys.models.message import KINDS
from surveys.store.post.sendable import Decision, Facts, decide

# 10:30 in Berlin on the first day of a visit that is open for thirty.
AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
INVITATION = Facts(
    kind="invitation",
    planned_at=AT,
    channel="email",
    reachable=True,
    study_status="active",
    study_zone="Europe/Berlin",
    patient_status="active",
    stopped=False,
    opens_on=date(2026, 3, 10),
    closes_on=date(2026, 4, 9),
    missed=False,
    withdrawn=False,
    finished_at=None,
    settled_at=None,
    waiting=False,
    hours=Hours(),
    zone="Europe/Berlin",
)
REMINDER = replace(INVITATION, kind="reminder", settled_at=AT - timedelta(days=7))
THANKS = replace(INVITATION, kind="thanks", finished_at=AT)
MESSAGES = {"invitation": INVITATION, "reminder": REMINDER, "thanks": THANKS}


def test_each_kind_may_go() -> None:
    """Where nothing forbids it."""
    assert MESSAGES.keys() == set(KINDS)
    assert [decide(one, AT) for one in MESSAGES.values()] == [Decision()] * 3
    assert Decision().go


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"study_status": "closed"}, "study_closed"),
        ({"patient_status": "left"}, "left"),
        ({"patient_status": "died"}, "died"),
        ({"patient_status": "lost"}, "lost"),
        ({"stopped": True}, "stopped"),
        ({"withdrawn": True}, "withdrawn"),
        ({"channel": "none"}, "no_contact"),
        ({"channel": "visits"}, "only_at_visits"),
    ],
)
def test_it_never_goes(kind: str, facts: dict[str, object], why: str) -> None:
    """Whatever its kind, and whatever else holds it up."""
    forbidden = replace(MESSAGES[kind], **facts)  # type: ignore[arg-type]
    assert decide(forbidden, AT) == Decision(cancelled=why)
    assert not decide(forbidden, AT).go
    assert decide(replace(forbidden, reachable=False), AT) == Decision(cancelled=why)


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_nobody_is_asked_for_what_is_done_missed_or_over(kind: str) -> None:
    """Its last day ends at midnight in the study's zone, wherever the patient is."""
    asking = MESSAGES[kind]
    assert decide(replace(asking, finished_at=AT), AT).cancelled == "done"
    assert decide(replace(asking, missed=True), AT).cancelled == "missed"
    last = replace(asking, closes_on=date(2026, 3, 9), hours=Hours(0, 0, 24), opens_on=date(2026, 3, 1))
    assert decide(last, datetime(2026, 3, 9, 22, 59, tzinfo=UTC)).go
    assert decide(last, datetime(2026, 3, 9, 23, 0, tzinfo=UTC)).cancelled == "closed"


def test_thanks_go_within_three_days_and_by_mail_alone() -> None:
    """Thanks that come weeks later are puzzling; without an end there is nothing to thank for."""
    for days, why in ((0, None), (3, None), (3.001, "closed"), (4, "closed"), (26, "closed")):
        finished = replace(THANKS, finished_at=AT - timedelta(days=days))
        assert decide(finished, AT).cancelled == why, days
    assert decide(replace(THANKS, finished_at=None), AT).cancelled == "closed"
    for channel in ("telephone", "letter", None):
        assert decide(replace(THANKS, channel=channel), AT).cancelled == "channel"


def test_two_messages_of_a_visit_lie_twenty_hours_apart() -> None:
    """Counted to the moment for which it is planned, where that lies ahead; an invitation is the first."""
    for hours, why in ((19.99, "too_soon"), (20, None)):
        soon = replace(REMINDER, settled_at=AT - timedelta(hours=hours))
        assert decide(soon, AT).cancelled == why, hours
        assert decide(replace(soon, kind="invitation"), AT).go
    planned = replace(REMINDER, settled_at=AT, planned_at=AT + timedelta(hours=20))
    assert decide(planned, AT).go
    assert decide(replace(planned, planned_at=AT + timedelta(hours=19)), AT).cancelled == "too_soon"


@pytest.mark.parametrize(
    ("facts", "why", "kinds"),
    [
        ({"patient_status": "paused"}, "paused", KINDS),
        ({"study_status": "draft"}, "study_draft", KINDS),
        ({"reachable": False}, "no_address", KINDS),
        ({"opens_on": date(2026, 3, 11)}, "not_open", ("invitation", "reminder")),
        ({"waiting": True}, "earlier", ("reminder",)),
    ],
)
def test_it_waits(facts: dict[str, object], why: str, kinds: tuple[str, ...]) -> None:
    """An hour, and is then asked about again; kinds of which the fact says nothing go."""
    for kind, one in MESSAGES.items():
        held = Decision(held=why, not_before=AT + timedelta(hours=1)) if kind in kinds else Decision()
        assert decide(replace(one, **facts), AT) == held, kind  # type: ignore[arg-type]
        assert held.go is (kind not in kinds)


def test_it_waits_for_the_morning() -> None:
    """Of the patient's own zone; the day of the study decides whether the visit is open."""
    night = datetime(2026, 3, 10, 22, tzinfo=UTC)
    assert decide(INVITATION, night) == Decision(
        held="hours", not_before=datetime(2026, 3, 11, 7, tzinfo=UTC)
    )
    assert decide(replace(INVITATION, zone="America/New_York"), night).go
    assert decide(
        replace(INVITATION, opens_on=date(2026, 3, 11), zone="America/New_York"), night
    ) == Decision(held="not_open", not_before=night + timedelta(hours=1))
