"""The Celery application. A message only says "look now"; all that is due is a row."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from bot.bootstrap import wired
from bot.config import ConfigError
from bot.log import configure
from bot.tasks.configuration import configuration


def _application() -> Celery:
    settings = wired().settings
    if settings.redis_url is None:
        raise ConfigError("REDIS_URL is not set: workers and beat need a broker")
    application = Celery("keepline")
    application.conf.update(configuration(settings.redis_url, settings.var_dir))
    return application


app = _application()


@setup_logging.connect
def _logging(**_: Any) -> None:
    configure()


@worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """A forked child must not speak on its parent's database connections."""
    wired().engine.dispose(close=False)
