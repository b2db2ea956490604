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
    "demo": "demo",
    "export": "export",
    "freeze": "freeze",
    "import": "imports",
    "instruments": "instruments",
    "messages": "messages",
    "migrate": "schema",
    "report": "report",
    "restore": "backup",
    "run": "run",
    "score": "score",
    "scores": "checks",
    "simulate": "demo",
    "staff": "staff",
    "study": "study",
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
        command: click.Command = getattr(module, f"{cmd_name}_" if cmd_name == "import" else cmd_name)
        return command

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
