"""Logging for every process of Keepline: one line a record, to standard error, ids only."""

from __future__ import annotations

import logging
import logging.config
import os
import re

from bot.config import ConfigError
from bot.domain.numbers import masked

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class _Masked(logging.Formatter):
    """The last line of defence: a number in an error of a library's is masked, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return _NUMBER.sub(lambda number: masked(number.group()), super().format(record))


def configure() -> None:
    """`LOG_LEVEL` sets ours; libraries that would print addresses or numbers stay at WARNING."""
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    if level not in _LEVELS:
        raise ConfigError(f"LOG_LEVEL must be one of {', '.join(_LEVELS)}")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {"()": _Masked, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {"bot": {"level": level}, "webhooks": {"level": level}, "console": {"level": level}},
        }
    )
