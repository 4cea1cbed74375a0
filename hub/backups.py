"""Backups: one sealed file of all there is, made at work; put back, checked, and what has ended since ended again."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from alembic.util import CommandError
from sqlalchemy.orm import Session

from hub import crypto, dumping, migrating
from hub.actions.log_chain import verify_log
from hub.actions.replaying import replay
from hub.actions.restoring import note_restored
from hub.backup_files import STAMP, list_backups, made_at, name_of
from hub.db import Database
from hub.errors import ConfigurationError
from hub.journal import Ended
from hub.policy.actor import SYSTEM
from hub.queries import backups as questions
from hub.queries.kept_words import count_words
from hub.queries.log import last_link
from hub.sealed_files import seal, unseal
from hub.worker.checks import check_now

LONGEST_KEPT = 35  # days (R-DSR-07)
PURPOSE = "backup"
PIECE = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when it was made, of which kind and version, its rows, and the head of the log."""

    made_at: str
    kind: str
    revision: str
    rows: dict[str, int]
    number: int = 0
    digest: str = ""


@dataclass(frozen=True)
class PutBack:
    """What came of putting a backup back: its manifest, what ended again by table, and where the old one lies now."""

    manifest: Manifest
    ended: dict[str, int]
    feeds: int
    aside: str = ""


def make_backup(database: Database, url: str, folder: Path, *, keep_days: int, at: datetime) -> Path:
    """Write a backup of what is committed now and return its file; those older than `keep_days` (at most 35) go.

    The file is sealed under a key derived from the house's digest key, has a neutral name, and is there whole or not at
    all; raises ConfigurationError or OSError otherwise.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / name_of(at)
    with TemporaryDirectory(dir=folder, prefix=".") as private:
        content, draft = Path(private) / "content", Path(private) / "draft"
        manifest = _copy(database, url, content, at)
        with content.open("rb") as source, draft.open("wb") as target:
            seal(_pieces(manifest, source), target, crypto.ring(), PURPOSE)
            target.flush()
            os.fsync(target.fileno())
        draft.replace(file)
    _sync_folder(folder)
    for old in list_backups(folder):
        if made_at(old) < at - timedelta(days=min(keep_days, LONGEST_KEPT)):
            old.unlink()
    return file


def put_back(url: str, file: Path, *, lines: Iterable[Ended] | None, replace: bool, at: datetime) -> PutBack:
    """Put a backup in the place of the database, which is empty or, with `replace`, moved aside; all or nothing.

    Nobody may be at work in it. The rows and the log must be those of the backup; then it is brought to this version,
    calendars are told (decision 0043), `lines` of the deletion journal end again what they name, and everything is
    checked. Without lines all feeds of persons end. After a ConfigurationError the old database stands as before.
    """
    place = _file_place if dumping.is_file(url) else _server_place
    with place(url, file, replace, at) as (database, manifest, aside):
        feeds, ended = _settle(database, manifest, lines, at)
    return PutBack(manifest, ended, feeds, aside)


@contextmanager
def beside(url: str) -> Iterator[str]:
    """Give the address of an empty database beside the house's own, which is gone afterwards."""
    if dumping.is_file(url):
        with TemporaryDirectory(dir=dumping.file_of(url).parent, prefix=".") as folder:
            yield f"sqlite:///{folder}/trial.sqlite3"
        return
    with dumping.database_beside(url) as trial:
        yield trial


def _copy(database: Database, url: str, content: Path, at: datetime) -> Manifest:
    """Write the database's content into a file, as of one instant, and count what is in it."""
    if dumping.is_file(url):
        dumping.copy_file(dumping.file_of(url), content)
        copy = Database(f"sqlite:///{content}")
        try:
            revision = migrating.current(copy) or ""
            with copy.reading() as session:
                return _manifest(session, "sqlite", revision, at)
        finally:
            copy.close()
    revision = migrating.current(database) or ""
    with database.reading() as session:
        snapshot = questions.export_snapshot(session)
        dumping.dump(url, content, snapshot)
        return _manifest(session, "postgresql", revision, at)


def _manifest(session: Session, kind: str, revision: str, at: datetime) -> Manifest:
    rows, head = questions.count_rows(session), last_link(session)
    number, digest = (head.number, head.digest) if head else (0, "")
    return Manifest(at.isoformat(), kind, revision, rows, number, digest)


def _pieces(manifest: Manifest, source: BinaryIO) -> Iterator[bytes]:
    yield json.dumps(asdict(manifest)).encode() + b"\n"
    while piece := source.read(PIECE):
        yield piece


def _unpack(file: Path, target: Path, kind: str) -> Manifest:
    """Write a backup's content into a file and return its manifest."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with file.open("rb") as source, os.fdopen(descriptor, "wb") as plain:
        pieces, head = unseal(source, crypto.ring(), PURPOSE), b""
        while b"\n" not in head:
            head += next(pieces)
        line, _, rest = head.partition(b"\n")
        manifest = Manifest(**json.loads(line))
        if manifest.kind != kind:
            raise ConfigurationError(f"This backup is of {manifest.kind}; there is no way from one kind to the other.")
        plain.write(rest)
        plain.writelines(pieces)
        plain.flush()
        os.fsync(plain.fileno())
    return manifest


Place = tuple[Database, Manifest, str]


@contextmanager
def _file_place(url: str, file: Path, replace: bool, at: datetime) -> Iterator[Place]:
    """Build the database beside its place, and change the names only when all went well."""
    path = dumping.file_of(url)
    there = path.exists() and _holds_rows(url)
    if there and not replace:
        raise ConfigurationError(f"{path.name} is not empty. With --replace it is moved aside.")
    draft = path.with_name(f"{path.name}.restoring")
    aside = path.with_name(f"{path.name}.before-{at.astimezone(UTC):{STAMP}}") if there else None
    try:
        manifest = _unpack(file, draft, "sqlite")
        database = Database(f"sqlite:///{draft}")
        try:
            yield database, manifest, aside.name if aside else ""
        finally:
            database.close()
        for ending in ("", "-wal", "-shm") if aside else ():
            with suppress(FileNotFoundError):
                Path(f"{path}{ending}").rename(f"{aside}{ending}")
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        for ending in ("", "-wal", "-shm"):
            Path(f"{draft}{ending}").unlink(missing_ok=True)


@contextmanager
def _server_place(url: str, file: Path, replace: bool, at: datetime) -> Iterator[Place]:
    """Move what is there into a schema of its own, which comes back when something fails."""
    there = _holds_rows(url)
    database, aside = Database(url), f"before_{at.astimezone(UTC):{STAMP}}".lower()
    try:
        if there and not replace:
            raise ConfigurationError("The database is not empty. With --replace what it holds is moved aside.")
        with TemporaryDirectory() as private:
            content = Path(private) / "content"
            manifest = _unpack(file, content, "postgresql")
            database.run(lambda session: questions.put_aside(session, aside))
            try:
                dumping.undump(url, content)
                yield database, manifest, f"the schema {aside}" if there else ""
            except BaseException:
                database.run(lambda session: questions.take_back(session, aside))
                raise
        if not there:
            database.run(lambda session: questions.drop_aside(session, aside))
    finally:
        database.close()


def _holds_rows(url: str) -> bool:
    """Whether the database has any table of ours."""
    database = Database(url)
    try:
        with database.reading() as session:
            return bool(questions.count_rows(session))
    finally:
        database.close()


def _settle(
    database: Database, manifest: Manifest, lines: Iterable[Ended] | None, at: datetime
) -> tuple[int, dict[str, int]]:
    with database.reading() as session:
        found = questions.count_rows(session)
    if different := sorted(name for name in found.keys() | manifest.rows if found.get(name) != manifest.rows.get(name)):
        raise ConfigurationError(f"The backup counts other rows in {', '.join(different)}.")
    try:
        migrating.upgrade(database)
    except CommandError as error:
        raise ConfigurationError(f"The backup is of a newer version ({manifest.revision}).") from error
    _require_whole(database, manifest, at)
    feeds = database.run(lambda s: note_restored(s, actor=SYSTEM, end_personal=lines is None, at=at)).running
    kept = list(lines or ())
    ended = database.run(lambda s: replay(s, actor=SYSTEM, lines=kept, at=at))
    if broken := check_now(database, at).broken:
        raise ConfigurationError(f"What must always be true is not: {', '.join(sorted(map(str, broken)))}.")
    return feeds, ended


def _require_whole(database: Database, manifest: Manifest, at: datetime) -> None:
    """Raise ConfigurationError unless the log is the backup's, unbroken, and sealed fields open with today's keys."""
    with database.reading() as session:
        anchor = (manifest.number, manifest.digest) if manifest.number else None
        verdict = verify_log(session, at=at, anchor=anchor)
        _, changed = count_words(session)
        questions.open_one(session)
    if verdict.first_broken is not None or verdict.number != manifest.number:
        raise ConfigurationError(f"The log is broken at number {verdict.first_broken or verdict.number}.")
    if changed:
        raise ConfigurationError(f"Words of consents are not what was signed, the first is {changed[0]}.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
