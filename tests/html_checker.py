"""The Nu Html Checker, an independent judge of HTML: brought into .venv by its digest, run once over many pages."""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.vendoring import pack, prove
from tests.missing import missing

PACKAGE: dict[str, Any] = {
    "package": "vnu-jar",
    "version": "26.9.27",
    "integrity": "sha512-TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA==",
}
JAR = Path(__file__).resolve().parent.parent / ".venv" / f"vnu-{PACKAGE['version']}.jar"
MEMBER = "package/build/dist/vnu.jar"
OPTIONS = ("--errors-only", "--format", "json", "--exit-zero-always")
REMEDY = "apt-get install default-jre-headless npm, then ./run test"


def bring_in() -> None:
    """Bring the checker in unless it is there; raises WrongDigest when it is another one than was pinned."""
    if JAR.is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(PACKAGE["package"], PACKAGE["version"], Path(folder))
        prove(PACKAGE, archive.read_bytes())
        with tarfile.open(archive) as packed:
            found = packed.extractfile(MEMBER)
            assert found is not None, f"{MEMBER} is not in {archive.name}"
            half = JAR.with_suffix(".part")
            half.write_bytes(found.read())
    half.replace(JAR)


def errors_in(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what is wrong in pages of HTML by name; skips, loudly, where the checker or Java is missing."""
    java = shutil.which("java")
    if java is None or not JAR.is_file():
        missing("the checker for HTML", REMEDY)
    files = {f"{index}.html": name for index, name in enumerate(pages)}
    for file, name in files.items():
        (folder / file).write_text(pages[name], "utf-8")
    command = [java, "-Xmx700m", "-jar", str(JAR), *OPTIONS, str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(answer.stderr or answer.stdout)["messages"]
    return [f"{files[Path(one['url']).name]}: {one['message']} — {one.get('extract', '').strip()}" for one in told]


def main() -> int:
    """Bring the checker in; 1 where npm is missing or the package is not to be had."""
    try:
        bring_in()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
