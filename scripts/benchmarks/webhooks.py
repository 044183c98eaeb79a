"""Webhooks: a signed status callback verified, stored once and answered, against a Flask route with one INSERT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from bot.domain.attempts import Channel
from scripts.benchmarks import load
from scripts.benchmarks.callbacks import Sent, Signed
from scripts.benchmarks.cost import Cost, spent, tree_cpu
from scripts.benchmarks.due import make_due
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds, percentile
from scripts.benchmarks.ground import BARE_WEB, PRODUCT_WEB, Ground, Web
from scripts.benchmarks.load import Answers, BadAnswer, Request

SIZE = 4_000
CONCURRENCY = 16
_STATUSES = ("sent", "delivered")
_WARM_UP = 200


@dataclass(slots=True)
class _Side:
    """One of the two: its web process and what its rounds have cost."""

    web: Web
    costs: list[Cost] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)

    def take(self, requests: Sequence[Request]) -> None:
        with spent(lambda: tree_cpu(self.web.pid)) as cost:
            answers = load.in_turn(self.web.port, requests, CONCURRENCY)
        cost.wall_s = answers.wall_s
        self.costs.append(cost)
        self.answers.append(answers)


def run(size: int, rounds: int) -> Findings:
    with Ground() as ground:
        sent = sent_messages(ground, (size * rounds + _WARM_UP) // len(_STATUSES))
        _make_bare_table(ground)
        ours, bare = _Side(ground.serve("web", PRODUCT_WEB)), _Side(ground.serve("bare", BARE_WEB))
        signed = Signed(ground.environment)
        reports = [(one, status) for one in sent for status in _STATUSES]
        for_ours = [signed.message_status(one, status) for one, status in reports]
        for_bare = [signed.message_status(one, status, "/insert") for one, status in reports]
        for side, requests in ((ours, for_ours), (bare, for_bare)):
            load.in_turn(side.web.port, requests[:_WARM_UP], CONCURRENCY)
        for number in range(rounds):
            part = slice(_WARM_UP + number * size, _WARM_UP + (number + 1) * size)
            turns = [(ours, for_ours[part]), (bare, for_bare[part])]
            for side, requests in turns if number % 2 == 0 else reversed(turns):
                side.take(requests)
        _demand_stored(ground, size * rounds + _WARM_UP)
        advanced = _advance(ground)
    return _findings(ours, bare, advanced, size, rounds)


def sent_messages(ground: Ground, number: int) -> list[Sent]:
    """Dispatched by the product itself, so that the callbacks are about what the carrier really has."""
    (moment,) = make_due(ground, Channel.SMS, [number])
    while ground.wired.sms_outreach.send_due(moment):
        pass
    return _accepted(ground)


def _accepted(ground: Ground) -> list[Sent]:
    statement = text(
        "SELECT id, carrier_sid, to_number, sender FROM attempts WHERE status = 'accepted' ORDER BY md5(id::text)"
    )
    with ground.wired.engine.connect() as connection:
        return [
            Sent(row.id, row.carrier_sid, row.to_number, row.sender) for row in connection.execute(statement)
        ]


def _make_bare_table(ground: Ground) -> None:
    with ground.wired.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE bare_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "key text NOT NULL UNIQUE, payload jsonb NOT NULL)"
            )
        )


def _demand_stored(ground: Ground, wanted: int) -> None:
    for table in ("events", "bare_events"):
        with ground.wired.engine.connect() as connection:
            stored = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        if stored != wanted:
            raise BadAnswer(f"{stored} rows in {table} instead of {wanted}")


def _advance(ground: Ground) -> Figure:
    """What the worker does of it afterwards: the stored reports, applied to attempts and runs."""
    inbound, now, applied = ground.wired.inbound, ground.clock.now(), 0
    with spent() as cost:
        while found := inbound.process_waiting(now):
            applied += found
    return Figure("advanced afterwards, one process", "callbacks/s", [applied / cost.wall_s])


def _findings(ours: _Side, bare: _Side, advanced: Figure, size: int, rounds: int) -> Findings:
    figures = []
    for title, side in (("Keepline: verify, store once, 204", ours), ("bare Flask route, one INSERT", bare)):
        figures += [
            Figure(title, "callbacks/s", [size / cost.wall_s for cost in side.costs]),
            Figure(title, "CPU s per 1,000", [cost.cpu_s / size * 1000 for cost in side.costs]),
            Figure(title, "p99 ms", [percentile(one.latencies_s, 0.99) * 1000 for one in side.answers]),
        ]
    return Findings(
        "webhooks",
        f"{size} signed callbacks a round over {CONCURRENCY} kept-alive connections, {rounds} rounds",
        [*figures, advanced],
        [Target("rate against the bare route", of_rounds(figures[0], figures[3]), Want.AT_LEAST, 0.6)],
    )
