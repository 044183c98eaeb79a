"""Due attempts for the benchmarks: made-up customers through the real flow, dealt into tranches by their due moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from bot.audience.synth import synthesise
from bot.cli.factors import known_factors
from bot.domain.attempts import Channel
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.move import start_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from scripts.benchmarks.ground import Ground
from scripts.rehearsing.campaign import FLOW, POLICY

#: Who stands on which step of the shipped flow once it has started.
AUDIENCE = {
    Channel.SMS: "sms_habit and not (tier = 'high' and arpu >= 100)",
    Channel.CALL: "not sms_habit and not (tier = 'high' and arpu >= 100)",
}
_BASE_PER_ATTEMPT = 2.6  # customers drawn for each attempt wanted: about half of them have either habit
_APART = timedelta(seconds=1)
_WOKEN_AT_ONCE = 500


class TooFewDue(Exception):
    """The made-up base did not yield as many due attempts as were asked for."""


def make_due(ground: Ground, channel: Channel, tranches: Sequence[int]) -> list[datetime]:
    """Attempts due at the moments answered, `tranches[i]` of them at the i-th; no earlier one is left over.

    Each customer has one attempt at most, and none has ever been contacted.
    """
    wanted = sum(tranches)
    _take_in(ground, round(wanted * _BASE_PER_ATTEMPT) + 500)
    campaign_id = _launch(ground, channel)
    now = ground.clock.now()
    while ground.wired.inbound.wake_due(now, _WOKEN_AT_ONCE):
        pass
    moments = [now + _APART * number for number in range(1, len(tranches) + 1)]
    _deal(ground, campaign_id, channel, tranches, moments)
    return moments


def _take_in(ground: Ground, customers: int) -> None:
    with ground.wired.transaction() as tx:
        synthesise(tx, customers=customers, seed=ground.seed, now=ground.clock.now())


def _launch(ground: Ground, channel: Channel) -> int:
    now = ground.clock.now()
    source = FLOW.read_text(encoding="utf-8")
    flow = load_flow(source, name=FLOW.name)
    catalogue = known_factors()
    with ground.wired.transaction() as tx:
        campaign_id = create_campaign(
            tx,
            name=f"Benchmark, {channel}",
            flow=flow,
            flow_source=source,
            audience=ConditionAudience(AUDIENCE[channel]),
            policy=policy_data(POLICY),
            control_share=Decimal(0),
            starts_at=now,
            ends_at=now + timedelta(days=10),
            bonus_budget=Decimal(1_000_000),
            now=now,
            catalogue=catalogue,
        )
        start_campaign(tx, campaign_id, now, catalogue=catalogue)
    return campaign_id


# Only those whom the gate will let through now, so that every tranche is as many messages; in no order of place
# or age. The rest are put off beyond the benchmark.
_DEAL = text(
    """
    WITH fit AS (
        SELECT a.id, row_number() OVER (ORDER BY md5(a.id::text)) AS number
        FROM attempts a JOIN customers c ON c.id = a.customer_id
        WHERE a.campaign_id = :campaign_id AND a.channel = :channel AND a.status = 'due'
          AND c.msisdn LIKE '+86%' AND NOT c.complaint_open
    ), dealt AS (
        SELECT f.id, t.due_at FROM fit f
        JOIN unnest(cast(:lasts AS bigint[]), cast(:moments AS timestamptz[])) WITH ORDINALITY
             AS t(last, due_at, number)
          ON f.number <= t.last AND f.number > coalesce((cast(:lasts AS bigint[]))[t.number - 1], 0)
    )
    UPDATE attempts a SET due_at = coalesce(d.due_at, :never)
    FROM attempts b LEFT JOIN dealt d ON d.id = b.id
    WHERE a.id = b.id AND a.campaign_id = :campaign_id
    """
)
_DEALT = text(
    "SELECT due_at, count(*) AS attempts FROM attempts WHERE campaign_id = :campaign_id GROUP BY due_at"
)


def _deal(
    ground: Ground, campaign_id: int, channel: Channel, tranches: Sequence[int], moments: Sequence[datetime]
) -> None:
    lasts = [sum(tranches[: number + 1]) for number in range(len(tranches))]
    parameters = {
        "campaign_id": campaign_id,
        "channel": channel.value,
        "lasts": lasts,
        "moments": list(moments),
        "never": ground.clock.now() + timedelta(days=1),
    }
    with ground.wired.transaction() as tx:
        tx.execute(_DEAL, parameters)
        dealt = {row.due_at: row.attempts for row in tx.execute(_DEALT, {"campaign_id": campaign_id})}
    for moment, wanted in zip(moments, tranches, strict=True):
        if dealt.get(moment, 0) < wanted:
            raise TooFewDue(f"{dealt.get(moment, 0)} due {channel} attempts instead of {wanted}")
    _tidy(ground)


def _tidy(ground: Ground) -> None:
    """As autovacuum would have left the tables by the time a campaign of this age sends."""
    with ground.wired.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) attempts, enrolments, customers, events, decisions"))
