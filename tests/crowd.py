"""Many at once: units started at the same moment, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from hub.errors import HubError


def rush(units: list[Callable[[], Any]]) -> list[Any]:
    """Start all units at the same moment; an error of the house is a result, by its class."""
    start = Barrier(len(units))

    def run(unit: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return unit()
        except HubError as error:
            return type(error)

    with ThreadPoolExecutor(len(units)) as threads:
        return list(threads.map(run, units))
