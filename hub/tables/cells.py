"""Cells that no spreadsheet program takes for a formula, and back."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # R-SEC-10
SHIELD = "'"


def neutral(cell: str) -> str:
    """Return the cell as text for every program: what could start a formula gets an apostrophe, NUL goes."""
    kept = cell.replace("\0", "")
    return f"{SHIELD}{kept}" if cell.startswith("\0") or kept.startswith(DANGEROUS) else kept


def restored(cell: str) -> str:
    """Return what a cell said before it was made neutral, so that an exported table comes back unchanged."""
    return cell[1:] if cell.startswith(SHIELD) and cell[1:].startswith(DANGEROUS) else cell
