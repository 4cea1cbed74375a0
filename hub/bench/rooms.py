"""Empty databases of one kind for measuring, each also as a copy of another, in one folder with one set of keys."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from hub import crypto, migrating
from hub.bench.cluster import Cluster, own_cluster
from hub.config import KEY_FILE
from hub.db import Database
from hub.errors import ConfigurationError
from hub.keys import new_keys, write_keys


@dataclass
class Rooms:
    """The folder with the keys, the server where the kind needs one, and what was opened in it."""

    kind: str
    folder: Path
    cluster: Cluster | None
    ending: ExitStack = field(default_factory=ExitStack)

    def empty(self, name: str) -> Database:
        """Return a new migrated database that waits for the disk as in earnest; it is closed in the end."""
        database = self._open(self._make(name))
        migrating.upgrade(database)
        return database

    def copy(self, database: Database, name: str) -> Database:
        """Return a database that looks as another one does now; nobody may be at work in that one."""
        of = make_url(database.engine.url).database or ""
        database.close()  # of SQLite this also brings what stands in the journal into the file
        return self._open(self._make(name, of=of))

    def settings(self, database: Database, port: int) -> dict[str, str]:
        """Return what a server needs to know to serve this database."""
        return {
            "HUB_ENVIRONMENT": "demo",
            "HUB_DATA": str(self.folder),
            "HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

    def _open(self, url: str) -> Database:
        database = Database(url)
        self.ending.callback(database.close)
        return database

    def _make(self, name: str, *, of: str = "") -> str:
        if self.cluster is None:
            if of:
                copyfile(of, self.folder / f"{name}.sqlite3")
            return f"sqlite:///{self.folder}/{name}.sqlite3"
        command = [str(self.cluster.binaries / "createdb"), "-h", str(self.cluster.folder), "-U", "postgres"]
        command += ["-T", of or "template0", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (own words only)
        if done.returncode:
            raise ConfigurationError(f"createdb failed: {done.stderr.strip()}")
        return make_url(self.cluster.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def rooms_of(kind: str) -> Iterator[Rooms]:
    """Give room for databases of this kind, gone with all that is in it afterwards."""
    with TemporaryDirectory(prefix="hub-bench-") as name, ExitStack() as ending:
        cluster = ending.enter_context(own_cluster()) if kind == "postgresql" else None
        keys = new_keys()
        write_keys(Path(name) / KEY_FILE, keys)
        crypto.install(keys.ring)
        yield Rooms(kind, Path(name), cluster, ending)
