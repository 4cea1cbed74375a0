"""Where templates and migrations lie: inside the wheel, else in the checkout."""

from pathlib import Path

HERE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Return the folder `name` from the wheel's bundle or from the checkout beside the package."""
    return next(path for path in (HERE / "_bundle" / name, HERE.parent / name) if path.is_dir())
