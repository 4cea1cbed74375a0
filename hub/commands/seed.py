"""`hub seed`: both networks many times over, to see how the house carries them; never in production."""

import click

from hub import clock
from hub.commands.demo import load_once, require_own
from hub.commands.opening import ready
from hub.config import load
from hub.errors import ConfigurationError
from hub.seeds.district import INVENTED, LEAST, WHOLE
from hub.seeds.scale import NETWORKS, SEED, load_scale


@click.command()
@click.option("--scale", type=click.IntRange(1, 100), required=True, help="So many times both networks.")
@click.option("--seed", default=SEED, show_default=True, help="Another number deals other people and places.")
@click.option("--least", is_flag=True, hidden=True, help="Only whether it works.")
def command(scale: int, seed: int, least: bool) -> None:
    """Load the demo network, and beside it invented networks: 2,700 people, 30,000 dates and 60,000 bookings each time.

    Interrupted, it goes on where it stopped; a larger scale adds to a smaller one.
    """
    config = load()
    if config.environment == "production":
        raise ConfigurationError("Invented people would stand among the real ones. Use another installation.")
    require_own(config)
    sheet = load_once(config)
    with ready() as house, click.progressbar(length=scale * NETWORKS, label="Invented networks") as bar:
        size = LEAST if least else WHOLE
        grown = load_scale(house.database, scale, at=clock.now(), seed=seed, size=size, progress=bar.update)
    click.echo(sheet.text(config.public_url))
    click.echo(
        f"{grown.networks} networks, {grown.rows} rows in {grown.seconds:.1f} s: {grown.rate:.0f} rows a second."
    )
    click.echo(f"Each network's name ends with {INVENTED}. Sign in as coach1.1@demo.invalid, or look with `hub demo`.")
