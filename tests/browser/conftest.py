"""A real Chromium before the real console, on a real PostgreSQL; skipped by name where there is no Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from bot.store.transaction import Transaction
from tests.console_app import PASSWORD, make_app

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives the browser over loopback, and says so."""
    missing = pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}: install Debian's chromium or set CHROMIUM")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.enable_socket)
            if not CHROMIUM.exists():
                item.add_marker(missing)


@pytest.fixture
def console_url(transaction: Transaction, now: datetime) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(transaction, now), threaded=True)
    thread = Thread(target=server.serve_forever, name="console")
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one window. `complaints` is what the browser found wrong: it must stay empty."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, login: str) -> None:
        self.go("/login")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda now: "/login" not in now)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def visit(browser: Browser, console_url: str, width: int) -> Iterator[Visit]:
    """A window of the test's `width`; whatever the browser complains about fails the test at its end."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    visit = Visit(context.new_page(), console_url)
    visit.page.on(
        "console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None
    )
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()
    assert visit.complaints == []
