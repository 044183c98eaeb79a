"""The demo's campaign: people who work here, a risk list, the flow that ships, everybody known to the rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.accounts import generated_password, hash_password
from bot.audience.column_map import ColumnMap
from bot.audience.importing import import_file
from bot.audience.report import ImportReport, Progress
from bot.audience.synth import synthesise
from bot.config import ROOT
from bot.enrolment.create import RiskListAudience, create_campaign
from bot.enrolment.enrol import EnrolReport
from bot.enrolment.move import start_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from bot.store import users
from scripts.rehearsing.stack import MANAGER_PHONE, Stack

RISK_LIST = "demo"
FLOW = ROOT / "flows" / "low_balance_recharge.yaml"
POLICY = ROOT / "flows" / "policies" / "default.yaml"
CONTROL_SHARE = Decimal("0.15")
#: Made-up people and a carrier that fails on purpose say nothing about real ones: nothing stops a rehearsal.
NO_BRAKES = dict.fromkeys(
    ("carrier_errors", "spam_filter", "opt_outs", "complaints", "abandonment", "harm"), "off"
)
_REGISTERED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Login:
    login: str
    password: str


def add_people(stack: Stack) -> Login:
    """An administrator and four managers; one password for all, made up anew for each rehearsal."""
    password = generated_password()
    hashed = hash_password(password)
    now = stack.clock.now()
    managers = [
        ("wang", "王敏", "zh", ["high"], 400),
        ("chen", "陈立", "zh", ["mid", "ordinary"], 400),
        ("li", "李佳", "zh", ["high", "mid"], 400),
        ("morgan", "Alex Morgan", "en", ["high", "mid", "ordinary"], 400),
    ]
    with stack.wired.transaction() as tx:
        users.add(tx, login="admin", name="Admin", password_hash=hashed, role="admin", now=now, language="en")
        for login, name, language, tiers, capacity in managers:
            users.add(
                tx,
                login=login,
                name=name,
                password_hash=hashed,
                role="manager",
                now=now,
                language=language,
                tiers=tiers,
                capacity=capacity,
                phone=MANAGER_PHONE,
            )
    return Login("admin", password)


def take_in(
    stack: Stack,
    *,
    customers: int,
    seed: int,
    risk_list: Path | None,
    column_map: ColumnMap | None,
    progress: Progress,
) -> ImportReport:
    now = stack.clock.now()
    if risk_list is None or column_map is None:
        with stack.wired.transaction() as tx:
            return synthesise(
                tx,
                customers=customers,
                seed=seed,
                now=now,
                risk_list=RISK_LIST,
                at_risk_only=True,
                progress=progress,
            )
    return import_file(
        stack.wired.transaction,
        risk_list,
        column_map,
        now=now,
        default_region=stack.wired.settings.default_region,
        rejects_folder=stack.folder / "rejects",
        risk_list=RISK_LIST,
        rehearsal=True,
        progress=progress,
    )


def introduce(stack: Stack, days: float, progress: Callable[[int], None]) -> int:
    """Tell the rehearsal who lives behind the numbers, so that it can play them."""
    stack.carrier.register([{"msisdn": MANAGER_PHONE, "persona": "colleague"}], 0)
    known = 0
    for batch in _subscribers(stack):
        stack.carrier.register(batch, days)
        known += len(batch)
        progress(known)
    return known


def _subscribers(stack: Stack) -> Iterator[list[dict[str, Any]]]:
    statement = text(
        "SELECT msisdn, language, tier, (factors->>'sms_habit')::boolean AS sms_habit, "
        "(factors->>'balance')::float AS balance, (factors->>'arpu')::float AS arpu, "
        "(factors->>'days_since_recharge')::float AS days_since_recharge FROM customers ORDER BY id"
    )
    with stack.wired.engine.connect() as connection:
        rows = connection.execution_options(yield_per=_REGISTERED_AT_ONCE).execute(statement)
        for part in rows.mappings().partitions():
            yield [dict(row) for row in part]


def launch(
    stack: Stack, days: float, *, path: Path = FLOW, name: str = "Low balance, November"
) -> tuple[int, EnrolReport]:
    """A campaign of that flow over the risk list, begun at once."""
    now = stack.clock.now()
    source = path.read_text(encoding="utf-8")
    flow = load_flow(path)
    with stack.wired.transaction() as tx:
        campaign_id = create_campaign(
            tx,
            name=name,
            flow=flow,
            flow_source=source,
            audience=RiskListAudience(RISK_LIST),
            policy=policy_data(POLICY) | {"brakes": NO_BRAKES},
            control_share=CONTROL_SHARE,
            starts_at=now,
            ends_at=now + timedelta(days=days),
            bonus_budget=Decimal(1_000_000),
            now=now,
        )
        return campaign_id, start_campaign(tx, campaign_id, now)


def under_way(stack: Stack, campaign_id: int) -> dict[str, int]:
    """What the live display shows: cheap counts over the campaign."""
    statement = text(
        """
        SELECT (SELECT count(*) FROM enrolments WHERE campaign_id = :id AND status = 'finished') AS finished,
               (SELECT count(*) FROM attempts
                WHERE campaign_id = :id AND channel = 'sms' AND taken_at IS NOT NULL) AS sms,
               (SELECT count(*) FROM attempts
                WHERE campaign_id = :id AND channel = 'call' AND taken_at IS NOT NULL) AS calls,
               (SELECT count(*) FROM grants WHERE campaign_id = :id AND status = 'granted') AS granted,
               (SELECT count(*) FROM work_orders WHERE campaign_id = :id) AS orders
        """
    )
    with stack.wired.engine.connect() as connection:
        return dict(connection.execute(statement, {"id": campaign_id}).mappings().one())


def ends(start: datetime, days: float) -> datetime:
    return start + timedelta(days=days)
