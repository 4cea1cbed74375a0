"""Brings the front-end packages into the checkout: npm packs them, their digest is proved, a few files are taken.

Run `python -m hub.vendoring` after changing a version in `hub/static/vendor/manifest.json`; a new version's digest is
written only when the manifest has none (`"integrity": ""`), so nothing changes unnoticed.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hub.stylesheets import reduce_kern

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "static" / "vendor" / "manifest.json"


class WrongDigest(Exception):
    """A package or a file is not the one the manifest names."""


def pack(package: str, version: str, folder: Path) -> Path:
    """Let npm fetch one package into a folder and return the archive."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is needed to bring in packages; to build or run the house it is not.")
    command = [npm, "pack", f"{package}@{version}", "--json", "--pack-destination", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- fixed words, own manifest
    return folder / Path(json.loads(answer.stdout)[0]["filename"]).name


def integrity(data: bytes) -> str:
    """Return the digest in npm's spelling, sha512 in base64."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def prove(entry: dict[str, Any], data: bytes) -> None:
    """Raise WrongDigest unless the archive is the one the manifest names; a first archive is written down."""
    found = integrity(data)
    if entry["integrity"] not in ("", found):
        raise WrongDigest(f"{entry['package']} {entry['version']}: expected {entry['integrity']}, found {found}")
    entry["integrity"] = found


def take(entry: dict[str, Any], archive: Path, root: Path) -> None:
    """Write the files in use below the root and note their sha256."""
    with tarfile.open(archive) as packed:
        for file in entry["files"]:
            member = packed.extractfile(f"package/{file['from']}")
            if member is None:
                raise FileNotFoundError(file["from"])
            data = member.read()
            if file.get("reduced"):
                data = (reduce_kern(data.decode()) + "\n").encode()
            (root / file["to"]).parent.mkdir(parents=True, exist_ok=True)
            (root / file["to"]).write_bytes(data)
            file["sha256"] = hashlib.sha256(data).hexdigest()


def wrong_files(manifest: list[dict[str, Any]], root: Path) -> list[str]:
    """Return the files in use that are missing or differ from the manifest."""
    wrong = []
    for file in (file for entry in manifest for file in entry["files"]):
        path = root / file["to"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            wrong.append(file["to"])
    return wrong


def read_manifest() -> list[dict[str, Any]]:
    """Return the packages with their files."""
    entries: list[dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))
    return entries


def main() -> int:
    """Bring in every package of the manifest and write down what came."""
    manifest = read_manifest()
    with tempfile.TemporaryDirectory() as folder:
        for entry in manifest:
            archive = pack(entry["package"], entry["version"], Path(folder))
            prove(entry, archive.read_bytes())
            take(entry, archive, HERE)
            sys.stdout.write(f"{entry['package']} {entry['version']}: {len(entry['files'])} files, digest right\n")
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write("Next: python -m hub.stylesheets\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
