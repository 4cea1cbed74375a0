"""`hub routes`: all addresses and who may call them."""

import click
from flask import Flask

from hub.app import create_app
from hub.commands.opening import opened
from hub.web.access import Access


@click.command()
def command() -> None:
    """List all addresses and who may call them."""
    house = opened()
    for line in sorted(describe(create_app(house.config, house.keys, house.database))):
        click.echo(line)


def describe(app: Flask) -> list[str]:
    """Return a line per address: path, methods, and for whom."""
    lines = []
    for rule in app.url_map.iter_rules():
        access: Access | None = getattr(app.view_functions[rule.endpoint], "access", None)
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{rule.rule:58} {methods:9} {_who(access)}")
    return lines


def _who(access: Access | None) -> str:
    if access is None:
        return "static files"
    if access.everyone:
        return f"everyone: {access.everyone}"
    people = [role.value for role in access.roles] + ["person"] * access.person + ["staff"] * access.staff
    return ", ".join(sorted(people))
