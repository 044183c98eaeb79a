"""The command line on the test's own database, as an operator types it: the same program, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from bot import bootstrap
from bot.__main__ import keepline
from tests.db.parts import ENVIRONMENT

_BESIDE = {
    "TWILIO_API_BASE_URL": "http://127.0.0.1:9",  # nobody: no test reaches a real carrier
    "COLUMNS": "240",  # so that tables are not broken
}


class Keepline(Protocol):
    """`keepline("campaign", "pause", "spring")`"""

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result: ...


@contextmanager
def command_line(postgres_url: str, var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keepline]:
    more = {"DATABASE_URL": postgres_url, "KEEPLINE_VAR": str(var)}
    for name, value in (ENVIRONMENT | _BESIDE | more).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KEEPLINE_CLOCK_FILE", raising=False)
    bootstrap.wired.cache_clear()

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(keepline, arguments, input=stdin, terminal_width=200)

    yield run
    bootstrap.wired().engine.dispose()
    bootstrap.wired.cache_clear()
