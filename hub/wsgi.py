"""What a server process loads: one application from the environment's configuration."""

from collections.abc import Callable
from typing import Any

from hub.app import create_app
from hub.config import load


def application() -> Callable[..., Any]:
    """Return the application; raises ConfigurationError when the installation is not ready."""
    return create_app(load())
