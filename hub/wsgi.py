"""What a server process loads: one application from the environment's configuration."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from hub.app import create_app
from hub.config import load

PARENT_SEEN_EVERY = 0.5  # seconds


def application() -> Callable[..., Any]:
    """Return the application; raises ConfigurationError when the installation is not ready."""
    _end_when_told()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    app = create_app(load())
    gc.collect()
    gc.freeze()  # what is loaded once lives as long as the process; looking through it again keeps somebody waiting
    return app


def _end_when_told() -> None:
    """Let the main process end this worker at any moment.

    A forked worker inherits handlers that would swallow a signal while it loads. And Ctrl-C reaches the whole process
    group: told by the terminal and by the main process, a worker of granian hangs; so it leaves the group.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if os.getpid() != os.getpgrp():
        os.setpgid(0, 0)


def _end_with(parent: int) -> None:
    """End this worker when its main process is gone: one that was killed leaves workers that keep the port for good.

    What a worker has in hand then is one transaction, and undone.
    """
    while os.getppid() == parent:
        time.sleep(PARENT_SEEN_EVERY)
    os._exit(1)
