"""What a server process loads: one application from the environment's configuration."""

import os
import signal
from collections.abc import Callable
from typing import Any

from hub.app import create_app
from hub.config import load


def application() -> Callable[..., Any]:
    """Return the application; raises ConfigurationError when the installation is not ready."""
    _end_when_told()
    return create_app(load())


def _end_when_told() -> None:
    """Let the main process end this worker at any moment.

    A forked worker inherits handlers that would swallow a signal while it loads. And Ctrl-C reaches the whole process
    group: told by the terminal and by the main process, a worker of granian hangs; so it leaves the group.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if os.getpid() != os.getpgrp():
        os.setpgid(0, 0)
