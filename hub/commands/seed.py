"""`hub seed`: very many invented dates, to see how searches behave; never in production."""

import click

from hub import clock
from hub.commands.opening import ready
from hub.errors import ConfigurationError
from hub.seeds.many import INVENTED, load_many


@click.command()
@click.option("--dates", type=click.IntRange(1, 2_000_000), default=1000, show_default=True, help="Dates to add.")
def command(dates: int) -> None:
    """Add invented offers with so many coming dates to this database."""
    with ready() as house:
        if house.config.environment == "production":
            raise ConfigurationError("Invented dates would stand among the real ones. Use another installation.")
        with click.progressbar(length=dates, label="Invented dates") as bar:
            sown = load_many(house.database, dates, at=clock.now(), progress=bar.update)
    click.echo(f"{sown.dates} dates, {sown.rows} rows in {sown.seconds:.1f} s: {sown.rate:.0f} rows a second.")
    click.echo(f"Each is marked with {INVENTED}. Look at /offers, or measure with `hub measure search`.")
