"""Storms need an installation as its operator has it, with a real server and a real mail server."""

from tests.commands.conftest import house
from tests.post import post_office

__all__ = ["house", "post_office"]
