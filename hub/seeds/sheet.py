"""The demo's sheet: who can sign in, which card opens whose page, which feeds to try; kept beside the database."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Sheet:
    """What `hub demo` prints. It holds secrets of the demo, which are worth nothing outside it."""

    password: str
    accounts: list[tuple[str, str, str]] = field(default_factory=list)  # role, name, address
    cards: list[tuple[str, str, str]] = field(default_factory=list)  # name, code, PIN
    feeds: list[tuple[str, str]] = field(default_factory=list)  # what, path

    def text(self, address: str) -> str:
        """Return the sheet as plain text."""
        lines = ["", f"Partnerhub demo: {address}   (all people and organisations are invented)", ""]
        lines += [f"  {role:16} {name:20} {email}" for role, name, email in self.accounts]
        lines += ["", f"  Password of every account: {self.password}", ""]
        lines += [f"  Card of {name}: {address}/card/{code}   PIN {pin}" for name, code, pin in self.cards]
        lines += ["", "  Feeds to subscribe to in a calendar:"]
        lines += [f"  {what:16} {address}{path}" for what, path in self.feeds]
        lines += ["", f"  Mails: {address}/demo/mail", "  Stop with Ctrl-C. Afresh: ./run demo-reset", ""]
        return "\n".join(lines)


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write the sheet whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(sheet), ensure_ascii=False, indent=1), "utf-8")
    draft.replace(path)


def read_sheet(path: Path) -> Sheet:
    """Read the sheet back."""
    return Sheet(**json.loads(path.read_text("utf-8")))
