"""The web process: `gunicorn wsgi:app`. Webhooks for machines and the console for people in one application."""

from __future__ import annotations

from flask import Flask

import console.app
import webhooks.app
from bot.bootstrap import Wired, wired
from bot.log import configure
from bot.tasks.work import publish


def create_app(parts: Wired) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = webhooks.app.MOST_BYTES
    webhooks.app.register(app, parts, parts.bell(publish))
    console.app.register(app, parts)
    return app


def __getattr__(name: str) -> Flask:
    # Built when the server asks for it, so that importing this module needs no settings.
    if name == "app":
        configure()
        return create_app(wired())
    raise AttributeError(name)
