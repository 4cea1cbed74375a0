"""`hub restored`: after an older backup was put back, before server and worker start again."""

import click

from hub import clock
from hub.actions.restoring import note_restored
from hub.commands.opening import ready
from hub.policy.actor import SYSTEM


@click.command()
@click.option("--end-personal", is_flag=True, help="End all feeds of persons; they make new ones with card and PIN.")
def command(end_personal: bool) -> None:
    """Tell all calendars that an older backup was put back; server and worker are stopped."""
    with ready() as house:
        done = house.database.run(
            lambda session: note_restored(session, actor=SYSTEM, end_personal=end_personal, at=clock.now())
        )
    click.echo(f"{done.running} feeds are sent anew and count as newer than what programs have.")
    click.echo(f"{done.dates} dates that were told by mail are told once more to whoever still wants such mails.")
    if end_personal:
        click.echo(f"{done.ended} feeds of persons ended; their addresses show an empty calendar for 30 days.")
        return
    click.echo("Feeds ended, and consents taken back, after the backup are in force again: the database forgot them.")
    click.echo("Where that may have happened to people: hub restored --end-personal")
