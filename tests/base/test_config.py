"""Configuration: read from environment and file, refused with a sentence that says the mend."""

from pathlib import Path

import pytest

from hub.config import load
from hub.errors import ConfigurationError

SECURE = {"HUB_PUBLIC_URL": "https://termine.example"}


def test_defaults_are_production_over_https() -> None:
    config = load(SECURE)
    assert config.environment == "production"
    assert config.secure
    assert config.trusted_hosts == ("termine.example",)
    assert config.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "https"),  # production over plain http
        ({"HUB_ENVIRONMENT": "prod"}, "HUB_ENVIRONMENT"),
        ({"HUB_ENVIRONMENT": "demo", "HUB_PUBLIC_URL": "http://192.0.2.7"}, "https"),
        ({"HUB_PUBLIC_URL": "termine.example"}, "HUB_PUBLIC_URL"),
        (SECURE | {"HUB_WORKERS": "many"}, "HUB_WORKERS"),
        (SECURE | {"HUB_WORKERS": "0"}, "HUB_WORKERS"),
        (SECURE | {"HUB_DURABLE": "perhaps"}, "HUB_DURABLE"),
        (SECURE | {"HUB_CONFIG": "/nowhere.toml"}, "HUB_CONFIG"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load(environ)


def test_a_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text('public_url = "https://a.example"\nworkers = 3\n')
    config = load({"HUB_CONFIG": str(path), "HUB_WORKERS": "4"})
    assert (config.public_url, config.workers) == ("https://a.example", 4)


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text('publik_url = "https://a.example"\n')
    with pytest.raises(ConfigurationError, match="publik_url"):
        load({"HUB_CONFIG": str(path)})


def test_plain_http_is_allowed_on_loopback_in_the_demo() -> None:
    assert not load({"HUB_ENVIRONMENT": "demo"}).secure
