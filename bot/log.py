"""Logging for every process of Keepline: one line a record, to standard error, ids only."""

from __future__ import annotations

import logging
import logging.config
import os

from bot.config import ConfigError

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def configure() -> None:
    """`LOG_LEVEL` sets ours; libraries that would print addresses or numbers stay at WARNING."""
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    if level not in _LEVELS:
        raise ConfigError(f"LOG_LEVEL must be one of {', '.join(_LEVELS)}")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {"bot": {"level": level}, "webhooks": {"level": level}, "console": {"level": level}},
        }
    )
