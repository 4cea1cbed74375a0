"""`hub check`: a line for each thing that must be right, and an exit status."""

import smtplib
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import click

from hub import clock, migrating
from hub.actions.log_chain import verify_log
from hub.commands.opening import Installation, opened
from hub.errors import ConfigurationError
from hub.queries import invariants

Check = Callable[[Installation], str]


@click.command()
@click.option("--invariants", "only_invariants", is_flag=True, help="Check only what the database promises.")
def command(only_invariants: bool) -> None:
    """Check everything; exit status 1 when one line says NO."""
    try:
        house = opened()
    except ConfigurationError as error:
        click.echo(f"configuration  NO   {error}")
        sys.exit(1)
    checks = {"invariants": _invariants} if only_invariants else CHECKS
    results = [_report(name, check, house) for name, check in checks.items()]
    house.database.close()
    sys.exit(0 if all(results) else 1)


def _report(name: str, check: Check, house: Installation) -> bool:
    try:
        click.echo(f"{name:14} ok   {check(house)}")
        return True
    except Exception as error:  # noqa: BLE001 (whatever is wrong is this line's answer)
        click.echo(f"{name:14} NO   {error or type(error).__name__}")
        return False


def _configuration(house: Installation) -> str:
    return f"{house.config.environment}, {house.config.public_url}, keys in {house.config.key_file.name}"


def _database(house: Installation) -> str:
    house.database.ping()
    return house.database.engine.dialect.name


def _migrations(house: Installation) -> str:
    current, head = migrating.current(house.database), migrating.head()
    if current != head:
        raise ConfigurationError(f"at {current or 'nothing'}, this version needs {head}: run hub migrate")
    return f"at {current}"


def _mail(house: Installation) -> str:
    if not house.config.mail_url:
        return f"into the folder {house.config.data / 'mail'}"
    url = urlsplit(house.config.mail_url)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname or "", url.port or (465 if url.scheme == "smtps" else 587), timeout=10) as server:
        server.noop()
    return f"{url.scheme}://{url.hostname} answers"


def _log_chain(house: Installation) -> str:
    with house.database.reading() as session:
        verdict = verify_log(session, at=clock.now())
    if verdict.first_broken is not None:
        raise ConfigurationError(f"broken at number {verdict.first_broken}")
    return f"{verdict.rows} rows, {verdict.unchained} not yet chained"


def _invariants(house: Installation) -> str:
    with house.database.reading() as session:
        broken = invariants.list_broken(session, at=clock.now())
    if broken:
        raise ConfigurationError("; ".join(broken))
    return f"{len(invariants.INVARIANTS)} hold"


CHECKS: dict[str, Check] = {
    "configuration": _configuration,
    "database": _database,
    "migrations": _migrations,
    "mail": _mail,
    "log chain": _log_chain,
    "invariants": _invariants,
}
