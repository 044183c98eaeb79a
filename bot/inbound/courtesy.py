"""Answers a refusal, a return or a call for help in the carrier's own request; the runs hear of it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.courtesies import (
    WITHIN,
    Courtesy,
    carrier_answers,
    due,
    language_of,
    may_be_answered,
    wording,
)
from bot.domain.people import Brand
from bot.flow.replies import Meaning, understand
from bot.rulebook import Rulebook
from bot.store import courtesies
from bot.store.courtesies import Addressee, NewCourtesy
from bot.store.events import NewEvent
from bot.store.transaction import Transaction

_ANSWERED = {
    Meaning.OPT_OUT: Courtesy.OPT_OUT,
    Meaning.OPT_IN: Courtesy.OPT_IN,
    Meaning.HELP: Courtesy.HELP,
}


@dataclass(frozen=True, slots=True)
class Courtesies:
    transaction: Transaction
    brand: Brand
    rulebook: Rulebook
    carrier_answers: bool  # its own words, by itself
    help_line: str | None = None
    guest_list: frozenset[str] | None = None

    def answer(self, event: NewEvent, now: datetime) -> str | None:
        """What to say to a message that is stored already; None for nothing. At most once for each event.

        Where the answer is lost on its way it is not said again: a missing courtesy harms less than a second one.
        """
        words, msisdn = str(event.payload.get("Body", "")), str(event.payload.get("From", ""))
        kind = _ANSWERED.get(understand(words).meaning)
        if kind is None or not self._may_answer(msisdn):
            return None
        with self.transaction() as tx:
            courtesies.one_at_a_time(tx, msisdn)
            if not due(kind, courtesies.lately(tx, msisdn, now - WITHIN), now):
                return None
            whom = courtesies.addressee(tx, msisdn)
            if not self._asked_for(kind, msisdn, whom):
                return None
            language = language_of(words, whom.language if whom else None, msisdn)
            by_carrier = self._carrier_has_answered(kind, words, event.payload)
            said = None if by_carrier else wording(kind, language, self.brand, self.help_line)
            customer_id = whom.customer_id if whom else None
            new = NewCourtesy(event.key, customer_id, msisdn, kind, language, said)
            return said if courtesies.keep(tx, new, now) else None

    def _may_answer(self, msisdn: str) -> bool:
        return may_be_answered(msisdn) and (self.guest_list is None or msisdn in self.guest_list)

    def _asked_for(self, kind: Courtesy, msisdn: str, whom: Addressee | None) -> bool:
        """By the rules of the place: no campaign is known here, and a refusal is one of them all."""
        if kind is not Courtesy.OPT_OUT:
            return True
        policy = self.rulebook.policy_for(None, msisdn, whom.region if whom else None)
        return policy.conduct.opt_out_confirmed

    def _carrier_has_answered(self, kind: Courtesy, words: str, payload: Mapping[str, object]) -> bool:
        """It says so where its advanced opt-out is on; where not, its default words are known."""
        return bool(payload.get("OptOutType")) or (self.carrier_answers and carrier_answers(kind, words))
