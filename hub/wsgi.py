"""What a server process loads: one application from the environment's configuration."""

import os
from collections.abc import Callable
from typing import Any

from hub.app import create_app
from hub.config import load


def application() -> Callable[..., Any]:
    """Return the application; raises ConfigurationError when the installation is not ready."""
    if os.getpid() != os.getpgrp():
        os.setpgid(0, 0)  # Ctrl-C is for the main process, which tells us once; told twice, a worker of granian hangs
    return create_app(load())
