"""A made-up base instead of a file: drawn, staged, taken and marked at risk on the same path as an import."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from bot.audience.errors import AudienceError
from bot.audience.plain_risk import Risk, risk_of
from bot.audience.prepaid_base import Subscriber, subscribers
from bot.audience.report import ImportReport, Progress, silent
from bot.audience.taking import conclude, take
from bot.domain import consents
from bot.store import imports, staging
from bot.store.customers import Keeper, keepers
from bot.store.staging import StagedCustomer
from bot.store.transaction import Tx

CONSENTS = sorted(consents.CONSENTS)  # to everything: places differ in what they ask
EVIDENCE = "none, made-up customers; for a rehearsal only"
PROGRESS_EVERY = 2_000
_FIELDS = (
    "name", "language", "time_zone", "region", "tier", "status", "consents", "complaint_open", "owner",
)  # fmt: skip


def synthesise(
    tx: Tx,
    *,
    customers: int,
    seed: int,
    now: datetime,
    risk_list: str | None = None,
    at_risk_only: bool = False,
    progress: Progress = silent,
) -> ImportReport:
    """The same for the same seed and day. With `at_risk_only` every one of them is on the risk list.

    High-value customers are given to active managers who take their tier and region, if there are any.
    """
    import_id = _begin(tx, customers, seed, now)
    drawn = _drawn(seed, now.date(), at_risk_only)
    managers = keepers(tx)
    with staging.staging(tx) as stage:
        for done, (number, subscriber, risk) in enumerate(islice(drawn, customers), start=1):
            stage(_staged(number, seed, subscriber, risk, managers))
            if done % PROGRESS_EVERY == 0:
                progress("draw", done, customers)
    progress("draw", customers, customers)
    try:
        staging.give_numbers(tx)
    except staging.RangeUsedUp as error:
        raise AudienceError(str(error)) from None
    taken = take(tx, _FIELDS, risk_list, "synth", now, progress)
    return conclude(tx, import_id, customers, taken, reject_path=None)


def _begin(tx: Tx, wanted: int, seed: int, now: datetime) -> int:
    what = f"synth:{wanted}:{seed}"
    return imports.begin(
        tx,
        file_name=what,
        file_sha256=hashlib.sha256(what.encode()).hexdigest(),
        map_name="prepaid_base",
        consent_evidence=EVIDENCE,
        now=now,
    )


def _drawn(seed: int, today: date, at_risk_only: bool) -> Iterator[tuple[int, Subscriber, Risk | None]]:
    """Numbered before any is left out, so that a customer is the same person in both kinds of base."""
    for number, subscriber in enumerate(subscribers(seed, today), start=1):
        risk = risk_of(subscriber)
        if risk is not None or not at_risk_only:
            yield number, subscriber, risk


def _staged(
    number: int, seed: int, subscriber: Subscriber, risk: Risk | None, managers: Sequence[Keeper]
) -> StagedCustomer:
    return StagedCustomer(
        row_number=number,
        external_id=f"SYN-{seed}-{number:07d}",
        number_range=subscriber.number_range,
        name=subscriber.name,
        language=subscriber.place.language,
        time_zone=subscriber.time_zone,
        region=subscriber.place.region,
        tier=subscriber.tier,
        consents=CONSENTS,
        complaint_open=subscriber.complaint_open,
        owner=_owner(number, subscriber, managers),
        factors=json.dumps(subscriber.factors()),
        cause=risk.cause if risk else None,
        score=risk.score if risk else None,
    )


def _owner(number: int, subscriber: Subscriber, managers: Sequence[Keeper]) -> str | None:
    if subscriber.tier != "high":
        return None
    fitting = [one.login for one in managers if one.takes(subscriber.tier, subscriber.place.region)]
    return fitting[number % len(fitting)] if fitting else None
