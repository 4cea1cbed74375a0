"""A long run at half of what the house can do: memory, files and connections stay flat, and each table has a fate."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hub import clock
from hub.bench.ground import Ground, hands_at_work, raised, settle
from hub.bench.processes import await_that, open_files, resident
from hub.bench.reckoning import reckon
from hub.queries import reckonings
from hub.seeds.storm import Size
from hub.worker.keeping import CLEANED, STAYS

Tell = Callable[[str], None]
WARM_SECONDS = 20.0  # at full speed, to find out what half of it is
SAMPLES = 60
GROWTH = 0.05  # of the median, which memory may gain by its trend over the second half
SLACK = 2.0  # files or connections more, likewise
MB = 1024 * 1024


@dataclass(frozen=True)
class Course:
    """How one thing went over the second half of a run: in the middle, and what it gained by its trend."""

    name: str
    median: float
    gained: float
    bound: float

    @property
    def flat(self) -> bool:
        """Whether it gained no more than it may."""
        return self.gained <= self.bound

    def as_line(self) -> str:
        """Return it for people."""
        verdict = "flat" if self.flat else "GROWS"
        return f"{self.median:10.1f} {self.gained:+10.1f} {self.bound:8.1f}  {verdict:5}  {self.name}"


@dataclass(frozen=True)
class Soaked:
    """What a run came to."""

    lines: list[str]
    breaches: list[str]


def soak(kind: str, *, seconds: float, seed: int, size: Size, tell: Tell) -> Soaked:
    """Work for so many seconds at half capacity on this kind of database and return what grew."""
    with raised(kind, size) as ground:
        ground.start()
        before, began = _rows(ground), time.monotonic()
        with hands_at_work(ground, seed=seed, pause=0) as hands:
            time.sleep(WARM_SECONDS)
            await_that(lambda: hands.count() > 0, "nobody gets anything done")
            capacity = hands.count() / (time.monotonic() - began)
            hands.slow_down(size.hands / capacity)
            tell(
                f"{kind}: {capacity:.1f} deeds a second at full speed with {size.hands} clients; from now on half of it"
            )
            done, samples = hands.count(), list(_watch(ground, seconds))
            rate = (hands.count() - done) / seconds
            tell(f"{rate:.1f} deeds a second over {seconds:.0f} s")
        grown = {name: (before[name], rows) for name, rows in _rows(ground).items() if rows > before[name]}
        ground.stop()
        settle(ground)
        broken = reckon(ground.database, hands.diaries, ground.box.arrived, kills=0, at=clock.now()).breaches
    courses = list(courses_of(samples))
    fates = [f"{was:10} {now:10}  {name}: {fate_of(name) or 'NOBODY CARES'}" for name, (was, now) in grown.items()]
    head = f"{'median':>10} {'gained':>10} {'bound':>8}  over the second half"
    growing = [f"{one.name} grows: {one.gained:+.1f} over the second half" for one in courses if not one.flat]
    orphans = [f"table {name} grows and nobody cares" for name in grown if not fate_of(name)]
    return Soaked([head, *(one.as_line() for one in courses), *fates], growing + orphans + broken)


def fate_of(table: str) -> str:
    """Return what becomes of a table's rows, nothing where nobody has decided it."""
    if table in CLEANED:
        return f"cleaned by the task {CLEANED[table]!r}"
    return next((f"stays: {why}" for why, tables in STAYS.items() if table in tables), "")


def courses_of(samples: Sequence[dict[str, float]]) -> Iterator[Course]:
    """Judge the second half of the samples, taken at equal distances."""
    half = samples[len(samples) // 2 :]
    for name in samples[0]:
        values = [one[name] for one in half]
        slope = statistics.linear_regression(range(len(values)), values).slope if len(values) > 1 else 0.0
        median = statistics.median(values)
        bound = median * GROWTH if name.endswith("MB") else SLACK
        yield Course(name, median, slope * (len(values) - 1), bound)


def _watch(ground: Ground, seconds: float) -> Iterator[dict[str, float]]:
    began = time.monotonic()
    for number in range(1, SAMPLES + 1):
        time.sleep(max(0.0, began + seconds * number / SAMPLES - time.monotonic()))
        yield _sample(ground)


def _sample(ground: Ground) -> dict[str, float]:
    found: dict[str, float] = {}
    for service in (ground.server, ground.worker):
        for number, pid in enumerate(service.members()):
            name = f"{service.words[0]}, process {number}"
            found[f"{name}, MB"] = resident(pid) / MB
            found[f"{name}, files"] = open_files(pid)
    with ground.database.reading() as session:
        found["connections"] = reckonings.count_connections(session)
    return found


def _rows(ground: Ground) -> dict[str, int]:
    with ground.database.reading() as session:
        return reckonings.count_rows(session)
