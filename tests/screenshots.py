"""A picture of every kind of page: on a telephone and on a desk, light and dark."""

import sys
from pathlib import Path

import click

from tests.core_pages import KINDS, Kind, Visitors, demo_visited

FOLDER = Path("var/screenshots")
WIDTHS = {390: 844, 1280: 900}
SCHEMES = ("light", "dark")


def take(visitors: Visitors, kind: Kind, width: int, scheme: str, file: Path) -> None:
    """Take one picture of a whole page."""
    path = visitors.path_to(kind)
    window = {"width": width, "height": WIDTHS[width]}
    context = visitors.context(kind.who, viewport=window, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(visitors.address + path, wait_until="networkidle")  # the first view may do without our fonts
    answer = page.goto(visitors.address + path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"No picture of {kind.name}: {path} cannot be shown.")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=file, full_page=True)
    context.close()


def main(folder: Path) -> None:
    """Take all pictures of a fresh demo network and say how far it is."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = [(kind, width, scheme) for kind in KINDS for width in WIDTHS for scheme in SCHEMES]
    click.echo("Loading a demo network of its own …")
    with demo_visited() as visitors:
        for number, (kind, width, scheme) in enumerate(shots, 1):
            file = folder / f"{kind.name}-{width}-{scheme}.png"
            take(visitors, kind, width, scheme, file)
            click.echo(f"{number:3} of {len(shots)}  {file}")
    click.echo(f"The pictures lie in {folder.resolve()}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
