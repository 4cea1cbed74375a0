"""Configuration from the environment or one TOML file; a wrong one is refused with a sentence that says the mend."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub.errors import ConfigurationError

ENVIRONMENTS = ("production", "development", "demo", "test")
KEY_FILE = "keys.toml"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Config:
    """All settings with their defaults; every one can be set as HUB_<NAME> or as <name> in the TOML file."""

    environment: str = "production"
    data: Path = Path("var")
    database_url: str = ""
    key_file: Path = Path()
    backups: Path = Path()  # folder of the sealed backups; better on another disk
    journal: Path = Path()  # the deletion journal's file; a copy of it belongs beside the backups
    public_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed, for limits
    site_name: str = "Partnerhub"
    site_phone: str = "+49 3591 000000"
    site_phone_text: str = "03591 00 00 00"
    site_hours: str = ""  # when somebody answers, as people say it
    calendar_domain: str = "kalender.invalid"
    mail_url: str = ""  # smtp://user:password@host:587, smtps://…, or empty: into the folder `mail` under data
    mail_from: str = "termine@partnerhub.invalid"
    messages_url: str = ""  # a gateway for short messages, with {number} in it; empty: the way is not offered
    supervisory_authority: str = ""
    enforcement_body: str = ""  # who helps where feedback on accessibility did not: name
    enforcement_address: str = ""  # street, postal code and town in one line
    enforcement_url: str = ""  # its pages, https
    operator: str = ""  # who answers for the house: name, for the legal pages
    operator_address: str = ""  # street, postal code and town in one line
    operator_email: str = ""
    calendar_hosts: tuple[str, ...] = ()  # private hosts ("host" or "host:port") whose calendars may be fetched
    calendar_ca_file: str = ""  # certificate authorities of those hosts
    workers: int = 2
    durable: bool = True

    @property
    def secure(self) -> bool:
        """Whether pages are served over https, so that cookies may say so."""
        return self.public_url.startswith("https://")

    @property
    def sqlite_path(self) -> Path:
        """The SQLite file used when no database URL is given."""
        return self.data / "hub.sqlite3"


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Config:
    """Read the configuration; raises ConfigurationError with the setting's name and the mend."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = _from_file(environ.get("HUB_CONFIG"))
    known = {item.name: item.type for item in fields(Config)}
    for name in known:
        if f"HUB_{name.upper()}" in environ:
            values[name] = environ[f"HUB_{name.upper()}"]
    values |= overrides
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigurationError(f"Unknown setting {unknown[0]!r}. Known: {', '.join(sorted(known))}.")
    return _checked(Config(**{name: _typed(name, str(known[name]), value) for name, value in values.items()}))


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as source:
            return tomllib.load(source)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"HUB_CONFIG={path} cannot be read: {error}") from error


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        if "Path" in kind:
            return Path(value)
        if "tuple" in kind:
            return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
        if "bool" in kind:
            return {"1": True, "true": True, "0": False, "false": False}[str(value).lower()]
        return int(value) if "int" in kind else str(value)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"HUB_{name.upper()}={value!r} is not a valid value ({kind}).") from error


def _checked(config: Config) -> Config:
    url = urlsplit(config.public_url)
    if config.environment not in ENVIRONMENTS:
        raise ConfigurationError(f"HUB_ENVIRONMENT={config.environment!r}: use one of {', '.join(ENVIRONMENTS)}.")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ConfigurationError(f"HUB_PUBLIC_URL={config.public_url!r}: write the whole address, as https://host.")
    if url.scheme == "http" and (config.environment == "production" or not _loopback(url.hostname)):
        raise ConfigurationError("HUB_PUBLIC_URL must be https; plain http is only for demo and tests on 127.0.0.1.")
    if config.messages_url and "{number}" not in config.messages_url:
        raise ConfigurationError("HUB_MESSAGES_URL: write {number} where the number of the telephone goes.")
    if config.enforcement_url and not config.enforcement_url.startswith("https://"):
        raise ConfigurationError("HUB_ENFORCEMENT_URL: write the whole address, as https://host.")
    if not 1 <= config.workers <= 64:
        raise ConfigurationError("HUB_WORKERS: use a number from 1 to 64.")
    settled = {item.name: getattr(config, item.name) for item in fields(Config)}
    settled["database_url"] = config.database_url or f"sqlite:///{config.sqlite_path}"
    settled["key_file"] = config.key_file if config.key_file != Path() else config.data / KEY_FILE
    settled["backups"] = config.backups if config.backups != Path() else config.data / "backups"
    settled["journal"] = config.journal if config.journal != Path() else config.data / "journal.jsonl"
    settled["trusted_hosts"] = config.trusted_hosts or (url.hostname,)
    return Config(**settled)


def _loopback(host: str) -> bool:
    if host in LOOPBACK:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
