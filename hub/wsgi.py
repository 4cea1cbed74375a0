"""What a server process loads: one application from the environment's configuration."""

from flask import Flask

from hub.app import create_app
from hub.config import load


def application() -> Flask:
    """Return the application; raises ConfigurationError when the installation is not ready."""
    return create_app(load())
