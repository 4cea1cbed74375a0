"""`hub user add`: the first account of an installation, or one more."""

import click

from hub import clock
from hub.actions.users import add_user
from hub.commands.opening import ready
from hub.errors import HubError, InvalidInput
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
    try:
        with ready() as house, house.database.transaction() as session:
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
        raise click.ClickException(_reason(error)) from error
    click.echo(f"{email} can sign in.")


def _reason(error: HubError) -> str:
    """Return what is wrong in one line, by field where it is known."""
    if isinstance(error, InvalidInput) and error.fields:
        return " ".join(f"{name}: {message.render('en')}" for name, message in error.fields.items())
    return error.message.render("en")
