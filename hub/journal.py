"""The deletion journal: a file beside the database that says, by number only, what has ended (R-DSR-07).

Each line is one JSON object: `at` (UTC), `table`, `id` (the random public id), `how` (which end, or nothing; of an
exclusion that runs, the random ids of whom and from whom). Alone it tells nothing about anybody. Only the worker writes
it; after an older backup was put back, it is read.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.errors import ConfigurationError

KEPT = timedelta(days=36)  # no backup is older than 35


@dataclass(frozen=True)
class Ended:
    """One thing that ended; `at` is aware and in UTC."""

    at: datetime
    table: str
    id: str
    how: str = ""

    def as_line(self) -> str:
        """Return it as it stands in the file."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}) + "\n"


def read_journal(path: Path) -> list[Ended]:
    """Return what the file says, in its order; raises ConfigurationError with the number of a line that is damaged.

    A last line that was never finished was never kept: the worker has written it again, or will.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")[:-1], 1):
        try:
            values = json.loads(line)
            found.append(Ended(**values | {"at": datetime.fromisoformat(values["at"])}))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"Line {number} of {path.name} is damaged.") from error
    return found


def keep_ended(path: Path, found: Iterable[Ended], *, at: datetime) -> int:
    """Add what is not in the file yet and return how many that were; the disk has them when this returns.

    Lines that are older than any backup fall out, and so does one that was never finished.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    there = read_journal(path) if text else []
    known = set(there)
    fresh = [one for one in found if one not in known]
    kept = [one for one in there if one.at > at - KEPT]
    if not path.exists() or len(kept) < len(there) or not (text or "\n").endswith("\n"):
        _write_whole(path, [*kept, *fresh])
    elif fresh:
        with path.open("a", encoding="utf-8") as target:
            target.writelines(one.as_line() for one in fresh)
            target.flush()
            os.fsync(target.fileno())
    return len(fresh)


def _write_whole(path: Path, lines: Iterable[Ended]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.writelines(one.as_line() for one in lines)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(path)
