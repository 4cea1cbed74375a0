"""Doing many things of which one may fail: it is logged by its class alone, and the others are done all the same."""

import logging
from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


def attempt(name: str, work: Callable[[], object]) -> bool:
    """Do some work; a failure is logged by its class alone and never stops what comes after it."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 (the worker must outlive any one task)
        logger.error("%s: %s", name, type(error).__name__)  # noqa: TRY400 (a trace could carry values)
        return False
    return True


def for_each(name: str, keys: Iterable[int], work: Callable[[int], object]) -> None:
    """Do the work for each key; raises RuntimeError in the end when it failed for some."""
    failed = [key for key in keys if not attempt(f"{name} {key}", lambda key=key: work(key))]  # type: ignore[misc]
    if failed:
        raise RuntimeError(f"{len(failed)} {name} failed")
