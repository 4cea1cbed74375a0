"""Mail servers for the worker's tests."""

from tests.post import post_office

__all__ = ["post_office"]
