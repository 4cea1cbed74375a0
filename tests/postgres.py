"""A real PostgreSQL server for one test session: a given one, or one of our own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, make_url

from hub.bench.cluster import DRIVER, find_binaries, own_cluster

# Test data may vanish with the machine; waiting for the disk would only cost time.
CARELESS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "autovacuum=off",
    "jit=off",
    "plan_cache_mode=force_generic_plan",  # tables are small; planning anew for each value costs more than it gains
)


@contextmanager
def running_server() -> Iterator[URL | None]:
    """Give the URL of a server's maintenance database, or None where no server can be had; stop our own at the end."""
    given = os.environ.get("HUB_TEST_POSTGRES")
    if given:
        yield make_url(given).set(drivername=DRIVER)
    elif find_binaries() is None:
        yield None
    else:
        with own_cluster(CARELESS) as cluster:
            yield make_url(cluster.url)


def plain(url: URL) -> str:
    """Return the address as the bare driver reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
