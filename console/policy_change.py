"""Other rules for a campaign, as an operator wrote them: read, compared with those in force, agreed to, and stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from bot.domain.policy import PolicyError
from bot.domain.policy.comparison import Difference
from bot.domain.policy.comparison_wording import Heading
from bot.domain.sentences import Words, in_words, say
from bot.enrolment import effects
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import Mover
from bot.enrolment.policy_change import change_policy, differences, permitted_change
from bot.policies import PolicyFileError, policy_data_of
from bot.store.campaigns import Campaign
from console import language, mistakes, policy_words, wiring
from console.campaign_life import CHUNKS_AT_ONCE

LONGEST_POLICY = 20_000

#: What the product refuses a change for, in the reader's language; the campaign is that of the page.
_REFUSALS = {
    "campaign {name!r} has this policy already": _l("The campaign has these rules already."),
    "campaign {name!r} is {status}: nothing is done by its policy": _l(
        "The campaign is over: nothing is done by its rules any more."
    ),
    "campaign {name!r}: nobody knows who wrote it, so its policy cannot ask for a second person": _l(
        "Nobody knows who wrote this campaign, so its rules cannot ask for a second person."
    ),
    "campaign {name!r} was written by the same person: this change of its policy needs a second one": _l(
        "You wrote this campaign: this change of its rules needs a second person."
    ),
}


class Refused(Exception):
    """Nothing was changed; `problems` are fit to be shown, in the reader's language."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Line:
    rule: str
    before: str
    after: str
    direction: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`agreed` stands for these rules in the place of those: who sends it back has seen what changes."""

    lines: Sequence[Line]
    nothing: str
    agreed: str


def read(written: str) -> Mapping[str, Any]:
    if len(written) > LONGEST_POLICY:
        abort(413)
    try:
        return policy_data_of(written) if written.strip() else {}
    except PolicyFileError as error:
        raise Refused([mistakes.placed(one) for one in error.problems]) from None


def compared(campaign: Campaign, wanted: Mapping[str, Any]) -> Comparison:
    """What it would change. Raises Refused as `put_in_force` would."""
    try:
        permitted_change(campaign, wanted, _mover())
        found = differences(campaign.policy, wanted)
    except (CampaignError, PolicyError) as error:
        raise Refused([_refusal(error)]) from None
    nothing = Heading.NOT_COMPARABLE if found is None else Heading.NO_DIFFERENCE
    return Comparison([_line(one) for one in found or ()], _said(say(nothing)), _digest(campaign, wanted))


def put_in_force(campaign: Campaign, wanted: Mapping[str, Any], reason: str | None) -> None:
    """In force with its commit; what the former had put off is weighed again at once, or by the sweep."""
    built, now = wiring.wired(), wiring.now()
    try:
        with built.transaction() as tx:
            done = change_policy(tx, campaign.id, wanted, now, by=_mover(), reason=reason)
    except (CampaignError, PolicyError) as error:
        raise Refused([_refusal(error)]) from None
    effects.work_off(
        built.transaction, now, flows=built.flows, campaign_id=campaign.id, chunks=CHUNKS_AT_ONCE
    )
    again = (
        _("It must be checked again before it starts.")
        if done.after is not done.before
        else _("They hold from now on.")
    )
    flash(_("Changed: %(parts)s.", parts=policy_words.parts(done.changed)) + " " + again, "good")


def unreadable(error: PolicyError) -> str:
    return error.told.words(language.selected())


def _mover() -> Mover:
    return Mover(int(current_user.id), current_user.role)


def _refusal(error: CampaignError | PolicyError) -> str:
    if isinstance(error, PolicyError):
        return unreadable(error)
    known = _REFUSALS.get(error.said)
    return str(error) if known is None else str(known)


def _digest(campaign: Campaign, wanted: Mapping[str, Any]) -> str:
    both = json.dumps([campaign.policy, wanted], sort_keys=True, default=str)
    return hashlib.sha256(both.encode()).hexdigest()


def _line(one: Difference) -> Line:
    rule = _said(one.rule)
    return Line(rule[:1].upper() + rule[1:], _said(one.before), _said(one.after), one.direction.value)


def _said(words: Words) -> str:
    return in_words(words, language.selected())
