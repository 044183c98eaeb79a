"""The baseline of dispatch: the Twilio library's own asynchronous client in a loop that keeps no books."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

CONCURRENCY = 64  # as the product's own


@dataclass(frozen=True, slots=True)
class Text:
    to: str
    sender: str
    body: str
    status_callback: str


@dataclass(frozen=True, slots=True)
class Account:
    sid: str
    token: str
    base_url: str


def post_all(account: Account, texts: Sequence[Text]) -> int:
    """How many the carrier took: all of them, or an exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library still hands aiohttp a BasicAuth
        return asyncio.run(_post_all(account, texts))


async def _post_all(account: Account, texts: Sequence[Text]) -> int:
    async with AsyncTwilioHttpClient() as http:
        client = Client(account.sid, account.token, http_client=http)
        client.api.base_url = account.base_url
        waiting = iter(texts)
        return sum(await asyncio.gather(*(_post(client, waiting) for _ in range(CONCURRENCY))))


async def _post(client: Client, waiting: Iterable[Text]) -> int:
    taken = 0
    for one in waiting:
        message = await client.messages.create_async(
            to=one.to,
            from_=one.sender,
            body=one.body,
            status_callback=one.status_callback,
            validity_period=21_600,
        )
        taken += message.sid is not None
    return taken
