"""What holds for every command: help, exit codes, documentation, nothing loaded too early."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from surveys.cli import seventh as group
from tests.support.commands import Seventh

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(
    command: click.Command = group, words: tuple[str, ...] = ("seventh",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with all its words."""
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, (*words, name))


def section(name: str) -> str:
    """The text below a command's heading."""
    found = re.search(rf"^## `{re.escape(name)}`$(.*?)(?=^## |\Z)", DOCUMENT, re.M | re.S)
    assert found, f"docs/commands.md has no heading for {name}"
    return found[1]


@pytest.mark.parametrize(("name", "command"), [pytest.param(*found, id=found[0]) for found in commands()])
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    """docs/commands.md has a heading for each command, and its text names each argument and option."""
    text = section(name)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert all(f"`{option}" in text for option in parameter.opts), parameter.opts
        else:
            shown = re.search(r"\w+", parameter.make_metavar(click.Context(command)))
            assert shown
            assert shown[0] in text


def test_documentation_names_no_command_that_is_not_there() -> None:
    """No heading is left over from a command that went."""
    assert set(re.findall(r"^## `(seventh .*)`$", DOCUMENT, re.M)) == {name for name, _ in commands()}


@pytest.mark.parametrize("words", [("--help",), ("study", "--help"), ("-h",)])
def test_help_is_no_fault(seventh: Seventh, words: tuple[str, ...]) -> None:
    """Asking for help ends with 0."""
    assert seventh(*words).code == 0


@pytest.mark.parametrize(
    "words", [("nonsense",), ("study", "create"), ("score", "phq9", "not-there.csv"), ("simulate", "demo")]
)
def test_wrong_usage_ends_with_2(seventh: Seventh, words: tuple[str, ...]) -> None:
    """An unknown command, a missing argument or file: exit 2 and the reason on standard error."""
    ran = seventh(*words)
    assert ran.code == 2
    assert ran.err
    assert not ran.out


def test_a_missing_secret_is_told_with_its_remedy() -> None:
    """A command that needs a secret says how to make one; no traceback."""
    program = "from app import create_app; from surveys.cli import seventh; seventh(obj=create_app)"
    ran = subprocess.run(
        [sys.executable, "-c", program, "study", "list"],
        cwd=ROOT,
        env={"SEVENTH_SECRET_KEY": "short", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "SEVENTH_SECRET_KEY must have at least 32 characters" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_server_does_not_load_the_commands() -> None:
    """`surveys.cli` costs the server no command's imports."""
    program = (
        "import sys, surveys.cli; "
        "print(*[name for name in sys.modules if name.startswith(('surveys.', 'sqlalchemy'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["surveys.cli"]
