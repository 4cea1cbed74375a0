"""What this machine lacks is said loudly: a skip with a remedy, and a failure where CI=true."""

import os
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test for want of `what`; `./run test` repeats the sentence at its end."""
    sentence = f"{what}: {remedy}"
    if note := os.environ.get("HUB_TEST_MISSING"):
        with Path(note).open("a") as notes:
            notes.write(f"  {sentence}\n")
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must test everything. Missing here: {sentence}", pytrace=False)
    pytest.skip(sentence)
