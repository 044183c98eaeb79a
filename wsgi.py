"""The web process: `gunicorn wsgi:app`. Webhooks for machines and the console for people, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

import console.app
import webhooks.app
from bot.bootstrap import Wired, wired
from bot.log import configure
from bot.tasks.work import publish

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_app(parts: Wired) -> WSGIApplication:
    """Two applications: what guards people (sessions, CSRF tokens, languages) only stands in a machine's way."""
    machines, people = Flask("webhooks", static_folder=None), Flask(__name__, static_folder=None)
    for app in (machines, people):
        app.config["MAX_CONTENT_LENGTH"] = webhooks.app.MOST_BYTES
    bell = parts.bell(publish)
    webhooks.app.register(machines, parts, bell)
    console.app.register(people, parts, bell)

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for_machines = environ["PATH_INFO"].startswith(webhooks.app.PATHS)
        return (machines if for_machines else people)(environ, start_response)

    return choose


def __getattr__(name: str) -> WSGIApplication:
    # Built when the server asks for it, so that importing this module needs no settings.
    if name == "app":
        configure()
        return create_app(wired())
    raise AttributeError(name)
