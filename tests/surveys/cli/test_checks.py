"""`seventh scores check`, `seventh audit verify`, `seventh migrate`: proofs of what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from surveys import cli
from tests.support.commands import Query, Seventh


@pytest.fixture
def stored(seventh: Seventh, tmp_path: Path) -> None:
    """One patient's PHQ-9."""
    file = tmp_path / "one.csv"
    columns = ",".join(f"phq9_q{number}" for number in range(1, 10))
    file.write_text(f"patient,visit,completed_on,{columns}\nP1,a,2024-05-31,{','.join('1' * 9)}\n")
    seventh("study", "create", "clinic")
    assert seventh("import", "clinic", file).code == 0


def tamper(url: str, *statements: str) -> None:
    """Change the database behind the program's back."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.usefixtures("stored")
def test_a_changed_score_is_found(seventh: Seventh, sqlite_url: str, rows: Query) -> None:
    """Exit 1 and the response's number, with what is stored and what the answers give."""
    assert seventh("scores", "check").code == 0
    tamper(sqlite_url, "DROP TRIGGER score_update", "UPDATE score SET value = 10")
    ran = seventh("scores", "check")
    [(response,)] = rows("SELECT id FROM response")
    assert (ran.code, ran.err) == (1, f"Response {response}, total: stored 10.0, computed 9.0.\n")


@pytest.mark.usefixtures("stored")
def test_a_visit_that_is_not_as_done_as_stored_is_found(seventh: Seventh, sqlite_url: str) -> None:
    """Exit 1 and the visit's number, with both instants."""
    tamper(sqlite_url, "UPDATE visit SET done_at = NULL")
    ran = seventh("scores", "check")
    said = "Visit 1: stored as done at None, its responses say 2024-05-31"
    assert (ran.code, ran.err.startswith(said)) == (1, True)


@pytest.mark.usefixtures("stored")
def test_a_changed_event_is_found(seventh: Seventh, sqlite_url: str) -> None:
    """Exit 1 and the event where the chain breaks."""
    assert seventh("audit", "verify").code == 0
    tamper(sqlite_url, "DROP TRIGGER event_update", "UPDATE event SET actor = 'nobody' WHERE id = 2")
    ran = seventh("audit", "verify")
    assert ran.code == 1
    assert ran.err.splitlines()[:2] == [
        "Event 2: its content was changed after it was written.",
        "Trigger event_update: it is missing.",
    ]
    assert ran.err.splitlines()[2].startswith("Looked at ")


@pytest.mark.usefixtures("stored")
def test_answers_that_are_not_sent_yet_are_looked_at(seventh: Seventh, sqlite_url: str) -> None:
    """One without a seal is said, and one whose seal does not fit is a fault."""
    draft = (
        "INSERT INTO draft (visit_id, instrument, instrument_version_id, locale, answers, source, "
        "started_at, saved_at) SELECT id, 'gad7', 1, 'en', '{}', 'web', '2026-01-01', '2026-01-01' FROM visit"
    )
    tamper(sqlite_url, draft)
    ran = seventh("audit", "verify")
    assert (ran.code, "not sent yet and have no seal: 1." in ran.out) == (0, True)
    tamper(sqlite_url, "UPDATE draft SET seal = (SELECT min(hash) FROM event)")
    ran = seventh("audit", "verify")
    said = "Questionnaire gad7 of visit 1, not sent yet: it was changed by something other than our pages, or"
    assert (ran.code, ran.err.startswith(said)) == (1, True)


@pytest.mark.usefixtures("stored")
def test_answers_changed_with_their_scores_are_found(seventh: Seventh, sqlite_url: str) -> None:
    """Nothing but the event knows what they were."""
    triggers = ("DROP TRIGGER score_update", "DROP TRIGGER response_update")
    answers = "UPDATE response SET answers = json_set(answers, '$.q1', 2)"
    tamper(sqlite_url, *triggers, answers, "UPDATE score SET value = 10")
    assert seventh("scores", "check").code == 0
    ran = seventh("audit", "verify")
    assert ran.code == 1
    assert "Response 1: it is not what event" in ran.err


@pytest.mark.usefixtures("stored")
def test_a_head_is_printed_and_expected(seventh: Seventh, sqlite_url: str) -> None:
    """A chain whose end was cut is named; the proof says how far it looked."""
    printed = seventh("audit", "head").out.split()
    [head] = [one for one in printed if one.startswith("clinic:")]
    expected = [part for one in printed for part in ("--expect", one)]
    ran = seventh("audit", "verify", *expected, "--from", head)
    assert ran.code == 0
    assert head in ran.out
    assert ran.out.endswith("The audit trail is whole.\n")
    last = "SELECT max(id) FROM event WHERE study_id IS NOT NULL"
    bound = f"DELETE FROM binding WHERE event_id = ({last})"  # noqa: S608
    cut = f"DELETE FROM event WHERE id = ({last})"  # noqa: S608
    tamper(sqlite_url, "DROP TRIGGER binding_delete", "DROP TRIGGER event_delete", bound, cut)
    assert "Chain clinic: it ends with event" in seventh("audit", "verify", "--expect", head).err
    assert seventh("audit", "verify", "--expect", "clinic:x").err.startswith(
        "'clinic:x' is no head of a chain."
    )


def test_migrate_makes_the_schema(
    empty_database_url: str, seventh: Seventh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From nothing, on both databases, without a secret; a second time nothing is left to do."""
    from click.testing import CliRunner

    monkeypatch.delenv("SEVENTH_SECRET_KEY", raising=False)
    for _ in range(2):
        ran = CliRunner().invoke(cli.seventh, ["migrate"], env={"SEVENTH_DATABASE_URL": empty_database_url})
        assert ran.exit_code == 0, ran.output
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM study")) == 0
    engine.dispose()


def test_a_database_that_does_not_answer_is_told() -> None:
    """One sentence, no traceback."""
    from click.testing import CliRunner

    address = "postgresql://nobody@127.0.0.1:1/nothing"
    ran = CliRunner().invoke(cli.seventh, ["migrate"], env={"SEVENTH_DATABASE_URL": address})
    assert ran.exit_code == 1
    assert ran.stderr.startswith("The database did not answer:")
