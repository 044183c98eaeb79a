"""What a log may say: ids, never a number."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.config import ConfigError
from bot.log import configure


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_a_number_is_masked_even_in_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        raise ValueError("Key (msisdn)=(+8613812341234) already exists")
    except ValueError:
        logging.getLogger("bot.x").exception("import failed for %s", "+12025550123")
    written = capsys.readouterr().err
    assert "138****1234" in written
    assert "202****0123" in written
    assert "13812341234" not in written
    assert "2025550123" not in written


def test_libraries_that_would_print_addresses_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    logging.getLogger("twilio.http_client").info("POST https://api.twilio.com/...")
    logging.getLogger("bot.x").info("ours")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["ours"]


def test_an_unknown_level_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(ConfigError, match="LOG_LEVEL must be one of"):
        configure()
