"""Calendar programs of other people, run as real clients against our feeds."""

from pathlib import Path

import pytest

from tests.missing import missing

VDIRSYNCER = Path(__file__).parent.parent / ".venv-clients" / "bin" / "vdirsyncer"


@pytest.fixture(scope="session")
def vdirsyncer() -> Path:
    """Return the path of vdirsyncer, which lives in a venv of its own."""
    if not VDIRSYNCER.exists():
        missing("vdirsyncer", "./run test installs it into .venv-clients")
    return VDIRSYNCER
