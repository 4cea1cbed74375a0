"""`hub routes`: all addresses and who may call them."""

from typing import Any

import click

from hub.app import create_app
from hub.commands.opening import ready
from hub.web.access import Access


@click.command()
def command() -> None:
    """List all addresses and who may call them."""
    with ready() as house:
        lines = describe(create_app(house.config, house.keys, house.database))
    click.echo("\n".join(sorted(lines)))


def describe(app: Any) -> list[str]:
    """Return a line per address of the Flask application: path, methods, and for whom."""
    lines = []
    for rule in app.url_map.iter_rules():
        access: Access | None = getattr(app.view_functions[rule.endpoint], "access", None)
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{rule.rule:58} {methods:9} {_who(access, rule.endpoint)}")
    return lines


def _who(access: Access | None, endpoint: str) -> str:
    if access is None:
        return "everyone: static files" if endpoint == "static" else "nobody: the view has no mark"
    if access.everyone:
        return f"everyone: {access.everyone}"
    people = [role.value for role in access.roles] + ["person"] * access.person + ["staff"] * access.staff
    return ", ".join(sorted(people))
