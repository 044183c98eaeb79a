"""Pictures of every page of a running console, in both languages and at desk and phone width.

The password is read from the file, or asked for. Needs Debian's chromium, or CHROMIUM with its path.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desk": (1360, 860), "phone": (390, 844)}
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
MOST_CAMPAIGNS = 4


def main() -> int:
    asked = _asked()
    try:
        file = asked.password_file
        password = file.read_text(encoding="utf-8").strip() if file else getpass.getpass()
        asked.into.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for language in LANGUAGES:
                for width in WIDTHS:
                    _photograph(browser, asked, password, language, width)
            browser.close()
    except (OSError, Error) as problem:
        print(f"screenshots: {str(problem).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def _photograph(
    browser: Browser, asked: argparse.Namespace, password: str, language: str, width: str
) -> None:
    scheme = "dark" if asked.dark else "light"
    context = browser.new_context(
        viewport={"width": WIDTHS[width][0], "height": WIDTHS[width][1]},
        locale=LANGUAGES[language],
        color_scheme=scheme,
        reduced_motion="reduce",  # charts stand still for their picture
        device_scale_factor=1.5 if width == "phone" else 1,
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    for name in _walk(page, asked.url.rstrip("/"), asked.login, password, language):
        picture = asked.into / f"{name}-{language}-{width}-{scheme}.png"
        page.evaluate("document.fonts.ready.then(() => true)")
        page.screenshot(path=picture, full_page=True)
        print(picture)
    context.close()


def _walk(page: Page, url: str, login: str, password: str, language: str) -> Iterator[str]:
    """Goes from page to page and names each one when it stands there."""
    page.goto(f"{url}/login")
    yield "sign-in"
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda now: "/login" not in now)
    switch = page.locator(f"button[lang={language}]")
    if switch.count():
        switch.click()
        page.wait_for_load_state()
    yield from _campaigns(page, url)
    yield from _plain(page, url)
    yield from _work_orders(page, url)
    page.goto(f"{url}/no-such-page")
    yield "not-found"


def _campaigns(page: Page, url: str) -> Iterator[str]:
    answer = page.goto(f"{url}/campaigns/")
    if answer is None or not answer.ok:  # not for managers
        return
    yield "campaigns"
    links = [link.get_attribute("href") for link in page.locator(".campaign h2 a").all()]
    for number, link in enumerate(links[:MOST_CAMPAIGNS], 1):
        page.goto(f"{url}{link}")
        yield f"campaign-{number}"
        for name in ("dry-run", "policy"):
            page.goto(f"{url}{link}/{name}")
            yield f"campaign-{number}-{name}"
    for name, path in (("choose-flow", "new"), ("new-campaign", "new/low_balance_recharge")):
        page.goto(f"{url}/campaigns/{path}")
        yield name


def _plain(page: Page, url: str) -> Iterator[str]:
    """Pages that stand alone, as far as they are this person's to see."""
    for name in ("notices", "team", "customers"):
        answer = page.goto(f"{url}/{name}/")
        if answer is not None and answer.ok:
            yield name


def _work_orders(page: Page, url: str) -> Iterator[str]:
    page.goto(f"{url}/work-orders/")
    yield "work-orders"
    for status in ("open", "in_progress", "closed"):
        page.goto(f"{url}/work-orders/?status={status}")
        links = page.locator("[data-order] a")
        if links.count():
            page.goto(f"{url}{links.first.get_attribute('href')}")
            yield f"work-order-{status}"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("login")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--into", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--dark", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
