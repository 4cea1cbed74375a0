"""`hub measure`: figures that promises of the house rest on, measured on this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from sqlalchemy import make_url

from hub import clock, crypto, migrating
from hub.app import create_app
from hub.commands import crowd
from hub.commands.opening import ready
from hub.config import load
from hub.db import Database
from hub.feed_times import as_table as as_feed_table
from hub.feed_times import measure_feeds
from hub.growth_times import as_table as as_growth_table
from hub.growth_times import measure_growth
from hub.keys import new_keys, read_keys, write_keys
from hub.measuring import login_timing
from hub.page_times import Way, as_table, measure_pages
from hub.queries.many_rows import give_room_back, make_room
from hub.reading_times import measure_reading
from hub.search_times import as_table as as_search_table
from hub.search_times import measure_searches
from hub.seeds.demo import load_demo
from hub.seeds.district import LEAST, WHOLE
from hub.seeds.many import Sown
from hub.seeds.sheet import Sheet


@click.group()
def command() -> None:
    """Measure what a promise of the house depends on."""


command.add_command(crowd.command, "crowd")


@command.command()
@click.option("--samples", default=200, show_default=True, help="Sign-ins tried with a known and an unknown address.")
def login(samples: int) -> None:
    """Compare how long a refused sign-in takes for a known and an unknown account (R-ACC-12)."""
    with ready() as house:
        known, unknown = login_timing(create_app(house.config, house.keys, house.database), samples=samples)
    click.echo(f"known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, ratio {unknown / known:.3f}")


@command.command()
@click.option("--samples", default=20, show_default=True, help="Requests for each page.")
def pages(samples: int) -> None:
    """Time every page of a fresh demo network, as each kind of visitor meets it (P7)."""
    with fresh_demo() as (app, _, sheet):
        found = measure_pages(app, ways_in(sheet), samples=samples)
    click.echo(as_table(found))


@command.command()
@click.option("--events", default=5_000, show_default=True, help="Events of the calendar.")
def calendar(events: int) -> None:
    """Time the reading of a hostile calendar beside a fresh demo network, and a page of that all the while."""
    with fresh_demo() as (app, database, _):
        click.echo(measure_reading(app, database, events=events).as_lines())


@contextmanager
def fresh_demo() -> Iterator[tuple[Any, Database, Sheet]]:
    """Give a fresh demo network in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        config = load({}, environment="demo", data=folder, durable=False)
        write_keys(config.key_file, new_keys())
        keys = read_keys(config.key_file)
        crypto.install(keys.ring)
        database = Database(config.database_url, durable=False)
        migrating.upgrade(database)
        sheet = load_demo(database, at=clock.now())
        yield create_app(config, keys, database), database, sheet
        database.close()


@command.command()
@click.option("--dates", "sizes", multiple=True, type=int, default=(1000, 10_000, 100_000), show_default=True)
@click.option("--samples", type=click.IntRange(1), default=100, show_default=True, help="Searches of each kind.")
@click.option("--database", "url", help="A PostgreSQL database to measure in; it is left as it was. Else files.")
def search(sizes: tuple[int, ...], samples: int, url: str | None) -> None:
    """Time searches among more and more invented dates, as ratios to the fewest (P6), and writing those (P11)."""
    crypto.install(new_keys().ring)
    with ExitStack() as rooms:
        databases = {dates: rooms.enter_context(_room(dates, url)) for dates in sorted(set(sizes))}
        times = measure_searches(databases, samples=samples, at=clock.now(), told=_tell_sown)
    click.echo(as_search_table(times))


@command.command()
@click.option("--entries", "sizes", multiple=True, type=int, default=(10, 200, 2000, 10_000), show_default=True)
@click.option("--samples", type=click.IntRange(1), default=200, show_default=True, help="Answers of each kind.")
@click.option("--database", "url", help="A PostgreSQL database to measure in; it is left as it was. Else files.")
def feeds(sizes: tuple[int, ...], samples: int, url: str | None) -> None:
    """Time the answers for feeds of a real server beside a bare view in it (P1, P2), and after a change (P3)."""
    times = []
    for entries in sorted(set(sizes)):
        with TemporaryDirectory() as folder, _room(entries, url) as database:
            keys = new_keys()
            write_keys(Path(folder) / "keys.toml", keys)
            crypto.install(keys.ring)
            times += measure_feeds(database, Path(folder), entries=entries, samples=samples)
    click.echo(as_feed_table(times))


@command.command()
@click.option("--scale", "scales", multiple=True, type=click.IntRange(1, 100), default=(1,), show_default=True)
@click.option("--samples", type=click.IntRange(1), default=40, show_default=True, help="Requests for each page.")
@click.option("--database", "url", help="A PostgreSQL database to measure in; it is left as it was. Else files.")
@click.option("--least", is_flag=True, hidden=True, help="Only whether it works.")
def growth(scales: tuple[int, ...], samples: int, url: str | None, least: bool) -> None:
    """Time pages of the demo alone, then beside so many times both networks, as ratios to the first (P8)."""
    keys = new_keys()
    with TemporaryDirectory() as folder, _room(0, url) as database:
        write_keys(Path(folder) / "keys.toml", keys)
        known = read_keys(Path(folder) / "keys.toml")
        crypto.install(known.ring)
        address = database.engine.url.render_as_string(hide_password=False)
        config = load({}, environment="demo", data=folder, database_url=address, durable=False)
        app, size = create_app(config, known, database), LEAST if least else WHOLE
        found = measure_growth(app, sorted(set(scales)), samples=samples, size=size, at=clock.now())
    click.echo(as_growth_table(found))


@contextmanager
def _room(dates: int, url: str | None) -> Iterator[Database]:
    """Give a migrated, empty database: a file, or a schema of its own in the database that was named."""
    name = f"hub_measured_{dates}"
    with TemporaryDirectory() as folder, ExitStack() as ending:
        address = f"sqlite:///{folder}/{name}.sqlite3"
        if url is not None:
            whole = Database(url)
            ending.callback(whole.close)
            whole.run(lambda session: make_room(session, name))
            ending.callback(lambda: whole.run(lambda session: give_room_back(session, name)))
            in_room = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
            address = in_room.render_as_string(hide_password=False)
        database = Database(address, durable=False)
        ending.callback(database.close)
        migrating.upgrade(database)
        yield database


def _tell_sown(sown: Sown) -> None:
    click.echo(f"{sown.dates} more dates: {sown.rows} rows in {sown.seconds:.1f} s, {sown.rate:.0f} a second.")


def ways_in(sheet: Sheet) -> list[Way]:
    """Return everybody who can sign in to the demo, and the visitor who does not."""
    staff = [
        Way(email.partition("@")[0], "/login", {"email": email, "password": sheet.password})
        for _role, _name, email in sheet.accounts
    ]
    people = [
        Way(name.partition(" ")[0].casefold(), f"/card/{code}", {"pin": pin})
        for name, code, pin in sheet.cards
        if pin.isdecimal()
    ]
    return [Way("nobody", "", {}), *staff, *people]
