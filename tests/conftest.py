"""Wires the shared instruments into every test: databases, browser, calendar clients."""

pytest_plugins = ["tests.databases", "tests.browser", "tests.clients", "tests.world", "tests.demo"]
