"""Processes that may be killed at any moment, around a carrier whose books are a file that outlives them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

from bot.channels.errors import Rejected, SendError
from bot.channels.messages import Accepted, Found, OutboundSms
from bot.domain.campaigns import CampaignMove
from bot.enrolment.effects import work_off
from bot.enrolment.errors import CampaignError
from bot.enrolment.intake import take_in
from bot.enrolment.move import move_campaign
from bot.store import campaigns
from bot.store.transaction import make_engine, make_transaction
from tests.db.house import CATALOGUE
from tests.db.parts import Parts

MOVES = frozenset(CampaignMove)
A_MESSAGE = 0.0005  # seconds that the carrier takes for each, so that kills fall between them


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the carrier's books."""

    sid: str
    attempt: UUID
    to: str
    body: str
    at: datetime


class FileCarrier:
    """Takes and gives back messages that wait in its queue; each of its deeds is one line, written at once."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._now = now

    def send_batch(self, batch: Sequence[OutboundSms]) -> list[Accepted | SendError]:
        return [self._take(one) for one in batch]

    def _take(self, one: OutboundSms) -> Accepted:
        sid = "SM" + os.urandom(16).hex()
        line = {"sid": sid, "attempt": str(one.attempt_id), "to": one.to, "body": one.body}
        self._write(line | {"at": self._now.isoformat()})
        time.sleep(A_MESSAGE)
        return Accepted(sid)

    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        answers: list[Found | SendError] = []
        for sid in sids:
            books, canceled = self.books()
            if sid in canceled:
                answers.append(Rejected("30409"))
                continue
            self._write({"canceled": sid})
            answers.append(_found(books[sid], "canceled"))
        return answers

    def find_batch(self, numbers: Sequence[str]) -> list[list[Found]]:
        books, canceled = self.books()
        newest_first = [_found(one, _status(sid, canceled)) for sid, one in reversed(books.items())]
        return [[one for one in newest_first if one.to == to] for to in numbers]

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        books, canceled = self.books()
        return [_found(books[sid], _status(sid, canceled)) for sid in sids]

    def books(self) -> tuple[dict[str, Entry], set[str]]:
        """All that was taken, by SID; and the SIDs of what was given back."""
        taken: dict[str, Entry] = {}
        canceled: set[str] = set()
        for text in self._path.read_text().splitlines():
            line = json.loads(text)
            if "canceled" in line:
                canceled.add(line["canceled"])
            else:
                at = datetime.fromisoformat(line["at"])
                taken[line["sid"]] = Entry(line["sid"], UUID(line["attempt"]), line["to"], line["body"], at)
        return taken, canceled

    def _write(self, line: dict[str, str]) -> None:
        with self._path.open("ab", buffering=0) as file:
            file.write(json.dumps(line).encode() + b"\n")


def _status(sid: str, canceled: set[str]) -> str:
    return "canceled" if sid in canceled else "queued"


def _found(one: Entry, status: str) -> Found:
    return Found(one.sid, status, one.at, one.to, one.body, None, None)


def parts_of(url: str, books: Path, now: datetime) -> Parts:
    parts = Parts(make_transaction(make_engine(url)))
    parts.sms = FileCarrier(books, now)  # type: ignore[assignment]
    return parts


def do(parts: Parts, word: str, campaign: int, now: datetime) -> None:
    """What a process was started for: a move as the command line makes it, or a stage as a worker works it off."""
    if word in MOVES:
        try:
            with parts.transaction() as tx:
                move_campaign(tx, campaign, CampaignMove(word), now)
        except CampaignError:
            return  # it stands where there is no such move
    if word in MOVES or word == "work_off":
        work_off(parts.transaction, now, flows=parts.flows, chunk_size=9)
    elif word == "take_in":
        take_in(parts.transaction, campaign, now, flows=parts.flows, catalogue=CATALOGUE, chunk_size=5)
    elif word == "send":
        parts.sms_outreach.send_due(now, limit=15)
    elif word == "take_back":
        parts.recall.take_back(now, limit=15)
    elif word == "hear":
        parts.inbound.process_waiting(now, limit=25)
    elif word == "ask":
        parts.reconciler.reconcile(now, limit=25)
    else:
        raise ValueError(word)


def live(begun: Connection, url: str, books: Path, word: str, campaign: int, now: datetime) -> None:
    """The life of such a process; its flows are read before, so that a kill falls into its work."""
    parts = parts_of(url, books, now)
    with parts.transaction() as tx:
        found = campaigns.get(tx, campaign)
        assert found is not None
        parts.flows.get(tx, found.flow_revision, found.offer)
    begun.send(word)
    do(parts, word, campaign, now)


def outlive(process: ForkServerProcess, seconds: float | None) -> bool:
    """Whether it came to its end; else it was killed after so long."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    assert code in (0, -9), f"it failed by itself: {code}"
    return code == 0


LEASES_OVER = timedelta(minutes=4)
