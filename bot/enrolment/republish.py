"""A campaign gets a new revision of its flow, and whoever is enrolled goes on as its operator decides.

Whoever is under way is in the middle of a conversation; so the operator says what becomes of them:

- pin: they finish on the revision they are on. Whoever has not started, and whoever is enrolled later, starts on
  the new one.
- migrate: they move to the new one as well. On a step that waits for the same they stay exactly as they stand,
  with timers and calls in flight; a step that now waits for something else they enter anew (its message is sent
  again). For a step that is gone the operator names the one to go on with, or `end`. Whoever cannot be moved
  without harm (a call is on, money is on its way, a person has the case) stays on the old revision.
- drain: they finish on the old one, and nobody else starts before they have; then all others start on the new
  one. For revisions that must not run beside each other.

In all three nobody starts on an older revision any more. Once more with the same revision goes on with what an
interrupted publishing, or an earlier pin, has left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.enrolment.errors import CampaignError
from bot.enrolment.impact import Affected, Fate, Impact, Older, fate_of, look
from bot.flow.model import END, Flow
from bot.published import PublishedFlows
from bot.rules.problems import did_you_mean
from bot.store import audit, drains, flow_revisions, republishing
from bot.store.flow_revisions import FlowText
from bot.store.republishing import Manners, Moved, Way
from bot.store.transaction import Transaction, Tx

CHUNK = 2_000  # enrolments a transaction, so that its locks are held for a fraction of a second
RESULT = "republished"  # of a run that the operator's map ends


class Existing(StrEnum):
    """What becomes of those under way."""

    PIN = "pin"
    MIGRATE = "migrate"
    DRAIN = "drain"


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is wanted. `map` says where to go on from a step: another one, `end`, or itself to enter it anew."""

    campaign_id: int
    flow: Flow
    text: FlowText
    existing: Existing
    map: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Republished:
    adopted: int  # had not started
    moved: Moved
    left: int  # under way, and still on an older revision
    held_until: datetime | None  # at the latest, where the older runs drain first


@dataclass(frozen=True, slots=True)
class Ways:
    """The way on from each step of an older revision; a step without one keeps its people."""

    before: Older
    steps: dict[str, Way]


def republish(
    transaction: Transaction,
    wanted: Publishing,
    *,
    flows: PublishedFlows,
    now: datetime,
    user_id: int | None = None,
    progress: Callable[[int], None] = lambda people: None,
    chunk_size: int = CHUNK,
) -> Republished:
    """Publish, and move chunk by chunk. Raises CampaignError before anything is changed."""
    with transaction() as tx:
        impact = look(tx, wanted.campaign_id, wanted.flow, flows)
        ways = _ways(impact, wanted)
        held_until = _begin(tx, wanted, impact.running, now, user_id)
    adopted, moved, last = 0, Moved(), 0
    while True:
        with transaction() as tx:
            chunk = republishing.lock_chunk(
                tx,
                wanted.campaign_id,
                revision=wanted.flow.revision,
                under_way=bool(ways),
                after=last,
                limit=chunk_size,
            )
            if chunk is None:
                break
            adopted += _adopt(tx, chunk.ids, wanted, held_until, now)
            moved += _move(tx, chunk.ids, wanted, ways, now)
        last = chunk.last
        progress(adopted + moved.people)
    return _finish(transaction, wanted, Republished(adopted, moved, 0, held_until), now, user_id)


def _begin(tx: Tx, wanted: Publishing, running: Flow, now: datetime, user_id: int | None) -> datetime | None:
    """From here on new enrolments start on the new revision; answers until when starts are held."""
    flow, campaign_id = wanted.flow, wanted.campaign_id
    flow_revisions.publish(tx, flow.revision, wanted.text, now)
    before = republishing.put_on(tx, campaign_id, flow.revision, old=_manners(running), new=_manners(flow))
    said = {"revision": flow.revision, "existing": wanted.existing.value, "map": dict(wanted.map)}
    subject = f"campaign:{campaign_id}"
    audit.record(tx, user_id, "campaign.republish", subject, {"revision": before}, said, now)
    drains.end(tx, campaign_id, now)
    if wanted.existing is Existing.DRAIN:
        return drains.begin(tx, campaign_id, revision=flow.revision, now=now)
    return None


def _manners(flow: Flow) -> Manners:
    return Manners(flow.priority, flow.on_conflict.value)


def _adopt(tx: Tx, ids: Iterable[int], wanted: Publishing, held_until: datetime | None, now: datetime) -> int:
    return republishing.adopt_unstarted(
        tx,
        list(ids),
        revision=wanted.flow.revision,
        lasts=wanted.flow.expires,
        held_until=held_until,
        now=now,
    )


def _move(tx: Tx, ids: Iterable[int], wanted: Publishing, ways: Iterable[Ways], now: datetime) -> Moved:
    moved = Moved()
    for one in ways:
        moved += republishing.move(
            tx,
            list(ids),
            one.steps,
            before=one.before.revision,
            after=wanted.flow.revision,
            goal=one.before.flow.goal,
            result=RESULT,
            now=now,
        )
    return moved


def _finish(
    transaction: Transaction, wanted: Publishing, done: Republished, now: datetime, user_id: int | None
) -> Republished:
    with transaction() as tx:
        remaining = republishing.standings(tx, wanted.campaign_id, wanted.flow.revision)
        left = sum(one.people for one in remaining if one.step is not None)
        said = {
            "revision": wanted.flow.revision,
            "adopted": done.adopted,
            "moved": done.moved.as_they_stood,
            "entered_anew": done.moved.anew,
            "ended": done.moved.ended,
            "left": left,
        }
        subject = f"campaign:{wanted.campaign_id}"
        audit.record(tx, user_id, "campaign.republished", subject, None, said, now)
    return Republished(done.adopted, done.moved, left, done.held_until)


# -- the way on from each step --------------------------------------------------------------------------------


def _ways(impact: Impact, wanted: Publishing) -> list[Ways]:
    """One for each older revision where people migrate. Raises CampaignError where the map does not fit."""
    if wanted.existing is not Existing.MIGRATE:
        if wanted.map:
            raise CampaignError(f"a map is for those who migrate; {wanted.existing} needs none")
        return []
    _check_map(wanted, impact)
    _check_complete(impact.affected, wanted.map)
    return [Ways(older, _ways_from(older, wanted)) for older in impact.older.values()]


def _ways_from(older: Older, wanted: Publishing) -> dict[str, Way]:
    ways: dict[str, Way] = {}
    for name, step in older.flow.steps.items():
        way = _way(name, older, wanted)
        # Money on its way and a person's task are brought to their end where they were begun.
        if way is not None and (step.interruptible or not way.anew):
            ways[name] = way
    return ways


def _way(step: str, older: Older, wanted: Publishing) -> Way | None:
    target = wanted.map.get(step)
    if target == END:
        return Way(None, anew=True)
    if target is not None:
        return Way(target, anew=target != older.diff.renamed.get(step))
    fate = fate_of(step, older.diff, wanted.flow)
    return None if fate is Fate.GONE else Way(step, anew=fate is Fate.ANEW)


def _check_map(wanted: Publishing, impact: Impact) -> None:
    older = {name for one in impact.older.values() for name in one.flow.steps}
    for old, new in wanted.map.items():
        if older and old not in older:
            raise CampaignError(f"map {old}={new}: nobody stands on a step {old!r}{_hint(old, older)}")
        if new != END and new not in wanted.flow.steps:
            hint = _hint(new, wanted.flow.steps)
            raise CampaignError(f"map {old}={new}: the new revision has no step {new!r}{hint}")


def _check_complete(affected: Iterable[Affected], known: Mapping[str, str]) -> None:
    lost = [
        one for one in affected if one.fate is Fate.GONE and one.movable and one.standing.step not in known
    ]
    if lost:
        places = ", ".join(f"{one.standing.step} ({one.movable} people{_same_as(one)})" for one in lost)
        raise CampaignError(f"people stand on steps that the new revision lacks: {places}; map each of them")


def _same_as(one: Affected) -> str:
    return f", the same as {one.renamed}" if one.renamed else ""


def _hint(name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return f" ({hint})" if hint else ""
