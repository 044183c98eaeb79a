"""What every contact of this installation shares: who sends it, in whose name, to whom at all, by whose rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.people import Brand
from bot.rulebook import Rulebook

LEASE = timedelta(seconds=60)  # longer than the carrier's timeout and the record together
ASK_AFTER = timedelta(minutes=2)  # before an unconfirmed attempt is looked up: the carrier's list lags
SMS_SILENCE = timedelta(hours=1)  # an accepted SMS without a final report is asked about
CALL_SILENCE = timedelta(minutes=15)
MOST_SENDS = 6  # POSTs of one attempt, each proven to have taken nothing


@dataclass(frozen=True, slots=True)
class Outgoing:
    sms_sender: str
    voice_sender: str
    brand: Brand
    guest_list: frozenset[str] | None
    default_time_zone: str | None
    rulebook: Rulebook
