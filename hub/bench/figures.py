"""What a measurement came to: one line for each workload, next to its reference of the same run and its goal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One workload: our figure, the reference's, both in `unit`, their ratio as the goal counts it, and the goal.

    `mark` names the goal, empty where nothing was promised. `least` and `most` bound the ratio; where there is none,
    they bound our figure itself.
    """

    mark: str
    kind: str
    what: str
    ours: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where the workload has none."""
        counted = self.ours if self.ratio is None else self.ratio
        if self.least is not None:
            return counted >= self.least
        return None if self.most is None else counted <= self.most

    @property
    def goal(self) -> str:
        """The goal as it is written in the table."""
        if self.least is not None:
            return f"≥ {self.least:g}"
        return "" if self.most is None else f"≤ {self.most:g}"

    def as_line(self) -> str:
        """Return it as a line of the table."""
        beside = "" if self.reference is None else f"{self.reference:.2f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = {True: "met", False: "missed", None: ""}[self.met]
        return (
            f"{self.mark:8} {self.kind:10} {self.ours:10.2f} {beside:>10} {self.unit:10} {ratio:>6} {self.goal:>8} "
            f"{verdict:6}  {self.what}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self) | {"met": self.met}


def p95(times: Sequence[float]) -> float:
    """Return what 95 of 100 of these times do not exceed."""
    return sorted(times)[min(len(times) - 1, round(len(times) * 0.95))]


def late_figure(
    mark: str,
    kind: str,
    what: str,
    taken: Sequence[float],
    first: Sequence[float],
    *,
    statements: int,
    most: float | None,
) -> Figure:
    """Return the p95 of times (ms) beside that of the first of their run; the medians stand in words behind it."""
    middle, ratio = median(taken), median(taken) / median(first)
    told = f"p95, {what}; p50 {middle:.1f} ms, {ratio:.2f} times; {statements} statements"
    return Figure(mark, kind, told, p95(taken), "ms", p95(first), p95(taken) / p95(first), most=most)


def as_table(figures: Sequence[Figure]) -> str:
    """Return all figures as lines."""
    head = (
        f"{'':8} {'database':10} {'ours':>10} {'reference':>10} {'unit':10} {'ratio':>6} {'goal':>8} {'':6}  workload"
    )
    return "\n".join([head, *(figure.as_line() for figure in figures)])
