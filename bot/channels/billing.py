"""The way to the billing system: credit a bonus by TM Forum's Prepay Balance API (TMF654), once per key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import aiohttp

from bot.channels.errors import Rejected, Unavailable, Unconfirmed
from bot.domain.offers import Credit, Credited

_RETRY_AFTER = timedelta(seconds=30)


class BillingConnection(Protocol):
    async def credit(self, credit: Credit) -> Credited:
        """Raises Rejected, Unavailable or Unconfirmed; asking twice with one `grant_id` credits once."""
        ...

    async def find(self, grant_id: UUID) -> Credited | None:
        """What billing's books say of this key: None is proof that it took nothing."""
        ...


class BillingChannel(Protocol):
    def connect(self) -> AbstractAsyncContextManager[BillingConnection]: ...


@dataclass(frozen=True, slots=True)
class TmfBilling:
    """`base_url` ends in `/tmf-api/prepayBalanceManagement/v4`; `units` is the currency of the bonus.

    `connector` makes the connections of one batch: over TCP unless told otherwise.
    """

    base_url: str
    token: str = field(repr=False)
    timeout: timedelta = timedelta(seconds=10)
    units: str = "CNY"
    connector: Callable[[], aiohttp.BaseConnector] = aiohttp.TCPConnector

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[BillingConnection]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        timeout = aiohttp.ClientTimeout(total=self.timeout.total_seconds())
        async with aiohttp.ClientSession(
            connector=self.connector(), headers=headers, timeout=timeout
        ) as session:
            yield _TmfConnection(session, f"{self.base_url.rstrip('/')}/adjustBalance", self.units)


@dataclass(frozen=True, slots=True)
class _TmfConnection:
    session: aiohttp.ClientSession
    url: str
    units: str

    async def credit(self, credit: Credit) -> Credited:
        key = str(credit.grant_id)
        try:
            async with self.session.post(
                self.url,
                json=_adjustment(credit, self.units),
                headers={"Idempotency-Key": key},
                allow_redirects=False,
            ) as response:
                body = await _json(response)
        except aiohttp.ClientConnectorError as error:  # no connection was made, so nothing was taken
            raise Unavailable("unreachable", type(error).__name__) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise Unavailable("unreachable", "no connection in time") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unconfirmed("no_answer", type(error).__name__) from error
        return _outcome(response.status, response.headers, body)

    async def find(self, grant_id: UUID) -> Credited | None:
        try:
            async with self.session.get(
                self.url, params={"idempotencyKey": str(grant_id)}, allow_redirects=False
            ) as response:
                body = await _json(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unconfirmed("no_answer", type(error).__name__) from error
        if response.status == HTTPStatus.NOT_FOUND or (response.status == HTTPStatus.OK and body == []):
            return None
        if response.status != HTTPStatus.OK or not isinstance(body, list):
            raise Unconfirmed(str(response.status), "the books could not be asked")
        for entry in body:
            if _bears(entry, str(grant_id)):
                return _stated(entry)
        raise Unconfirmed(
            "foreign_books", "the answer is not about this key"
        )  # a filter that was not understood


def _adjustment(credit: Credit, units: str) -> dict[str, Any]:
    """AdjustBalance_Create. A prepaid line's money bucket goes by the line's number."""
    return {
        "adjustType": "oneTime",
        "usageType": "monetary",
        "amount": {"amount": float(credit.amount), "units": units},
        "bucket": {"id": credit.msisdn},
        "logicalResource": [{"id": credit.msisdn, "@referredType": "MSISDN"}],
        "channel": {"id": "keepline"},
        "reason": credit.reason,
        "description": f"grant {credit.grant_id}",
    }


def _bears(entry: Any, key: str) -> bool:
    """Whether an AdjustBalance is ours: it repeats the key, or the description that we gave it."""
    return isinstance(entry, dict) and (
        entry.get("externalId") == key or key in str(entry.get("description"))
    )


async def _json(response: aiohttp.ClientResponse) -> Any:
    """The body, or None where it is no JSON: the status alone then decides."""
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None


def _outcome(status: int, headers: Mapping[str, str], body: Any) -> Credited:
    code = _error_code(status, body)
    if status in (HTTPStatus.OK, HTTPStatus.CREATED):
        return _stated(body)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED):
        # A wrong token is our own fault, to be repaired; it must not cost customers their bonus.
        raise Unavailable(code, retry_after=_retry_after(headers))
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT) or not 400 <= status < 500:
        raise Unconfirmed(code)
    raise Rejected(code)


def _stated(body: Any) -> Credited:
    """What an AdjustBalance resource says of itself."""
    resource = body if isinstance(body, dict) else {}
    match resource.get("status"), resource.get("id"):
        case "completed", str(reference) if reference:
            return Credited(reference)
        case ("failed" | "cancelled") as status, _:
            raise Rejected(str(status))
        case status, _:
            raise Unconfirmed("unfinished", f"status {status!r}")


def _error_code(status: int, body: Any) -> str:
    code = body.get("code") if isinstance(body, dict) else None
    return str(code) if code else str(status)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 3600)) if seconds.isdecimal() else _RETRY_AFTER
