"""Which backups lie in a folder, when each was made, and from when on the newest is too old."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.errors import ConfigurationError

STAMP = "%Y%m%dT%H%M%SZ"
OLDEST = timedelta(hours=36)  # one a day, and half a day of patience (R-OPS-10)


def name_of(at: datetime) -> str:
    """Return the neutral name of a backup made at this instant."""
    return f"hub-{at.astimezone(UTC):{STAMP}}.sealed"


def list_backups(folder: Path) -> list[Path]:
    """Return the backups in a folder, the oldest first."""
    return sorted(file for file in folder.glob("hub-*Z.sealed") if _stamp(file) is not None)


def made_at(file: Path) -> datetime:
    """Return when a backup was made (UTC), by its name; raises ConfigurationError for another file's."""
    stamp = _stamp(file)
    if stamp is None:
        raise ConfigurationError(f"{file.name} is not the name of a backup.")
    return stamp


def find_newest(folder: Path) -> datetime | None:
    """Return when the newest backup of a folder was made (UTC), or None where there is none."""
    found = list_backups(folder)
    return made_at(found[-1]) if found else None


def is_too_old(made: datetime, at: datetime) -> bool:
    """Tell whether at this instant a newer backup than the one made then should be there."""
    return at - made > OLDEST


def _stamp(file: Path) -> datetime | None:
    try:
        return datetime.strptime(file.name, f"hub-{STAMP}.sealed").replace(tzinfo=UTC)
    except ValueError:
        return None
