"""`hub user add`: the first account of an installation, or one more."""

import click

from hub import clock
from hub.actions.users import add_user
from hub.commands.opening import opened
from hub.errors import HubError
from hub.models.user import Role
from hub.policy.actor import SYSTEM


@click.group()
def command() -> None:
    """Add a staff account."""


@command.command()
@click.option("--email", prompt=True, help="Address the person signs in with.")
@click.option("--name", prompt=True, help="Given and family name.")
@click.option("--organisation", prompt=True, help="Name of the organisation; made when it does not exist yet.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="operator", show_default=True)
@click.password_option(help="At least 12 characters.")
def add(email: str, name: str, organisation: str, role: str, password: str) -> None:
    """Add an account with a password; exit status 1 and a reason when it cannot be."""
    database = opened().database
    try:
        with database.transaction() as session:
            add_user(
                session,
                actor=SYSTEM,
                email=email,
                name=name,
                organisation=organisation,
                role=Role(role),
                password=password,
                at=clock.now(),
            )
    except HubError as error:
        raise click.ClickException(error.message.render("en")) from error
    finally:
        database.close()
    click.echo(f"{email} can sign in.")
