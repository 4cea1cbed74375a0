"""`hub check`: a line for each thing that must be right, and an exit status."""

import sys
from collections.abc import Callable

import click

from hub import clock, migrating
from hub.actions.log_chain import verify_log
from hub.backup_files import is_too_old, list_backups, made_at
from hub.commands.opening import Installation, opened, require_answer, require_migrated
from hub.errors import ConfigurationError
from hub.pdf import missing_libraries, write_pdf
from hub.queries.invariants import INVARIANTS, lines_of
from hub.queries.kept_words import count_words
from hub.worker.checks import check_now
from hub.worker.transport import mail_server

Check = Callable[[Installation], str]
SAMPLE = "<!DOCTYPE html><title>PDF</title><p>PDF</p>"


@click.command()
@click.option("--invariants", "only_invariants", is_flag=True, help="Check only what the database promises.")
def command(only_invariants: bool) -> None:
    """Check everything; exit status 1 when one line says NO."""
    checks = {"invariants": _invariants} if only_invariants else CHECKS
    try:
        with opened() as house:
            results = [_report(name, check, house) for name, check in checks.items()]
    except ConfigurationError as error:
        click.echo(f"configuration  NO   {error}")
        sys.exit(1)
    sys.exit(0 if all(results) else 1)


def _report(name: str, check: Check, house: Installation) -> bool:
    try:
        click.echo(f"{name:14} ok   {check(house)}")
    except Exception as error:  # noqa: BLE001 (whatever is wrong is this line's answer)
        reason = str(error).partition("\n")[0]
        click.echo(f"{name:14} NO   {reason or type(error).__name__}")
        return False
    return True


def _configuration(house: Installation) -> str:
    return f"{house.config.environment}, {house.config.public_url}, keys in {house.config.key_file.name}"


def _database(house: Installation) -> str:
    require_answer(house.database)
    return house.database.engine.dialect.name


def _migrations(house: Installation) -> str:
    require_migrated(house.database)
    return f"at {migrating.head()}"


def _mail(house: Installation) -> str:
    if not house.config.mail_url:
        if house.config.environment == "production":
            raise ConfigurationError("HUB_MAIL_URL is empty: no mail leaves")
        return f"into the folder {house.config.data / 'mail'}"
    server = mail_server(house.config.mail_url)
    with server.connect() as connection:
        connection.noop()
    return f"{server.host} answers, protection: {server.protection.value}"


def _log_chain(house: Installation) -> str:
    with house.database.reading() as session:
        verdict = verify_log(session, at=clock.now())
    if verdict.first_broken is not None:
        raise ConfigurationError(f"broken at number {verdict.first_broken}")
    return f"{verdict.rows} rows, {verdict.unchained} not yet chained, the oldest for {verdict.unchained_age}"


def _invariants(house: Installation) -> str:
    broken = check_now(house.database, clock.now()).broken
    if broken:
        raise ConfigurationError("; ".join(lines_of(broken)))
    return f"{len(INVARIANTS)} hold"


def _words(house: Installation) -> str:
    with house.database.reading() as session:
        found, changed = count_words(session)
    if changed:
        raise ConfigurationError(f"{len(changed)} of {found} do not match their hash, the first is {changed[0]}")
    return f"{found} match their hashes"


def _statement(house: Installation) -> str:
    if not house.config.enforcement_body:
        return "the enforcement body is not configured yet: HUB_ENFORCEMENT_BODY"
    return f"names {house.config.enforcement_body}"


def _backup(house: Installation) -> str:
    found = list_backups(house.config.backups)
    if not found:
        if house.config.environment == "production":
            raise ConfigurationError("there is none yet: hub backup")
        return "none yet: hub backup"
    made, now = made_at(found[-1]), clock.now()
    if house.config.environment == "production" and is_too_old(made, now):
        raise ConfigurationError(f"the newest is of {made:%Y-%m-%d %H:%M} UTC, {(now - made).days} days old")
    return f"the newest is of {made:%Y-%m-%d %H:%M} UTC, {len(found)} kept"


def _pdf(_house: Installation) -> str:
    if missing := missing_libraries():
        return f"not offered, the system lacks {', '.join(missing)}"
    return f"drawn, {len(write_pdf(SAMPLE))} bytes"


CHECKS: dict[str, Check] = {
    "configuration": _configuration,
    "database": _database,
    "migrations": _migrations,
    "mail": _mail,
    "log chain": _log_chain,
    "words kept": _words,
    "invariants": _invariants,
    "backup": _backup,
    "statement": _statement,
    "pdf": _pdf,
}
