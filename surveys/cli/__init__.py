"""The `seventh` commands, one file per group of them.

A command's module is imported when the command is used, so that the server and `seventh score` in a pipeline
start without the rest. `context.obj` is `create_app`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "audit": "checks",
    "backup": "backup",
    "check": "check",
    "demo": "demo",
    "export": "export",
    "freeze": "freeze",
    "import": "imports",
    "import undo": "imports",  # two words, since a study's code follows the first alone
    "instruments": "instruments",
    "map": "imports",
    "messages": "messages",
    "migrate": "schema",
    "precision": "precision",
    "redcap": "redcap",
    "report": "report",
    "restore": "backup",
    "run": "run",
    "score": "score",
    "scores": "checks",
    "simulate": "demo",
    "staff": "staff",
    "statement": "statement",
    "study": "study",
    "token": "token",
    "visits": "visits",
    "worker": "messages",
}


class Commands(click.Group):
    """Finds commands by name, and shows a person's mistakes as sentences instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{COMMANDS[cmd_name]}")
        name = cmd_name.split()[-1]
        command: click.Command = getattr(module, f"{name}_" if name in ("import", "map") else name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if " ".join(args[:2]) in COMMANDS:
            args = [" ".join(args[:2]), *args[2:]]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from surveys.cli.refusals import sentences

            said = sentences(error)
            if not said:
                raise
            for sentence in said:
                click.echo(sentence, err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="seventh", message="seventh %(version)s")
def seventh() -> None:
    """Patient-reported outcomes in facial palsy."""
