"""Calls by way of Twilio: place a batch, leave a voicemail in a live one; looking them up is in `twilio_records`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.messages import Accepted, CallToManager, OutboundCall
from bot.channels.still_open import Posting
from bot.channels.twilio_client import accepted
from bot.channels.twilio_records import TwilioRecords

_LONGEST = timedelta(hours=4)  # Twilio ends any call then


class TwilioVoice(TwilioRecords):
    @property
    def _records(self) -> Any:
        return self._carrier.rest.calls

    def send_batch(self, batch: Sequence[OutboundCall]) -> list[Accepted | SendError]:
        """In the order of `batch`; each is posted at most once, and not at all once its time is over."""
        posting = Posting()
        return self._carrier.run_all(self._place(one, posting) for one in batch)

    async def _place(self, one: OutboundCall, posting: Posting) -> Accepted:
        if one.valid_for is not None:
            posting.left_of(one.valid_for)
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

    def redirect_batch(self, twiml_by_sid: Sequence[tuple[str, str]]) -> list[Accepted | SendError]:
        """Interrupt live calls with new TwiML; Rejected (21220) where the call is over already."""
        return self._carrier.run_all(self._redirect(sid, twiml) for sid, twiml in twiml_by_sid)

    async def _redirect(self, sid: str, twiml: str) -> Accepted:
        call = await self._carrier.rest.calls(sid).update_async(twiml=twiml)
        return accepted(call.sid)

    def hang_up_batch(self, sids: Sequence[str]) -> list[Accepted | SendError]:
        """End calls wherever they stand, with all that they have dialled; Rejected (21220) where they are over."""
        return self._carrier.run_all(self._hang_up(sid) for sid in sids)

    async def _hang_up(self, sid: str) -> Accepted:
        call = await self._carrier.rest.calls(sid).update_async(status="completed")
        return accepted(call.sid)
