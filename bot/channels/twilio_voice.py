"""Calls by way of Twilio: place a batch, look calls up, leave a voicemail in a live one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.messages import Accepted, CallToManager, Found, OutboundCall
from bot.channels.twilio_client import Carrier, accepted

_LONGEST = timedelta(hours=4)  # Twilio ends any call then


class TwilioVoice:
    def __init__(self, carrier: Carrier, public_base_url: str) -> None:
        self._carrier = carrier
        self._public = public_base_url

    def send_batch(self, batch: Sequence[OutboundCall]) -> list[Accepted | SendError]:
        """In the order of `batch`; each is posted at most once."""
        return self._carrier.run_all(self._place(one) for one in batch)

    async def _place(self, one: OutboundCall) -> Accepted:
        detection = (
            {
                # Asynchronous: a person hears the prompt at once, a machine is recognised while it speaks.
                "machine_detection": "DetectMessageEnd",
                "async_amd": "true",
                "async_amd_status_callback": self._url("amd", one.attempt_id),
            }
            if one.detect_machine
            else {}
        )
        limit = {"time_limit": int(min(one.longest, _LONGEST).total_seconds())} if one.longest else {}
        call = await self._carrier.rest.calls.create_async(
            to=one.to,
            from_=one.sender,
            url=self._url("answer", one.attempt_id),
            status_callback=self._url("status", one.attempt_id) + "#rc=5&rp=all",
            # The request for words tells that it was picked up; what else happens is told at the end.
            status_callback_event=["completed"],
            timeout=int(one.ring_for.total_seconds()),
            **detection,
            **limit,
        )
        return accepted(call.sid)

    def ring_managers(self, batch: Sequence[CallToManager]) -> list[Accepted | SendError]:
        """In the order of `batch`; each is posted at most once. Whether a person picked up is told by a key."""
        return self._carrier.run_all(self._ring_manager(one) for one in batch)

    async def _ring_manager(self, one: CallToManager) -> Accepted:
        pages = f"{self._public}/twilio/manual"
        call = await self._carrier.rest.calls.create_async(
            to=one.to,
            from_=one.sender,
            url=f"{pages}/answer?c={one.call_id}",
            status_callback=f"{pages}/status?c={one.call_id}#rc=5&rp=all",
            status_callback_event=["completed"],
            timeout=int(one.ring_for.total_seconds()),
        )
        return accepted(call.sid)

    def _url(self, what: str, attempt_id: UUID) -> str:
        return f"{self._public}/twilio/voice/{what}?a={attempt_id}"

    def find(self, to: str, limit: int = 200) -> list[Found]:
        """The newest calls to a number. Raises SendError."""
        (found,) = self._carrier.run_all([self._find(to, limit)])
        if isinstance(found, SendError):
            raise found
        return found

    async def _find(self, to: str, limit: int) -> list[Found]:
        listed = await self._carrier.rest.calls.list_async(to=to, limit=limit, page_size=limit)
        return [_found(call) for call in listed]

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        return self._carrier.run_all(self._fetch(sid) for sid in sids)

    async def _fetch(self, sid: str) -> Found:
        return _found(await self._carrier.rest.calls(sid).fetch_async())

    def redirect_batch(self, twiml_by_sid: Sequence[tuple[str, str]]) -> list[Accepted | SendError]:
        """Interrupt live calls with new TwiML; Rejected (21220) where the call is over already."""
        return self._carrier.run_all(self._redirect(sid, twiml) for sid, twiml in twiml_by_sid)

    async def _redirect(self, sid: str, twiml: str) -> Accepted:
        call = await self._carrier.rest.calls(sid).update_async(twiml=twiml)
        return accepted(call.sid)

    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        """Drop calls that are queued or ringing; one that has been picked up goes on.

        One that was queued is canceled with the answer, and nothing more is ever heard of it.
        """
        return self._carrier.run_all(self._cancel(sid) for sid in sids)

    async def _cancel(self, sid: str) -> Found:
        call = await self._carrier.rest.calls(sid).update_async(status="canceled")
        accepted(call.sid)
        return _found(call)


def _found(call: object) -> Found:
    duration = getattr(call, "duration", None)
    return Found(
        sid=str(call.sid),  # type: ignore[attr-defined]
        status=str(call.status),  # type: ignore[attr-defined]
        created_at=call.date_created,  # type: ignore[attr-defined]
        to=str(call.to),  # type: ignore[attr-defined]
        body=None,
        error_code=None,
        duration_s=int(duration) if duration else None,
    )
