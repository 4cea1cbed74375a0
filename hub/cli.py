"""The command `hub`: loads only the command that is asked for, so that help comes at once."""

import importlib
import sys
from typing import Any

import click

from hub import __version__

COMMANDS = {
    "init": "Make the keys and the database of a new installation.",
    "migrate": "Bring the database to this version.",
    "serve": "Answer requests.",
    "worker": "Deliver mails, chain the log, make dates ahead.",
    "demo": "Start the demo network with server and worker.",
    "seed": "Add very many invented dates, for measuring.",
    "user": "Add a staff account.",
    "check": "Check configuration, database, migrations, mail, log chain and invariants.",
    "backup": "Write one sealed file of all there is, while the house works.",
    "restore": "Put a backup back, and end again what has ended since.",
    "restore-test": "Put a backup back beside the house, check it, and throw it away.",
    "restored": "Tell all calendars that an older backup was put back.",
    "keys": "Rotate the keys of sealed fields and cookies.",
    "log": "Verify the chain of the log.",
    "routes": "List all addresses and who may call them.",
    "authorisation": "Write the authorisation concept from the rules.",
    "soak": "Work for long at half capacity and see that nothing grows.",
    "faults": "Try what happens when server, worker and database are killed.",
    "bench": "Measure speed and size beside references.",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"hub.commands.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup)
@click.version_option(__version__, prog_name="hub")
def hub(**_options: Any) -> None:
    """Partnerhub: offers, consent, enquiries, places and feeds.

    Settings come from HUB_… variables or the TOML file named in HUB_CONFIG; see docs/operating.md.
    """


def main() -> None:
    """Run the command; a configuration mistake is one clear line and exit status 2."""
    try:
        hub(standalone_mode=True)
    except Exception as error:
        from hub.errors import ConfigurationError  # only now: help comes quicker without it

        if not isinstance(error, ConfigurationError):
            raise
        click.echo(f"hub: {error}", err=True)
        sys.exit(2)
