"""A chart: named bars beside each other with their words, and the same numbers as the lines of a table."""

from dataclasses import dataclass

from hub.i18n import N_, Message

Words = Message | str


@dataclass(frozen=True)
class Bar:
    """One bar: drawn from `start` to `end`, with a frame up to `whole` and a tick at `mark`; None draws nothing.

    `words` say what the bar shows; `cells` are its line in the table, and tell no more.
    """

    name: Words
    words: Words
    cells: tuple[Words, ...]
    end: float | None = None
    start: float = 0
    whole: float | None = None
    mark: float | None = None

    @property
    def furthest(self) -> float:
        """Where its drawing ends."""
        return max(self.end or 0, self.whole or 0, self.mark or 0)


@dataclass(frozen=True)
class Chart:
    """Bars on one scale; `key` names it in addresses, `heads` stand over the table, `legend` is (shape, words)."""

    key: str
    title: Words
    summary: Words
    heads: tuple[Words, ...]
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, Words], ...] = ()

    def share(self, value: float | None) -> str:
        """Return a value as a share of the longest bar, as SVG wants it; nothing and nought are both "0%"."""
        longest = max((bar.furthest for bar in self.bars), default=0)
        return f"{100 * (value or 0) / longest:.1f}%" if longest else "0%"

    def lines(self) -> list[list[str]]:
        """Return the table as a file carries it."""
        return [[str(head) for head in self.heads]] + [[str(bar.name), *map(str, bar.cells)] for bar in self.bars]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw and nothing to tell."""
        return not any(bar.furthest or bar.end is None for bar in self.bars)


def too_few(fewest: int) -> Message:
    """What stands for a number that is too small to be told."""
    return N_("unter {n}", n=fewest)
