"""What Twilio keeps of each message and call: found by number, fetched by SID, taken back before it goes out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from bot.channels.errors import SendError
from bot.channels.messages import Found
from bot.channels.twilio_client import Carrier, accepted


class TwilioRecords(ABC):
    """One kind of them: the library reads both alike."""

    def __init__(self, carrier: Carrier, public_base_url: str) -> None:
        self._carrier = carrier
        self._public = public_base_url

    @property
    @abstractmethod
    def _records(self) -> Any:
        """The account's messages, or its calls."""

    def find_batch(self, numbers: Sequence[str], limit: int = 200) -> list[list[Found] | SendError]:
        """The newest to each of these numbers."""
        return self._carrier.run_all(self._find(to, limit) for to in numbers)

    async def _find(self, to: str, limit: int) -> list[Found]:
        listed = await self._records.list_async(to=to, limit=limit, page_size=limit)
        return [_found(record) for record in listed]

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        return self._carrier.run_all(self._fetch(sid) for sid in sids)

    async def _fetch(self, sid: str) -> Found:
        return _found(await self._records(sid).fetch_async())

    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        """Take back what has not gone out.

        Of messages Twilio gives back what is `scheduled`; anything further on it refuses with 30409. Other carriers
        behind the same API give back what is queued as well. Of calls it drops what is queued or ringing; one that has
        been picked up goes on. One that was queued is canceled with the answer, and nothing more is ever heard of it.
        """
        return self._carrier.run_all(self._cancel(sid) for sid in sids)

    async def _cancel(self, sid: str) -> Found:
        record = await self._records(sid).update_async(status="canceled")
        accepted(record.sid)
        return _found(record)


def _found(record: Any) -> Found:
    """A message has no duration, a call no words and no error."""
    error, duration = getattr(record, "error_code", None), getattr(record, "duration", None)
    return Found(
        sid=str(record.sid),
        status=str(record.status),
        created_at=record.date_created,
        to=str(record.to),
        body=getattr(record, "body", None),
        error_code=str(error) if error is not None else None,
        duration_s=int(duration) if duration else None,
    )
