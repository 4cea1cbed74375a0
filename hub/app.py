"""create_app(): the only place where the parts meet."""

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

from hub import crypto, web
from hub.config import Config
from hub.db import Database, retried
from hub.errors import ConfigurationError
from hub.keys import Keys, read_keys
from hub.models.login import LONGEST
from hub.paths import resource
from hub.queries.users import count_demo_users
from hub.web import access, assets, errors, filters, frame, logins, packing, security
from hub.web.feeds import Feeds, Gate
from hub.web.public_feeds import PublicFeeds


def _find_pages() -> Iterator[Blueprint]:
    """Give the pages of every module of hub/web that serves some: a new one stands in no list."""
    for found in pkgutil.iter_modules(web.__path__):
        module = importlib.import_module(f"{web.__name__}.{found.name}")
        if hasattr(module, "blueprint"):
            yield module.blueprint


PAGES = tuple(_find_pages())  # now, and not with the first request: workers are forked from what is loaded
LARGEST_BODY = 6 * 1024 * 1024  # an upload of 5 MB with its form


class Hub(Flask):
    """Flask, with every view run again (three tries) when only a passing database conflict stopped it."""

    def dispatch_request(self) -> Any:
        return retried(super().dispatch_request)


def create_app(config: Config, keys: Keys | None = None, database: Database | None = None) -> Flask:
    """Build the application; raises ConfigurationError when keys, settings or data must not be served."""
    keys = keys or read_keys(config.key_file)
    crypto.install(keys.ring)
    app = Hub("hub", template_folder=str(resource("templates")))
    app.extensions["database"] = database or Database(config.database_url, durable=config.durable)
    app.extensions["config"] = config
    if config.environment == "production":
        _refuse_demo_accounts(app.extensions["database"])
    app.config.update(_settings(config, keys))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(security.refuse_forged_host)
    app.before_request(security.refuse_cross_site)
    app.before_request(security.limit_form)
    CSRFProtect(app)
    _install_login(app)
    for part in (packing, assets, filters, frame, errors):
        part.install(app)
    app.before_request(security.refuse_nul)
    app.before_request(access.check_access)
    app.after_request(security.add_headers)
    for pages in PAGES:
        app.register_blueprint(pages)
    served = (kind(app.extensions["database"], config) for kind in (Feeds, PublicFeeds))
    app.wsgi_app = Gate(app, *served)  # type: ignore[method-assign]
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines would carry feed addresses
    return app


def _refuse_demo_accounts(database: Database) -> None:
    """Raise ConfigurationError when anybody could sign in with the demo's public password (R-OPS-11)."""
    with database.reading() as session:
        found = count_demo_users(session)
    if found:
        raise ConfigurationError(f"The database holds {found} accounts of the demo. Use a database without them.")


def _settings(config: Config, keys: Keys) -> dict[str, Any]:
    return {
        "SECRET_KEY": keys.session_keys[0],
        "SECRET_KEY_FALLBACKS": list(keys.session_keys[1:]),
        "SESSION_COOKIE_NAME": "__Host-session" if config.secure else "session",
        "SESSION_COOKIE_SECURE": config.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": LONGEST,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
        "TRUSTED_HOSTS": list(config.trusted_hosts),
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 500,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # it asks for the Referer, which our pages withhold; see refuse_cross_site
        "TESTING": config.environment == "test",
    }


def _install_login(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the cookie is a reference; what ends it is in the database
    manager.user_loader(logins.load_visitor)
