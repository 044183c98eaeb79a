"""Logging for every process of Keepline: one line a record, to standard error, ids only."""

from __future__ import annotations

import logging
import logging.config
import os
import re

from bot.config import ConfigError
from bot.domain.numbers import masked

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
#: What a database adds to an error: whole rows, what was bound, what it could not read. A text of somebody's in it may
#: have several lines, so all is left out up to what certainly is something else.
_END = r"(?=^[ |]*(?:HINT: |\[SQL: |Traceback \(|The above exception|During handling)|\Z)"
_ROWS = re.compile(rf"^[ |]*(?:DETAIL|CONTEXT): .*?{_END}", re.MULTILINE | re.DOTALL)
_ODD_VALUE = re.compile(rf'^([^\n]*psycopg\.[^\n]*?(?:: |value ))".*?{_END}', re.MULTILINE | re.DOTALL)
_BOUND = re.compile(r"^([ |]*\[parameters: ).*", re.MULTILINE)
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class _Masked(logging.Formatter):
    """The last line of defence: an error of a library's names nobody, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_people(super().format(record))


def without_people(text: str) -> str:
    """Numbers are masked; the rows and values that a database names are left out."""
    text = _BOUND.sub(r"\1...]", _ODD_VALUE.sub('\\1"..."\n', _ROWS.sub("", text)))
    return _NUMBER.sub(lambda number: masked(number.group()), text).rstrip("\n")


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
