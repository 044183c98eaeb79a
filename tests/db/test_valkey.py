"""The bell and the pace on a real Valkey: a ring is heard once, and no second sees more than its tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from kombu.exceptions import OperationalError
from redis import Redis

from bot import embedded
from bot.bell import Bell, Queue
from bot.bootstrap import Wired
from bot.config import load_settings
from bot.outreach.pacing import Limit, Pacing
from tests.db.parts import ENVIRONMENT


@pytest.fixture(scope="module")
def server(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    servers = embedded.start(tmp_path_factory.mktemp("v"), database_url=postgres_url, redis_url=None)
    yield servers.redis_url.replace("redis+socket://", "unix://", 1)
    servers.stop()


@pytest.fixture
def valkey(server: str) -> Iterator[Redis]:
    client = Redis.from_url(server)
    client.flushall()
    yield client
    client.close()


def test_a_ring_that_waits_to_be_heard_is_not_rung_again(valkey: Redis) -> None:
    rung: list[Queue] = []
    bell = Bell(valkey, rung.append)
    bell.ring([Queue.SMS, Queue.SMS, Queue.CALLS])
    bell.ring([Queue.SMS])
    assert rung == [Queue.SMS, Queue.CALLS]
    bell.heard(Queue.SMS)
    bell.ring([Queue.SMS, Queue.CALLS])
    assert rung == [Queue.SMS, Queue.CALLS, Queue.SMS]


def test_a_ring_that_nobody_hears_is_forgotten_within_seconds(valkey: Redis) -> None:
    Bell(valkey, lambda queue: None).ring([Queue.SMS])
    (key,) = valkey.keys("kl:bell:*")
    assert 0 < valkey.pttl(key) <= 3_000


def test_a_broker_that_is_away_harms_nobody(valkey: Redis, caplog: pytest.LogCaptureFixture) -> None:
    def away(queue: Queue) -> None:
        raise OperationalError("no broker")

    Bell(valkey, away).ring([Queue.SMS, Queue.CALLS])
    assert [record.getMessage() for record in caplog.records] == [
        "bell not rung queue=sms error=OperationalError",
        "bell not rung queue=calls error=OperationalError",
    ]


def test_a_valkey_that_is_away_harms_nobody_and_keeps_nobody_waiting() -> None:
    wired = Wired(load_settings(ENVIRONMENT | {"REDIS_URL": "unix:///nonexistent/valkey.sock"}))
    rung: list[Queue] = []
    begun = time.monotonic()
    wired.bell(rung.append).ring([Queue.SMS, Queue.CALLS])
    assert rung == []
    assert time.monotonic() - begun < 1  # a retry with the library's own backoff takes several


SLOW = Decimal("0.001")  # so that no token comes back while a test runs


def test_a_full_bucket_gives_one_second_of_its_rate(valkey: Redis) -> None:
    pacing = Pacing(valkey, "+861", Decimal(100))
    assert pacing.take(30) == 30
    assert 70 <= pacing.take(1_000) <= 71 + 100  # the rest, and what the time between has brought
    assert valkey.ttl("kl:pace:+861") > 0


def test_a_slow_sender_gets_one_and_then_waits(valkey: Redis) -> None:
    pacing = Pacing(valkey, "call:+861", SLOW)
    assert [pacing.take(200), pacing.take(200)] == [1, 0]


def test_what_was_not_used_can_be_taken_again(valkey: Redis) -> None:
    pacing = Pacing(valkey, "+861", SLOW)
    assert pacing.take(5) == 1
    pacing.give_back(1)
    assert pacing.take(5) == 1
    pacing.give_back(0)
    pacing.give_back(-3)
    assert pacing.take(5) == 0


def test_a_bucket_never_overflows(valkey: Redis) -> None:
    pacing = Pacing(valkey, "+861", SLOW)
    pacing.give_back(100)  # nothing was ever taken: there is nothing to fill
    assert pacing.take(100) == 1
    pacing.give_back(100)
    assert pacing.take(100) == 1


def test_senders_have_buckets_of_their_own(valkey: Redis) -> None:
    one, other = Pacing(valkey, "+861", SLOW), Pacing(valkey, "+862", SLOW)
    assert [one.take(1), one.take(1), other.take(1)] == [1, 0, 1]


def test_an_account_limits_all_its_senders_together(valkey: Redis) -> None:
    account = Limit("sms:AC", SLOW)
    one, other = (Pacing(valkey, sender, Decimal(100), account) for sender in ("+861", "+862"))
    assert [one.take(5), other.take(5)] == [1, 0]
    one.give_back(1)
    assert other.take(5) == 1
    assert (
        Pacing(valkey, "+862", Decimal(100)).take(98) == 98
    )  # what the account held back, the sender still has


def test_two_processes_share_a_senders_bucket(valkey: Redis, server: str) -> None:
    second = Redis.from_url(server)
    takes = [Pacing(client, "+861", SLOW).take(1) for client in (valkey, second)]
    second.close()
    assert takes == [1, 0]
