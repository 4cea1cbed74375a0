"""Pages as PDF files: whether this machine can draw them, and the drawing in a process of its own.

Drawing needs Pango from the system and half a second of work. Outside, neither a slow page nor a fault in a foreign
library stops the server, and no process of it carries the library in its memory.
"""

import os
import subprocess
import sys
from ctypes.util import find_library
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from hub.errors import PdfNotPossible

LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig")
LONGEST = 60  # seconds; forty slips take less than twenty
_AT_ONCE = BoundedSemaphore(2)  # others wait their turn: drawing takes a core for itself


@cache
def missing_libraries() -> tuple[str, ...]:
    """Return which of the system's libraries are not there; with any missing, no PDF is offered."""
    return tuple(name for name in LIBRARIES if find_library(name) is None)


def write_pdf(page: str) -> bytes:
    """Return a page of ours as a PDF; the same page gives the same bytes. Raises PdfNotPossible."""
    if missing_libraries():
        raise PdfNotPossible
    # The child needs no secret of ours, so it gets none.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    root = Path(__file__).resolve().parent.parent
    try:
        with _AT_ONCE:
            drawn = subprocess.run(
                [sys.executable, "-m", "hub.pdf_drawing"],
                input=page.encode(),
                capture_output=True,
                timeout=LONGEST,
                check=True,
                cwd=root,
                env=surroundings,
            )
    except (subprocess.SubprocessError, OSError) as error:
        raise PdfNotPossible from error
    return drawn.stdout
