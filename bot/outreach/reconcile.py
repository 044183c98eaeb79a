"""What the carrier has been silent about: ask its books, adopt what it has, and only then send again.

Unconfirmed attempts are looked up by number and text; accepted ones whose final report never came are fetched
by SID. What is found becomes the same event that the lost callback would have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.channels.errors import SendError
from bot.channels.messages import Found
from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from bot.domain.attempts import AttemptStatus, Channel
from bot.outreach.outgoing import ASK_AFTER, MOST_SENDS
from bot.store import events, sending, silence
from bot.store.attempts import Attempt
from bot.store.events import NewEvent
from bot.store.transaction import Transaction

ASK_AGAIN = timedelta(hours=4)
GIVE_UP = timedelta(hours=36)  # "sent" may be the last that is ever heard of an SMS
CLOCK_SKEW = timedelta(minutes=2)  # between the carrier's clock and ours
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reconciler:
    transaction: Transaction
    sms: TwilioSms
    voice: TwilioVoice

    def reconcile(self, now: datetime, limit: int = 100) -> int:
        """One pass; answers how many attempts were looked into."""
        with self.transaction() as tx:
            suspected = silence.suspect_lost_leases(tx, now=now, look_at=now + ASK_AFTER)
            asked = silence.claim_to_ask(
                tx, now=now, ask_soon=now + ASK_AFTER, ask_later=now + ASK_AGAIN, limit=limit
            )
        unknown = [one for one in asked if one.carrier_sid is None]
        silent = [one for one in asked if one.carrier_sid is not None]
        for channel in Channel:
            self._look_up([one for one in unknown if one.channel == channel], channel, now)
            self._fetch([one for one in silent if one.channel == channel], channel, now)
        return suspected + len(asked)

    def _look_up(self, unknown: Sequence[Attempt], channel: Channel, now: datetime) -> None:
        listing = self.sms if channel is Channel.SMS else self.voice
        answers = listing.find_batch([one.to_number or "" for one in unknown]) if unknown else []
        for one, found in zip(unknown, answers, strict=True):
            if not isinstance(found, SendError):  # else there is no proof either way; it is asked again soon
                self._conclude(one, found, now)

    def _conclude(self, one: Attempt, found: Sequence[Found], now: datetime) -> None:
        with self.transaction() as tx:
            sending.lock_enrolments(tx, [one.id])
            mine = _match(one, found, silence.linked_sids(tx, [entry.sid for entry in found]))
            if mine is not None:
                events.leave(tx, [_report(one, mine, now)])
                return
            status = silence.prove_not_taken(tx, one, most_sends=MOST_SENDS, now=now)
            if status == AttemptStatus.FAILED:
                events.leave(tx, [_given_up(one, now)])

    def _fetch(self, silent: Sequence[Attempt], channel: Channel, now: datetime) -> None:
        if not silent:
            return
        sids = [one.carrier_sid or "" for one in silent]
        answers = self.sms.fetch_batch(sids) if channel is Channel.SMS else self.voice.fetch_batch(sids)
        reports = [
            _report(one, answer, now)
            for one, answer in zip(silent, answers, strict=True)
            if not isinstance(answer, SendError)
        ]
        with self.transaction() as tx:
            events.leave(tx, reports)
            silence.stop_asking(tx, [one.id for one in silent if _too_old(one, now)])


def _too_old(one: Attempt, now: datetime) -> bool:
    return one.started_at is not None and one.started_at + GIVE_UP < now


def _match(one: Attempt, found: Iterable[Found], linked: set[str]) -> Found | None:
    """The oldest entry that can only be this attempt: same number, same text, not before it, nobody else's."""
    if one.started_at is None:
        return None
    since = one.started_at - CLOCK_SKEW
    candidates = [
        entry
        for entry in found
        if entry.sid not in linked
        and (entry.created_at is None or entry.created_at >= since)
        and entry.to == one.to_number
        and (one.channel == Channel.CALL or entry.body == one.body)
    ]
    # What the carrier has not dated yet is its newest.
    return min(candidates, key=lambda entry: entry.created_at or _LATEST, default=None)


def _report(one: Attempt, found: Found, now: datetime) -> NewEvent:
    """In the carrier's own words, so that inbound need not know that we asked."""
    prefix, sid_field, status_field = (
        ("sms", "MessageSid", "MessageStatus")
        if one.channel == Channel.SMS
        else ("call", "CallSid", "CallStatus")
    )
    payload: dict[str, str] = {sid_field: found.sid, status_field: found.status, "source": "asked"}
    if found.error_code:
        payload["ErrorCode"] = found.error_code
    if found.duration_s is not None:
        payload["CallDuration"] = str(found.duration_s)
    return NewEvent(
        key=f"{prefix}:{found.sid}:{found.status}:asked",
        kind=f"{prefix}.status",
        payload=payload,
        received_at=now,
        attempt_id=one.id,
        enrolment_id=one.enrolment_id,
        customer_id=one.customer_id,
    )


def _given_up(one: Attempt, now: datetime) -> NewEvent:
    return NewEvent(
        key=f"attempt:{one.id}:failed",
        kind="attempt.failed",
        payload={"reason": "not_taken"},
        received_at=now,
        attempt_id=one.id,
        enrolment_id=one.enrolment_id,
        customer_id=one.customer_id,
    )
