"""Where a form may lead afterwards: only to a path of this house."""

from urllib.parse import urlsplit


def local_path(target: str | None) -> str | None:
    """Return the target when it is a path on this host, else None; "//evil" and control characters are not."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
