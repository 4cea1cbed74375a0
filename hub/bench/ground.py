"""A house of its own for trials: database, keys, server, worker and letterbox, all gone afterwards."""

import http.client
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from hub import clock, crypto, migrating
from hub.bench.browser import NO_ANSWER, Browser
from hub.bench.cluster import Cluster, own_cluster
from hub.bench.hands import Order, work
from hub.bench.letterbox import Letterbox, open_letterbox
from hub.bench.processes import Service, await_that
from hub.bench.serving import free_port
from hub.config import KEY_FILE
from hub.db import Database
from hub.keys import new_keys, write_keys
from hub.queries.reckonings import count_waiting_mails, let_waiting_pass
from hub.seeds.storm import Size, Storm, load_storm
from hub.worker.loop import chain_all

PATIENCE = 240  # seconds for clients, or a round of the worker, to finish what they are at
ROUNDS = 8  # of the worker in the end, each of half a minute at most
KINDS = ("sqlite", "postgresql")


@dataclass
class Ground:
    """Everything a trial needs."""

    folder: Path
    port: int
    database: Database
    cluster: Cluster | None
    server: Service
    worker: Service
    settings: dict[str, str]
    box: Letterbox
    storm: Storm

    def answers(self) -> bool:
        """Tell whether the server lets people in and reaches its database."""
        try:
            return Browser(self.port).ask("GET", "/healthz").status == http.client.OK
        except NO_ANSWER:
            return False

    def start(self) -> None:
        """Start what does not run, the database first, and wait until people are let in."""
        if self.cluster is not None:
            self.cluster.start()
        for service in (self.server, self.worker):
            if not service.running:
                service.start()
        await_that(self.answers, "the server lets nobody in")

    def stop(self) -> None:
        """End server and worker in good order."""
        for service in (self.server, self.worker):
            service.stop()


@contextmanager
def raised(kind: str, size: Size, *, durable: bool = True) -> Iterator[Ground]:
    """Give a house on this kind of database with everything loaded; nothing of it runs yet but the database."""
    with TemporaryDirectory(prefix="hub-trial-") as name, ExitStack() as ending:
        folder = Path(name)
        cluster = ending.enter_context(own_cluster()) if kind == "postgresql" else None
        address = cluster.url if cluster is not None else f"sqlite:///{folder}/hub.sqlite3"
        keys = new_keys()
        write_keys(folder / KEY_FILE, keys)
        crypto.install(keys.ring)
        database = Database(address, durable=durable)
        ending.callback(database.close)
        migrating.upgrade(database)
        storm = database.run(lambda session: load_storm(session, size, at=clock.now()))
        box, port = ending.enter_context(open_letterbox()), free_port()
        settings = {
            "HUB_ENVIRONMENT": "demo",
            "HUB_DATA": name,
            "HUB_DATABASE_URL": address,
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "HUB_MAIL_URL": f"smtp://127.0.0.1:{box.port}",
        }
        server = Service(["serve", "--port", str(port)], settings, folder / "server.out")
        worker = Service(["worker"], settings, folder / "worker.out")
        ground = Ground(folder, port, database, cluster, server, worker, settings, box, storm)
        ending.callback(ground.stop)
        yield ground


@dataclass(frozen=True)
class Hands:
    """Clients at work, and their diaries, which are complete once the clients have gone."""

    diaries: list[Path]
    pause: Any

    def slow_down(self, seconds: float) -> None:
        """Let each pause so long between two deeds from now on."""
        self.pause.value = seconds

    def count(self) -> int:
        """Return how many lines they have written so far."""
        return sum(diary.read_bytes().count(b"\n") for diary in self.diaries if diary.exists())


@contextmanager
def hands_at_work(ground: Ground, *, seed: int, pause: float) -> Iterator[Hands]:
    """Let every client work while the block runs, at first with so many seconds between two deeds."""
    spawned = multiprocessing.get_context("spawn")
    ended, pace, storm = spawned.Event(), spawned.Value("d", pause), ground.storm
    orders = [
        Order(
            number=number,
            seed=seed + number,
            port=ground.port,
            email=storm.email,
            password=storm.password,
            slots=storm.slots,
            share=share,
            diary=str(ground.folder / f"hand{number}.jsonl"),
        )
        for number, share in enumerate(storm.shares)
    ]
    hands: list[Any] = [spawned.Process(target=work, args=(order, ended, pace), daemon=True) for order in orders]
    for hand in hands:
        hand.start()
    try:
        yield Hands([Path(order.diary) for order in orders], pace)
    finally:
        ended.set()
        for hand in hands:
            hand.join(PATIENCE)
            if hand.exitcode is None:
                hand.kill()


def settle(ground: Ground) -> None:
    """Let the night pass, and the worker do what is due until nothing is; server and worker must have ended."""
    for _ in range(ROUNDS):
        ground.database.run(lambda session: let_waiting_pass(session, at=clock.now()))
        once = Service(["worker", "--once"], ground.settings, ground.folder / "worker.out")
        once.start()
        await_that(lambda once=once: not once.running, "a round of the worker", patience=PATIENCE)  # type: ignore[misc]
        with ground.database.reading() as session:
            if not count_waiting_mails(session):
                break
    chain_all(ground.database, clock.now())


def clean_up_when_told() -> None:
    """Let TERM end the command as Ctrl-C does: what was raised is taken down, and nothing runs on."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def teller() -> Callable[[str], None]:
    """Return what prints a line with the seconds since now before it."""
    began = time.monotonic()
    return lambda words: click.echo(f"{time.monotonic() - began:8.1f} s  {words}")
