"""Calls the product's webhooks as Twilio does: signed, and tried again as the URL asks."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerTimeoutError,
    TCPConnector,
)
from twilio.request_validator import RequestValidator
from yarl import URL

from rehearsal.overrides import CONNECT_FAILURE, READ_TIMEOUT, Overrides, split_overrides

_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_FIRST_PAUSE = 0.05  # seconds of real time before the first retry; doubled each time
_KEPT = 500_000  # webhooks remembered for the ledger


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    outcome: int | str  # the HTTP status, or the kind of failure
    body: str = ""

    @property
    def ok(self) -> bool:
        return isinstance(self.outcome, int) and self.outcome < 400


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    at: datetime
    kind: str
    resource: str
    url: str
    event: str
    outcome: int | str
    tries: int
    token: str

    def for_ledger(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "resource": self.resource,
            "event": self.event,
            "url": self.url,
            "outcome": self.outcome,
            "tries": self.tries,
            "token": self.token,
        }


class WebhooksOut:
    """One shared session to the product; create it inside a running loop."""

    def __init__(self, auth_token: str, concurrency: int) -> None:
        # Web servers drop idle connections after about two seconds: let go of ours first.
        self._session = ClientSession(connector=TCPConnector(limit=concurrency, keepalive_timeout=1.5))
        self._validator = RequestValidator(auth_token)
        self.records: deque[WebhookRecord] = deque(maxlen=_KEPT)
        self.sent = 0
        self.failed = 0

    async def close(self) -> None:
        await self._session.close()

    async def post_form(
        self,
        url: str,
        params: dict[str, str],
        *,
        kind: str,
        resource: str,
        event: str,
        token: str,
        at: datetime,
        method: str = "POST",
    ) -> WebhookAnswer:
        """Send Twilio's parameters to a webhook of the product."""
        address, overrides = split_overrides(url)
        body = URL.build(query=params).raw_query_string.encode()  # yarl quotes in C
        signed = params
        if method == "GET":
            address += ("&" if "?" in address else "?") + body.decode()
            body, signed = b"", {}
        headers = {
            "Content-Type": _FORM,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
            "X-Twilio-Signature": self._validator.compute_signature(address, signed),
        }
        answer, tries = await self._with_retries(method, address, body, headers, overrides)
        outcome = answer.outcome
        self._remember(WebhookRecord(at, kind, resource, address, event, outcome, tries, token), answer)
        return answer

    async def post_json(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
        *,
        kind: str,
        resource: str,
        event: str,
        at: datetime,
    ) -> WebhookAnswer:
        """Send an event of the operator's own systems, which repeat what was not taken."""
        overrides = Overrides(retries=3, policies=frozenset({"all"}))
        headers = {"Content-Type": "application/json", **headers}
        answer, tries = await self._with_retries("POST", url, body, headers, overrides)
        outcome = answer.outcome
        self._remember(WebhookRecord(at, kind, resource, url, event, outcome, tries, event), answer)
        return answer

    def _remember(self, record: WebhookRecord, answer: WebhookAnswer) -> None:
        self.records.append(record)
        self.sent += 1
        self.failed += not answer.ok

    async def _with_retries(
        self, method: str, url: str, body: bytes, headers: dict[str, str], overrides: Overrides
    ) -> tuple[WebhookAnswer, int]:
        tries = 1
        answer = await self._once(method, url, body, headers, overrides)
        while tries <= overrides.retries and overrides.wants_retry_after(answer.outcome):
            await asyncio.sleep(_FIRST_PAUSE * 2 ** (tries - 1))
            answer = await self._once(method, url, body, headers, overrides)
            tries += 1
        return answer, tries

    async def _once(
        self, method: str, url: str, body: bytes, headers: dict[str, str], overrides: Overrides
    ) -> WebhookAnswer:
        timeout = ClientTimeout(
            total=overrides.total_timeout,
            sock_connect=overrides.connect_timeout,
            sock_read=overrides.read_timeout,
        )
        try:
            # encoded=True keeps the URL to the byte: the signature is made over it
            async with self._session.request(
                method, URL(url, encoded=True), data=body or None, headers=headers, timeout=timeout
            ) as response:
                return WebhookAnswer(response.status, await response.text(errors="replace"))
        except ConnectionTimeoutError:
            return WebhookAnswer(CONNECT_FAILURE)
        except (ServerTimeoutError, TimeoutError):
            return WebhookAnswer(READ_TIMEOUT)
        except (ClientConnectionError, ClientError):
            return WebhookAnswer(CONNECT_FAILURE)
