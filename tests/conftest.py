"""Wires the shared instruments into every test: databases, browser, calendar clients."""

import gc
import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases", "tests.browser", "tests.clients", "tests.world", "tests.demo"]

# No promise about time is a test's: a busy machine is no fault of what is tested. What CI says does not hang on chance.
settings.register_profile(
    "any machine",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")

gc.disable()  # modules and tests are about to be read, and nothing of that is garbage


def pytest_collection_finish() -> None:
    """Look for garbage rarely: looking through all that was read took a fifth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
