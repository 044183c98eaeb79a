"""What goes to billing and what its answers let us conclude; the server here listens on a Unix socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web

from bot.channels.billing import BillingConnection, TmfBilling
from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.domain.offers import Credit, Credited

BASE = "/tmf-api/prepayBalanceManagement/v4"
TMF654 = Path(__file__).parents[2] / ".." / "shared" / "data" / "tmf654_prepay_balance_v4.json"
KEY = UUID("0190f1a2-0000-7000-8000-000000000001")
CREDIT = Credit(
    grant_id=KEY,
    fence=1,
    tries=1,
    unconfirmed=False,
    campaign_id=1,
    enrolment_id=2,
    customer_id=3,
    msisdn="+8613800000001",
    amount=Decimal("10.50"),
    reason="november recharge",
)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Question = Callable[[BillingConnection], Awaitable[Any]]


def talk(socket: Path, answer: Answer, question: Question, *, timeout: float = 5.0) -> Any:
    """Put one question to a billing system that gives this answer."""

    async def conversation() -> Any:
        app = web.Application()
        app.router.add_route("*", f"{BASE}/adjustBalance", answer)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(socket)).start()
        try:
            return await ask(socket, question, timeout=timeout)
        finally:
            await runner.cleanup()

    return asyncio.run(conversation())


async def ask(socket: Path, question: Question, *, timeout: float = 5.0) -> Any:
    billing = TmfBilling(
        f"http://billing{BASE}",
        "secret-token",
        timedelta(seconds=timeout),
        connector=lambda: aiohttp.UnixConnector(str(socket)),
    )
    async with billing.connect() as connection:
        return await question(connection)


def credit(connection: BillingConnection) -> Awaitable[Credited]:
    return connection.credit(CREDIT)


def find(connection: BillingConnection) -> Awaitable[Credited | None]:
    return connection.find(KEY)


def replying(status: int, body: Any, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    return answer


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "billing.sock"


def test_a_credit_goes_out_with_its_key_and_token_and_comes_back_with_a_reference(socket: Path) -> None:
    seen: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        seen["method"] = request.method
        seen["key"] = request.headers["Idempotency-Key"]
        seen["token"] = request.headers["Authorization"]
        seen["body"] = await request.json()
        return web.json_response({"id": "A1", "status": "completed"}, status=201)

    assert talk(socket, answer, credit) == Credited("A1")
    assert (seen["method"], seen["key"], seen["token"]) == ("POST", str(KEY), "Bearer secret-token")
    assert seen["body"] == {
        "adjustType": "oneTime",
        "usageType": "monetary",
        "amount": {"amount": 10.5, "units": "CNY"},
        "bucket": {"id": "+8613800000001"},
        "logicalResource": [{"id": "+8613800000001", "@referredType": "MSISDN"}],
        "channel": {"id": "keepline"},
        "reason": "november recharge",
        "description": f"grant {KEY}",
    }


def test_a_credit_fits_the_published_schema(socket: Path) -> None:
    if not TMF654.exists():
        pytest.skip("the TMF654 description is not beside this checkout")
    schema = json.loads(TMF654.read_text())["definitions"]
    sent: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        sent.update(await request.json())
        return web.json_response({"id": "A1", "status": "completed"}, status=201)

    talk(socket, answer, credit)
    create = schema["AdjustBalance_Create"]
    assert set(create["required"]) <= set(sent) <= set(create["properties"])
    assert set(sent["amount"]) <= set(schema["Quantity"]["properties"])
    assert set(schema["BucketRef"]["required"]) <= set(sent["bucket"])
    assert sent["adjustType"] in schema["AdjustType"]["enum"]
    assert sent["usageType"] in schema["UsageType"]["enum"]


@pytest.mark.parametrize(
    ("status", "body", "conclusion", "code"),
    [
        (400, {"code": "60", "reason": "no such bucket"}, Rejected, "60"),
        (403, {"code": "barred", "reason": "account barred"}, Rejected, "barred"),
        (404, None, Rejected, "404"),
        (422, {"reason": "no code"}, Rejected, "422"),
        (201, {"id": "A1", "status": "failed"}, Rejected, "failed"),
        (401, {"code": "token", "reason": "expired"}, Unavailable, "token"),
        (429, {}, Unavailable, "429"),
        (408, {}, Unconfirmed, "408"),
        (409, {"code": "in_flight", "reason": "same key"}, Unconfirmed, "in_flight"),
        (500, {}, Unconfirmed, "500"),
        (503, "not an object", Unconfirmed, "503"),
        (302, {}, Unconfirmed, "302"),
        (201, {"id": "A1", "status": "created"}, Unconfirmed, "unfinished"),
        (201, {"status": "completed"}, Unconfirmed, "unfinished"),
        (201, [], Unconfirmed, "unfinished"),
    ],
)
def test_what_an_answer_lets_us_conclude(
    socket: Path, status: int, body: Any, conclusion: type[SendError], code: str
) -> None:
    with pytest.raises(conclusion) as raised:
        talk(socket, replying(status, body), credit)
    assert type(raised.value) is conclusion
    assert raised.value.code == code


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("86400", 3600), ("soon", 30)])
def test_a_busy_billing_system_is_left_alone_as_long_as_it_asks(
    socket: Path, header: str, seconds: int
) -> None:
    with pytest.raises(Unavailable) as raised:
        talk(socket, replying(429, {}, **{"Retry-After": header}), credit)
    assert raised.value.retry_after == timedelta(seconds=seconds)


def test_nothing_was_taken_where_no_connection_was_made(socket: Path) -> None:
    with pytest.raises(Unavailable, match="unreachable"):
        asyncio.run(ask(socket, credit))


def test_an_answer_that_never_comes_is_unconfirmed_and_not_posted_again(socket: Path) -> None:
    posts = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal posts
        posts += 1
        await asyncio.Event().wait()
        raise AssertionError("never reached")

    with pytest.raises(Unconfirmed, match="no_answer"):
        talk(socket, answer, credit, timeout=0.05)
    assert posts == 1


def test_a_connection_that_breaks_is_unconfirmed_and_not_posted_again(socket: Path) -> None:
    posts = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal posts
        posts += 1
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(Unconfirmed, match="no_answer"):
        talk(socket, answer, credit)
    assert posts == 1


def test_the_books_are_asked_by_key(socket: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (request.method, request.query["idempotencyKey"]) == ("GET", str(KEY))
        return web.json_response([{"id": "A7", "status": "completed", "externalId": str(KEY)}])

    assert talk(socket, answer, find) == Credited("A7")


@pytest.mark.parametrize(("status", "body"), [(200, []), (404, {"code": "404", "reason": "none"})])
def test_books_without_the_key_prove_its_absence(socket: Path, status: int, body: Any) -> None:
    assert talk(socket, replying(status, body), find) is None


@pytest.mark.parametrize(("status", "body"), [(500, []), (200, {}), (200, None), (401, {})])
def test_books_that_cannot_be_read_prove_nothing(socket: Path, status: int, body: Any) -> None:
    with pytest.raises(Unconfirmed):
        talk(socket, replying(status, body), find)


def test_books_out_of_reach_prove_nothing(socket: Path) -> None:
    with pytest.raises(Unconfirmed):
        asyncio.run(ask(socket, find))


def test_a_failed_credit_in_the_books_is_a_refusal(socket: Path) -> None:
    with pytest.raises(Rejected):
        talk(socket, replying(200, [{"id": "A7", "status": "failed", "description": f"grant {KEY}"}]), find)


def test_books_that_answer_about_something_else_prove_nothing(socket: Path) -> None:
    everything = [{"id": "A1", "status": "completed", "externalId": "another"}]
    with pytest.raises(Unconfirmed, match="foreign_books"):
        talk(socket, replying(200, everything), find)
    both = [*everything, {"id": "A2", "status": "completed", "externalId": str(KEY)}]
    assert talk(socket, replying(200, both), find) == Credited("A2")


def test_neither_the_token_nor_a_number_is_shown() -> None:
    assert "secret-token" not in repr(TmfBilling("http://x", "secret-token"))
    assert "13800000001" not in repr(CREDIT)
