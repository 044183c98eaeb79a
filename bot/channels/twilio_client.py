"""The official Twilio client over an HTTP client of ours that never sends a POST twice and always times out.

The library's own asynchronous client has no timeout and, with retries on, posts again after a 5xx. Both would
send a message twice. Ours speaks to `base_url`, so that a rehearsal can stand where the carrier stands.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.channels.messages import Accepted

T = TypeVar("T")

#: The carrier took nothing and says so: the same request may be repeated, after this long.
TRY_LATER: dict[int, timedelta] = {
    20429: timedelta(seconds=2),  # too many requests at once: never processed, safe to repeat
    20003: timedelta(minutes=5),  # credentials: ours to mend, the customer is not to lose the message for it
    21611: timedelta(minutes=10),  # the sender's queue is full
    22005: timedelta(minutes=10),  # the account's call queue is full
    10004: timedelta(minutes=1),  # too many calls at once
}
#: The same by HTTP status, whatever the code: who is asking is at fault, or how often, not what is asked.
_NOTHING_TAKEN: dict[int, timedelta] = {
    401: timedelta(minutes=5),
    403: timedelta(minutes=5),
    429: timedelta(seconds=2),
}
OPTED_OUT = "21610"


class CarrierHttp(AsyncHttpClient):
    """One pooled session; belongs to the event loop that first used it."""

    def __init__(self, base_url: str, *, timeout: timedelta, concurrency: int) -> None:
        super().__init__(None, True, timeout.total_seconds())
        base = urlsplit(base_url)
        self._scheme, self._netloc, self._prefix = base.scheme, base.netloc, base.path.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds(), connect=5)
        self._concurrency = concurrency
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        del timeout, allow_redirects  # the session's timeout holds; a redirected POST would be a second POST
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._concurrency, keepalive_timeout=15)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = "Basic " + b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()
        body = urlencode(data, doseq=True) if data else None
        try:
            async with self._session.request(
                method, self._rewritten(url), params=_present(params), data=body, headers=sent,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                return Response(answer.status, await answer.text(), answer.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable("connect", type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            if method.upper() == "GET":
                raise Unavailable("no_answer", type(error).__name__) from error
            raise Unconfirmed("no_answer", type(error).__name__) from error

    def _rewritten(self, url: str) -> str:
        parts = urlsplit(url)
        return urlunsplit((self._scheme, self._netloc, self._prefix + parts.path, parts.query, ""))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _present(params: dict[str, object] | None) -> dict[str, str] | None:
    if not params:
        return None
    return {name: str(value) for name, value in params.items() if value is not None}


class Carrier:
    """One account at the carrier, with an event loop of its own for the calls of this process."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str,
        *,
        timeout: timedelta = timedelta(seconds=15),
        concurrency: int = 64,
    ) -> None:
        self._http = CarrierHttp(base_url, timeout=timeout, concurrency=concurrency)
        self.rest = Client(account_sid, auth_token, http_client=self._http)
        self._runner = asyncio.Runner()
        self._gate = asyncio.Semaphore(concurrency)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def run_all(self, works: Iterable[Coroutine[Any, Any, T]]) -> list[T | SendError]:
        """All at once, at most `concurrency` under way; a SendError is an answer, anything else is raised."""

        async def one(work: Coroutine[Any, Any, T]) -> T | SendError:
            async with self._gate:
                try:
                    return await work
                except SendError as error:
                    return error
                except TwilioException as error:
                    return as_send_error(error)
                except ValueError as error:  # an answer of 2xx that is no JSON: it may have been taken
                    return Unconfirmed("unreadable", type(error).__name__)

        async def every() -> list[T | SendError]:
            return await asyncio.gather(*(one(work) for work in works))

        return self._runner.run(every())

    def close(self) -> None:
        self._runner.run(self._http.close())
        self._runner.close()


def accepted(sid: object) -> Accepted:
    """Raises Unconfirmed where the carrier's yes does not say to what."""
    if not isinstance(sid, str) or not sid:
        raise Unconfirmed("unreadable", "no sid")
    return Accepted(sid)


def as_send_error(error: TwilioException) -> SendError:
    """What the caller may conclude from the carrier's refusal."""
    status = getattr(error, "status", None) or getattr(error, "status_code", None) or 0
    code = getattr(error, "code", None) or status
    if not isinstance(error, TwilioRestException) and not status:
        return Unconfirmed("unreadable", type(error).__name__)
    if code in TRY_LATER:
        return Unavailable(str(code), retry_after=TRY_LATER[code])
    if status in _NOTHING_TAKEN or 300 <= status < 400:
        return Unavailable(str(code), retry_after=_NOTHING_TAKEN.get(status, timedelta(minutes=5)))
    if status >= 500 or status == 408:
        return Unconfirmed(str(code))
    return Rejected(str(code))
