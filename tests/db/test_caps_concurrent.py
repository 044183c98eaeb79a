"""Two workers on the same customers, through two campaigns at once: no cap is overshot, no gap undercut."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.channels.errors import SendError, Unavailable
from bot.domain.attempts import Channel
from bot.store.models import AttemptRow
from tests.db.factories import make_attempt, make_enrolment
from tests.db.parts import NOW, Parts

CUSTOMERS, ATTEMPTS, HOURS = 200, 8, 60
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL_DAY = {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}
POLICY: dict[str, Any] = {
    "hours": ALL_DAY,
    "caps": [
        {"limit": 2, "per": "day", "purpose": "marketing"},
        {"limit": 3, "period": "30h", "purpose": "marketing"},
        {"limit": 1, "per": "day", "channel": "call", "purpose": "marketing"},
        {"limit": 1, "period": "20h", "purpose": "marketing", "everywhere": False},
        {"limit": 4, "period": "1d"},
    ],
    "exempt": ["service"],
    "min_gap": {"sms": "2h"},
}


@dataclass(frozen=True, slots=True)
class Sent:
    at: datetime
    campaign: int
    channel: str
    purpose: str


@pytest.fixture
def parts_with_a_crowd(parts: Parts) -> Parts:
    """Every customer in both campaigns, with contacts of both channels and purposes due at random times."""
    chance = random.Random(11)
    campaigns = [parts.campaign(policy=POLICY), parts.campaign(policy=POLICY)]
    customers = [parts.customer() for _ in range(CUSTOMERS)]
    with parts.transaction() as tx:
        for customer in customers:
            for campaign in campaigns:
                enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
                for number in range(ATTEMPTS):
                    channel, step = chance.choice([("sms", "invite_by_sms"), ("call", "invite_by_call")])
                    make_attempt(
                        tx,
                        enrolment_id=enrolment,
                        try_no=number,
                        channel=channel,
                        step=step,
                        purpose=chance.choice(["marketing", "marketing", "service"]),
                        due_at=NOW + timedelta(minutes=chance.randrange(HOURS * 60)),
                        expires_at=NOW + timedelta(days=9),
                    )
    script: list[SendError] = [Unavailable("20429") for _ in range(20)]
    parts.sms.script = script  # what was not taken does not count, and is tried again
    return parts


def test_two_workers_never_overshoot_a_cap(parts_with_a_crowd: Parts) -> None:
    parts = parts_with_a_crowd
    clock = _clock()
    moments: list[datetime] = [NOW]
    gate = threading.Barrier(2, action=lambda: moments.append(next(clock)))

    def worker() -> None:
        with suppress(threading.BrokenBarrierError):  # the other has failed, and says so itself
            for _ in range(HOURS):
                gate.wait(60)
                try:
                    while parts.sms_outreach.send_due(moments[-1], limit=30):
                        pass
                    while parts.voice_outreach.call_due(moments[-1], limit=30):
                        pass
                except BaseException:
                    gate.abort()
                    raise

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(worker), pool.submit(worker)]:
            done.result()
    contacts = _journal(parts)
    assert sum(map(len, contacts.values())) == len(parts.sms.books) + len(parts.voice.books)
    for sent in contacts.values():
        _check(sent)
    assert any(_busiest(sent, timedelta(days=1)) > 4 for sent in contacts.values())  # service messages pass


def _clock() -> Iterator[datetime]:
    """An hour, then two minutes ... so that rounds follow each other within every gap and period."""
    now = NOW
    for number in range(HOURS):
        now += timedelta(minutes=2 if number % 3 == 0 else 80)
        yield now


def _journal(parts: Parts) -> dict[int, list[Sent]]:
    contacts: dict[int, list[Sent]] = defaultdict(list)
    with parts.transaction() as tx:
        for row in tx.scalars(select(AttemptRow).where(AttemptRow.taken_at.is_not(None))):
            assert row.taken_at is not None
            contacts[row.customer_id].append(Sent(row.taken_at, row.campaign_id, row.channel, row.purpose))
    return contacts


def _check(sent: Sequence[Sent]) -> None:
    """Counted anew, by other means than the gate's."""
    marketing = [one for one in sent if one.purpose == "marketing"]
    calls = [one for one in marketing if one.channel == Channel.CALL]
    assert _busiest_day(marketing) <= 2
    assert _busiest_day(calls) <= 1
    assert _busiest(marketing, timedelta(hours=30)) <= 3
    for campaign in {one.campaign for one in sent}:
        own = [one for one in marketing if one.campaign == campaign]
        assert _busiest(own, timedelta(hours=20)) <= 1
    texts = sorted(one.at for one in sent if one.channel == Channel.SMS)
    assert all(later - sooner >= timedelta(hours=2) for sooner, later in pairwise(texts))
    for one in marketing:  # the general cap counts all, and holds marketing back
        before = [other for other in sent if timedelta(0) < one.at - other.at < timedelta(days=1)]
        assert len(before) < 4


def _busiest_day(sent: Sequence[Sent]) -> int:
    days = [one.at.astimezone(SHANGHAI).date() for one in sent]
    return max((days.count(day) for day in days), default=0)


def _busiest(sent: Sequence[Sent], period: timedelta) -> int:
    return max((sum(one.at <= other.at < one.at + period for other in sent) for one in sent), default=0)
