"""Everything that must be true before a campaign may go out, looked into point by point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.attempts import Channel
from bot.domain.checks import Finding, Point, Verdict
from bot.domain.people import Brand, facts_of
from bot.domain.policy import PolicyError
from bot.domain.sentences import in_both
from bot.enrolment.audience import reading, select_audience
from bot.enrolment.conduct import conduct
from bot.flow.lint import lint
from bot.flow.model import Flow, FlowStep
from bot.flow.template import placeholders
from bot.flow.text import in_language
from bot.policies import policy_of
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import Severity
from bot.store import checking, places
from bot.store.campaigns import Campaign
from bot.store.checking import Person
from bot.store.enrolling import Audience
from bot.store.transaction import Tx

SAMPLE = 1000

#: What a launch may cost at worst, judged by whoever knows the prices.
Estimate = Callable[[Tx, Campaign, Flow, Audience], Finding | None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds for every campaign here; None where the caller cannot know it, and that point is left out."""

    catalogue: FactorCatalogue | None = None
    senders: Mapping[Channel, str] | None = None
    estimate: Estimate | None = None
    rulebook: Rulebook | None = None
    brand: Brand | None = None
    example_prices: str | None = None  # the file, while it still holds the prices that came with the program


def look_over(tx: Tx, campaign: Campaign, ground: Ground, now: datetime) -> list[Finding]:
    """In the order in which they are shown. Raises CampaignError where the audience cannot be read."""
    flow = PublishedFlows().get(tx, campaign.flow_revision, campaign.offer)
    audience = select_audience(campaign, ground.catalogue)
    with reading(tx, campaign, ground.catalogue):
        return _looked_over(tx, campaign, flow, audience, ground, now)


def _looked_over(
    tx: Tx, campaign: Campaign, flow: Flow, audience: Audience, ground: Ground, now: datetime
) -> list[Finding]:
    counted = checking.languages(tx, audience, former=flow.to.value == "former")
    findings = [
        *_flow(flow, ground.catalogue),
        _audience(campaign, sum(counted.values())),
        *_languages(flow, counted),
        *_values(tx, campaign, flow, audience),
        *_policy(campaign),
        *_conduct(tx, campaign, flow, audience, ground),
        *_senders(flow, ground.senders),
        *_budget(campaign, flow),
        _schedule(campaign, now),
    ]
    findings += _prices(campaign, ground)
    estimated = ground.estimate(tx, campaign, flow, audience) if ground.estimate is not None else None
    return [*findings, estimated] if estimated is not None else findings


def _flow(flow: Flow, catalogue: FactorCatalogue | None) -> Iterator[Finding]:
    if flow.part:
        yield Finding(Point.PART, Verdict.ERROR, {"flow": flow.name})
    problems = lint(flow, catalogue)
    for severity, point, verdict in (
        (Severity.ERROR, Point.FLOW_FAULTS, Verdict.ERROR),
        (Severity.WARNING, Point.FLOW_DOUBTS, Verdict.WARNING),
    ):
        found = [problem for problem in problems if problem.severity is severity]
        if found:
            yield Finding(point, verdict, {"count": len(found), "first": in_both(found[0].said)})
    if all(problem.severity is not Severity.ERROR for problem in problems):
        yield Finding(Point.FLOW, Verdict.OK, {"flow": flow.name})


def _audience(campaign: Campaign, people: int) -> Finding:
    if campaign.on_event is not None:
        return Finding(Point.AUDIENCE_ON_EVENT, Verdict.OK, {"event": campaign.on_event, "count": people})
    if people:
        return Finding(Point.AUDIENCE, Verdict.OK, {"count": people})
    later = (
        Verdict.ERROR if campaign.rhythm is None else Verdict.WARNING
    )  # somebody may come into it any night
    return Finding(Point.AUDIENCE_EMPTY, later)


# -- texts ----------------------------------------------------------------------------------------------------


def _languages(flow: Flow, counted: Mapping[str, int]) -> Iterator[Finding]:
    """A customer whose language a text lacks gets the nearest; the author should know how many."""
    lacking = {
        language: step.name
        for language in counted
        for step in reversed(list(flow.steps.values()))
        if not all(_written(written, language) for written in step.texts().values() if written)
    }
    for language, step_name in lacking.items():
        details: dict[str, str | int] = {"language": language, "step": step_name, "count": counted[language]}
        yield Finding(Point.LANGUAGE_MISSING, Verdict.WARNING, details)
    if counted and not lacking:
        yield Finding(Point.LANGUAGES, Verdict.OK, {"languages": ", ".join(sorted(counted))})


def _written(texts: Mapping[str, str], language: str) -> bool:
    return language in texts or language.replace("_", "-").split("-")[0].lower() in texts


def _values(tx: Tx, campaign: Campaign, flow: Flow, audience: Audience) -> Iterator[Finding]:
    people = checking.sample(tx, audience, salt=campaign.salt, limit=SAMPLE)
    missing: Counter[str] = Counter()
    for person in people:
        facts = {**_facts(person), **flow.offer.values()}
        missing.update(name for name in _named(flow, person.language) if facts.get(name) in (None, ""))
    for name, count in missing.most_common():
        details: dict[str, str | int] = {"name": name, "count": count, "sample": len(people)}
        yield Finding(
            Point.VALUES_MISSING, Verdict.ERROR if count == len(people) else Verdict.WARNING, details
        )
    if people and not missing:
        yield Finding(Point.VALUES, Verdict.OK, {"sample": len(people)})


def _facts(person: Person) -> dict[str, object]:
    return facts_of(
        customer_id=person.customer_id,
        brand=Brand("-", "-"),
        name=person.name,
        msisdn=person.msisdn,
        language=person.language,
        region=person.region,
        time_zone=person.time_zone,
        tier=person.tier,
        factors=person.factors,
    )


def _named(flow: Flow, language: str) -> set[str]:
    """What its texts ask of the customer; what a run will note by itself is not known yet."""
    return {
        placeholder.name
        for step in flow.steps.values()
        for written in step.texts().values()
        if written
        for placeholder in placeholders(in_language(written, language))
        if not placeholder.name.startswith("run.") and placeholder.name != "keys"
    }


# -- terms ----------------------------------------------------------------------------------------------------


def _policy(campaign: Campaign) -> Iterator[Finding]:
    try:
        policy = policy_of(campaign.policy, None, None)
    except PolicyError as error:
        yield Finding(Point.POLICY_UNREADABLE, Verdict.ERROR, {"fault": in_both(error.told)})
        return
    yield Finding(Point.POLICY, Verdict.OK)
    if policy.needs_approval:
        yield Finding(Point.APPROVAL_NEEDED, Verdict.WARNING)


def _conduct(tx: Tx, campaign: Campaign, flow: Flow, audience: Audience, ground: Ground) -> Iterator[Finding]:
    if ground.rulebook is None or ground.brand is None:
        return
    where = places.places(tx, audience, former=flow.to.value == "former")
    try:
        yield from conduct(campaign.policy, flow, where, ground.rulebook, ground.brand)
    except PolicyError:
        return  # a point of its own says so


def _prices(campaign: Campaign, ground: Ground) -> list[Finding]:
    """Whoever sets a limit relies on the prices; without one they only fill an estimate."""
    if ground.example_prices is None or not campaign.policy.get("spend"):
        return []
    return [Finding(Point.EXAMPLE_PRICES, Verdict.WARNING, {"file": ground.example_prices})]


def _senders(flow: Flow, senders: Mapping[Channel, str] | None) -> Iterator[Finding]:
    if senders is None:
        return
    used = sorted({channel for step in flow.steps.values() if (channel := _channel(step)) is not None})
    for channel in used:
        if not senders.get(channel):
            yield Finding(Point.SENDER_MISSING, Verdict.ERROR, {"channel": channel.value})
    if used and all(senders.get(channel) for channel in used):
        named = ", ".join(f"{channel.value} {senders[channel]}" for channel in used)
        yield Finding(Point.SENDERS, Verdict.OK, {"senders": named})


def _channel(step: FlowStep) -> Channel | None:
    names = {"sms": Channel.SMS, "call": Channel.CALL}
    return names.get(step.kind) or names.get(str(getattr(step, "by", "")))


def _budget(campaign: Campaign, flow: Flow) -> Iterator[Finding]:
    if not any(step.kind == "grant" for step in flow.steps.values()):
        return
    if campaign.bonus_budget is None:
        yield Finding(Point.BUDGET_MISSING, Verdict.ERROR)
    else:
        yield Finding(Point.BUDGET, Verdict.OK, {"amount": f"{campaign.bonus_budget:,}"})


def _schedule(campaign: Campaign, now: datetime) -> Finding:
    start = f"{campaign.starts_at:%Y-%m-%d %H:%M}"
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return Finding(Point.SCHEDULE_OVER, Verdict.ERROR, {"end": f"{campaign.ends_at:%Y-%m-%d %H:%M}"})
    if campaign.starts_at < now and campaign.started_at is None:
        return Finding(Point.SCHEDULE_BEGUN, Verdict.OK, {"start": start})
    return Finding(Point.SCHEDULE, Verdict.OK, {"start": start})
