"""Journeys run the real processes: web, worker, beat, rehearsal, PostgreSQL and Valkey, all on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from bot.enrolment.enrol import EnrolReport
from scripts.rehearsing import campaign
from scripts.rehearsing.books import Books, close_books
from scripts.rehearsing.stack import Stack
from scripts.rehearsing.timekeeper import Timekeeper

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, SEED = 120, 7
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--customers", type=int, default=CUSTOMERS, help="how many take part in the long journey"
    )
    parser.addoption(
        "--journey-seed", type=int, default=SEED, help="who they are, and what befalls them when"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The more take part, the longer it may take."""
    for item in items:
        if "journey_size" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(400 + int(config.getoption("--customers", CUSTOMERS))))


@pytest.fixture
def journey_size(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--customers", CUSTOMERS))


@pytest.fixture
def journey_seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--journey-seed", SEED))


@pytest.fixture(autouse=True)
def _sockets() -> None:
    enable_socket()


@dataclass
class Journey:
    """One rehearsed campaign, from the risk list to the closed books."""

    stack: Stack
    campaign_id: int
    enrolled: EnrolReport

    def run(self, days: float) -> Books:
        """Ten minutes a jump: nobody waits for a minute that does not matter here."""
        timekeeper = Timekeeper(self.stack, grain=timedelta(minutes=10))
        timekeeper.run_until(MONDAY + timedelta(days=days), lambda _: True)
        return self.books()

    def books(self) -> Books:
        carrier = self.stack.carrier
        return close_books(
            self.stack.wired.engine,
            carrier.ledger("messages"),
            carrier.ledger("calls"),
            list(carrier.ledger("adjustments")),
        )


def begin(stack: Stack, customers: int, days: float) -> Journey:
    campaign.add_people(stack)
    campaign.take_in(
        stack, customers=customers, seed=7, risk_list=None, column_map=None, progress=lambda *_: None
    )
    campaign.introduce(stack, days, lambda _: None)
    campaign_id, enrolled = campaign.launch(stack, days)
    return Journey(stack, campaign_id, enrolled)


def own_folder(name: str) -> Path:
    """Below var/; of several test processes at once, each has its own."""
    return ROOT / "var" / (name + os.environ.get("PYTEST_XDIST_WORKER", ""))


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack(own_folder("journey"), MONDAY, seed=7) as running:
        yield running
