"""The commands of `hub`, one file each; `hub.cli` loads them by name."""
