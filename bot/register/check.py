"""What holds against one number now, and how that came: for people who must answer for it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.refusals import Refusal
from bot.store import consents, refusal_story, register_people, suppressions
from bot.store.consents import Told as ToldConsent
from bot.store.refusal_story import Told
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Standing:
    customer: str | None  # by the name that the operator's own systems have
    refusals: tuple[Refusal, ...]
    story: tuple[Told, ...]
    consents: tuple[ToldConsent, ...]


def check(tx: Tx, msisdn: str) -> Standing:
    person = register_people.with_number(tx, msisdn)
    lines = refusal_story.story(tx, msisdn, person.customer_id)
    return Standing(
        customer=person.external_id,
        refusals=suppressions.held_against(tx, msisdn),
        story=(*lines, *refusal_story.matching_patterns(tx, msisdn)),
        consents=tuple(consents.story(tx, person.customer_id)) if person.customer_id is not None else (),
    )
