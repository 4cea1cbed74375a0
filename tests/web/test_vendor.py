"""Files from other houses are the ones their makers published, small, and ours are built from what lies beside them."""

import gzip
import io
import re
import tarfile
from pathlib import Path

import pytest

from hub import stylesheets, vendoring

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "hub" / "static"
TEMPLATES = ROOT / "templates"
SAMPLE = """@charset "UTF-8";
/* a remark */
:root { --kern-a: var(--kern-b); --kern-b: 1px; --kern-lonely: 2px; }
.kern-btn, .kern-card { padding-left: var(--kern-a); text-align: left; }
.kern-card .kern-btn { color: red; }
@media (min-width: 768px) { .kern-btn { color: blue; } }
@media (forced-colors: active) { .kern-btn { float: right; } .kern-card { color: red; } }
"""


def archive(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """Return an archive such as npm packs it."""
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as packed:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


def sprite_names() -> set[str]:
    """Return the names of all drawings in the sprite."""
    return set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text("utf-8")))


def test_every_file_in_use_is_the_one_the_manifest_names():
    assert vendoring.wrong_files(vendoring.read_manifest(), vendoring.HERE) == []


def test_every_package_has_a_version_a_licence_and_a_digest():
    for entry in vendoring.read_manifest():
        assert entry["version"]
        assert entry["licence"]
        assert entry["integrity"].startswith("sha512-")


def test_a_changed_or_missing_file_is_named(tmp_path):
    manifest = [{"files": [{"to": "a.css", "sha256": "0" * 64}, {"to": "b.css", "sha256": "0" * 64}]}]
    (tmp_path / "a.css").write_text("changed")
    assert vendoring.wrong_files(manifest, tmp_path) == ["a.css", "b.css"]


def test_an_archive_with_another_digest_is_refused():
    with pytest.raises(vendoring.WrongDigest, match="leaf 1"):
        vendoring.prove({"package": "leaf", "version": "1", "integrity": vendoring.integrity(b"old")}, b"new")


def test_the_first_archive_of_a_version_is_written_down():
    entry = {"package": "leaf", "version": "1", "integrity": ""}
    vendoring.prove(entry, b"new")
    assert entry["integrity"] == vendoring.integrity(b"new")


def test_only_the_named_files_are_taken(tmp_path):
    packed = archive(tmp_path, {"dist/kern.css": SAMPLE.encode(), "LICENSE": b"free", "other.js": b"x"})
    files = [{"from": "dist/kern.css", "to": "styles/kern.css", "reduced": True}, {"from": "LICENSE", "to": "LICENSE"}]
    vendoring.take({"files": files}, packed, tmp_path / "root")
    taken = sorted(path.name for path in (tmp_path / "root").rglob("*") if path.is_file())
    assert taken == ["LICENSE", "kern.css"]
    assert vendoring.wrong_files([{"files": files}], tmp_path / "root") == []


def test_kern_keeps_only_parts_in_use_with_logical_sides():
    assert stylesheets.reduce_kern(SAMPLE) == (
        ":root{--kern-a:var(--kern-b);--kern-b:1px}"
        ".kern-btn{padding-inline-start:var(--kern-a);text-align:start}"
        "@media (forced-colors:active){.kern-btn{float:inline-end}}"
    )


def test_an_open_brace_is_an_error():
    with pytest.raises(ValueError, match="not closed"):
        stylesheets.reduce_kern(":root { --a: 1px;")


@pytest.mark.parametrize("name", ["hub.css", "print.css"])
def test_the_stylesheet_is_fresh(name):
    made = (STATIC / "css" / name).read_text("utf-8")
    assert made == stylesheets.build()[name], "Run: python -m hub.stylesheets"


@pytest.mark.parametrize("name", ["hub.css", "print.css"])
def test_a_stylesheet_fetches_nothing_from_elsewhere_and_finds_its_files(name):
    css = (STATIC / "css" / name).read_text("utf-8")
    addresses = [found for found in re.findall(r'url\("?([^")]+)"?\)', css) if not found.startswith("data:")]
    assert addresses
    for address in addresses:
        assert (STATIC / "css" / address).resolve().is_file(), address
    assert "@import" not in css


def test_our_stylesheets_use_logical_sides_only():
    physical = re.compile(r"\b(?:margin|padding|border)-(?:left|right|top|bottom)\b|text-align: ?(?:left|right)")
    for path in stylesheets.SOURCES.glob("[sp]*.css"):
        assert not physical.search(path.read_text("utf-8")), path.name


def test_frame_fits_the_weight_of_a_core_page():
    """Goal P12 is 150 KB for a page; what every page shares leaves 50 KB for its words."""
    small = [STATIC / "css" / "hub.css", STATIC / "icons.svg", STATIC / "favicon.svg", STATIC / "js" / "comfort.js"]
    fonts = list((STATIC / "fonts").glob("*-latin-[46]00.woff2"))
    assert len(fonts) == 2
    weight = sum(len(gzip.compress(path.read_bytes())) for path in small) + sum(path.stat().st_size for path in fonts)
    assert weight < 100_000


def test_every_drawing_in_the_templates_exists():
    used = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r"\b(?:icon|with_icon|draw)\('([a-z-]+)'", text))
    used |= set(re.findall(r": \('([a-z-]+)', '", (TEMPLATES / "components" / "states.html").read_text("utf-8")))
    assert used
    assert used <= sprite_names()
