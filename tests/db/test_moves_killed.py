"""Moves of a campaign while processes are killed: nobody is written to twice, nobody is lost, no pause is unpaid."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.flow.load import load_flow
from bot.store.transaction import Transaction
from tests.db import mortals
from tests.db.mortals import LEASES_OVER, FileCarrier, do, outlive
from tests.db.parts import FLOW, NOW, Parts

PEOPLE = 80
STEPS = 15
LONGEST_LIFE = 0.2  # seconds from the start of the work to the kill
#: What is started, by weight: while it runs, and while it is paused.
RUNNING = {"send": 5, "pause": 5, "take_back": 1, "hear": 2, "ask": 1}
PAUSED = {"resume": 4, "work_off": 3, "take_back": 4, "hear": 3, "send": 6, "ask": 1, "pause": 1}
_OPEN = """
    SELECT FROM attempts WHERE status IN ('due', 'sending', 'unconfirmed')
    UNION ALL SELECT FROM events WHERE processed_at IS NULL
    UNION ALL SELECT FROM recalls r JOIN attempts a ON a.carrier_sid = r.carrier_sid
              WHERE r.answer IS NULL AND a.status = 'accepted' LIMIT 1
    """
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.db.mortals"])


@dataclass
class House:
    """One campaign whose work is done by processes that die."""

    url: str
    books: Path
    parts: Parts
    chance: random.Random
    campaign: int = field(init=False)
    now: datetime = NOW
    killed: int = 0

    def enrol(self) -> None:
        self.campaign = self.parts.campaign(control_share=0)
        for number in range(PEOPLE):
            customer = self.parts.customer(msisdn=f"+86139{number:08}")
            self.parts.enrol(self.campaign, customer)

    def status(self) -> str:
        (row,) = self.rows("SELECT status FROM campaigns WHERE id = :id", id=self.campaign)
        return str(row.status)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.parts.transaction() as tx:
            return list(tx.execute(text(statement), values))

    @contextmanager
    def process(self, word: str) -> Iterator[None]:
        """It is at work while the block runs; then it is killed, or let come to its end."""
        ours, theirs = _PROCESSES.Pipe(duplex=False)
        arguments = (theirs, self.url, self.books, word, self.campaign, self.now)
        process = _PROCESSES.Process(target=mortals.live, args=arguments)
        process.start()
        theirs.close()
        assert ours.recv() == word
        yield
        patience = None if self.chance.random() < 0.4 else self.chance.uniform(0, LONGEST_LIFE)
        self.killed += not outlive(process, patience)
        ours.close()

    def step(self) -> None:
        paused = self.status() == "paused"
        words = PAUSED if paused else RUNNING
        word, beside = self.chance.choices(list(words), list(words.values()), k=2)
        sent = len(self.taken())
        with self.process(word):
            if self.chance.random() < 0.3:
                with self.process(beside):
                    pass
        if paused and self.status() == "paused":
            assert len(self.taken()) == sent, f"written to in a pause, after {word} and {beside}"
        self.now += timedelta(seconds=self.chance.choice([1, 5, 60, 180, 600]))

    def taken(self) -> dict[str, mortals.Entry]:
        return FileCarrier(self.books, self.now).books()[0]

    def messages(self) -> Counter[UUID]:
        """By attempt, without those given back."""
        taken, canceled = FileCarrier(self.books, self.now).books()
        return Counter(one.attempt for sid, one in taken.items() if sid not in canceled)

    def calm_down(self, *moves: str) -> None:
        """Nobody dies any more: the moves, and all that is left to do."""
        for word in moves:
            do(parts_of_house(self), word, self.campaign, self.now)
        for _ in range(20):
            self.now += LEASES_OVER
            for word in ("work_off", "ask", "take_back", "hear", "send"):
                do(parts_of_house(self), word, self.campaign, self.now)
            if not self.rows(_OPEN):
                break


def parts_of_house(house: House) -> Parts:
    house.parts.sms = FileCarrier(house.books, house.now)  # type: ignore[assignment]
    return house.parts


@pytest.fixture
def house(
    request: pytest.FixtureRequest, transaction: Transaction, postgres_url: str, tmp_path: Path
) -> House:
    books = tmp_path / "books"
    books.touch()
    house = House(postgres_url, books, Parts(transaction), random.Random(getattr(request, "param", 3)))
    parts_of_house(house)
    house.enrol()
    return house


@pytest.mark.parametrize("house", [1, 2], indirect=True)
def test_resume_neither_repeats_nor_skips_and_pays_each_pause_once_whoever_dies(house: House) -> None:
    for _ in range(STEPS):
        house.step()
    for _ in range(3 * STEPS):
        if not house.killed:  # on a fast machine they may all have come to their end
            house.step()
    assert house.killed
    house.calm_down("resume")
    assert house.status() == "running"
    messages = house.messages()
    assert set(messages.values()) == {1}  # nobody twice
    attempts = house.rows("SELECT id, status, reason, due_at, enrolment_id FROM attempts")
    assert [row for row in attempts if row.id not in messages] == []  # nobody forgotten
    assert len(attempts) == len(messages)  # and nobody else written to
    assert {row.status for row in attempts} == {"accepted"}
    assert len({row.enrolment_id for row in attempts}) == len(attempts) == PEOPLE
    assert_paid_once(house)


def assert_paid_once(house: House) -> None:
    effects = house.rows("SELECT since, until FROM move_effects WHERE kind = 'lengthen' ORDER BY id")
    assert all(one.until <= other.since for one, other in pairwise(effects))
    given = sum((row.until - row.since for row in effects), timedelta(0))
    runs = house.rows("SELECT status, due_at, expires_at FROM enrolments")
    assert {run.expires_at for run in runs} == {NOW + load_flow(FLOW).expires + given}
    assert all(run.status == "active" and run.due_at is not None for run in runs)
    moves = house.rows(
        "SELECT action, at FROM audit WHERE action IN ('campaign.pause', 'campaign.resume') ORDER BY id"
    )
    assert given >= paused_at_least(moves)


def paused_at_least(moves: list[Any]) -> timedelta:
    """From each pause to the last word that it should go on."""
    paused, since, last = timedelta(0), None, None
    for move in moves:
        if move.action == "campaign.pause":
            if since is not None and last is not None:
                paused += last - since
                since, last = None, None
            since = since or move.at
        else:
            last = move.at
    return paused + (last - since if since is not None and last is not None else timedelta(0))


@pytest.mark.parametrize(("move", "result"), [("abort", "aborted"), ("drain", "not_started")])
def test_an_end_leaves_nobody_without_a_named_result(house: House, move: str, result: str) -> None:
    for _ in range(STEPS // 3):
        house.step()
    house.calm_down("resume")
    with house.process(move):
        pass
    house.calm_down(move)
    runs = house.rows("SELECT status, result, due_at FROM enrolments")
    if move == "abort":
        assert {(run.status, run.result) for run in runs} == {("finished", result)}
        open_ = house.rows("SELECT status FROM attempts WHERE status NOT IN ('canceled', 'accepted')")
        assert open_ == []
    assert all(run.result is not None or run.due_at is not None for run in runs)
    assert set(house.messages().values()) <= {1}
