"""Faults by a seeded plan: server, worker and database are killed while clients work, then everything is counted."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from hub import clock
from hub.bench.ground import Ground, hands_at_work, raised, settle
from hub.bench.processes import await_that, kill, lives
from hub.bench.reckoning import Reckoning, reckon
from hub.seeds.storm import Size

Tell = Callable[[str], None]
PAUSE = 0.05  # seconds between two deeds of a client
ORPHANS_END = 15.0  # seconds after which nothing of a server may be left whose first process died
SENDING = ("worker", "database", "everything")  # what ends a worker between handing a mail over and saying so


@dataclass
class Trial:
    """One storm: the house, the dice of its plan, and who is told what happens."""

    ground: Ground
    dice: random.Random
    tell: Tell
    kills: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)

    def server_worker(self) -> None:
        """Kill one of the processes that answer; the first process replaces it."""
        others = self.ground.server.members()[1:]
        if others:
            kill(self.dice.choice(others))

    def server(self) -> None:
        """Kill the server with all its processes."""
        self.ground.server.kill()

    def server_head(self) -> None:
        """Kill the server's first process alone; what answers must end by itself, or nobody can start a new one."""
        left = self.ground.server.kill_head()
        try:
            await_that(lambda: not any(map(lives, left)), "orphans", patience=ORPHANS_END)
        except Exception:  # noqa: BLE001 (whatever keeps them alive is the finding)
            self.breaches.append("processes that answer outlived their server")
            for pid in left:
                kill(pid)

    def worker(self) -> None:
        """Kill the worker, whatever it has in hand."""
        self.ground.worker.kill()

    def database(self) -> None:
        """Kill the database under everybody."""
        if self.ground.cluster is not None:
            self.ground.cluster.kill()

    def everything(self) -> None:
        """Let the whole machine fail, as far as processes go."""
        for fault in (self.server, self.worker, self.database):
            fault()

    def run(self, seconds: float, every: float) -> None:
        """Let faults happen for so many seconds, with such a pause between them on average."""
        names = ["server_worker", "server", "server_head", "worker", "everything"]
        names += ["database"] * 2 if self.ground.cluster is not None else []
        ends, bag = time.monotonic() + seconds, list[str]()
        while True:
            time.sleep(self.dice.uniform(0.3, 1.7) * every)
            if time.monotonic() >= ends:
                return
            if not bag:  # every kind has its turn before one comes again
                bag = self.dice.sample(names, len(names))
            self._fault(bag.pop())

    def _fault(self, name: str) -> None:
        for service in (self.ground.server, self.ground.worker):
            if not service.running:
                self.breaches.append(f"{service.words[0]} ended by itself")
        self.kills[name] += 1
        began = time.monotonic()
        getattr(self, name)()
        time.sleep(self.dice.uniform(0, 1))
        self.ground.start()
        self.tell(f"killed: {name.replace('_', ' ')}; people are let in again after {time.monotonic() - began:.1f} s")


def try_faults(kind: str, *, seconds: float, seed: int, every: float, size: Size, tell: Tell) -> Reckoning:
    """Run one storm of so many seconds on this kind of database and return what came of it."""
    with raised(kind, size) as ground:
        ground.start()
        trial = Trial(ground, random.Random(seed), tell)  # noqa: S311 (a plan that can be played again)
        tell(f"{kind}: {size.hands} clients, {size.dates} dates of {size.places} places, {size.mails} mails")
        with hands_at_work(ground, seed=seed, pause=PAUSE) as hands:
            trial.run(seconds, every)
            ground.start()
        tell("the clients have gone; what waits is done")
        ground.stop()
        settle(ground)
        deaths = sum(trial.kills[name] for name in SENDING)
        found = reckon(ground.database, hands.diaries, ground.box.arrived, kills=deaths, at=clock.now())
    counts = {f"killed: {name.replace('_', ' ')}": number for name, number in sorted(trial.kills.items())}
    return Reckoning(counts | found.counts, trial.breaches + found.breaches)
