"""Dispatch: due -> gate -> claim -> POST -> record with every decision journalled, against loops that do less."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from uuid import uuid4

from celery import Celery
from sqlalchemy import text

from bot.bell import Queue
from bot.domain.attempts import Channel
from bot.tasks.configuration import configuration
from scripts.benchmarks import bare_loop, tutorial
from scripts.benchmarks.bare_loop import Account, Text
from scripts.benchmarks.cost import Cost, spent
from scripts.benchmarks.due import make_due
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds
from scripts.benchmarks.ground import Ground
from scripts.benchmarks.workers import PROCESSES, Workers, product_command, tutorial_command

SIZE = 4_000
#: alphagov/notifications-api's delivery task on two cores such as these, as the design quotes it.
NOTIFY_RATE, NOTIFY_CPU = 247.0, 6.6
_WARM_UP = 400
_TUTORIAL_SHARE = 4  # of the messages, a quarter: it is slow, and its rate does not depend on their number
_GIVE_UP_AFTER_S = 300


class Incomplete(Exception):
    """Not all of the messages went out: then there is no figure."""


def run(size: int, rounds: int) -> Findings:
    with Ground() as ground:
        # The warm-ups, then for each round one tranche for the loop and one for the workers.
        moments = make_due(ground, Channel.SMS, [_WARM_UP, _WARM_UP] + [size] * (2 * rounds))
        contest = _Contest(ground, size)
        contest.warm_up(moments[0], moments[1])
        for number in range(rounds):
            contest.round(number, moments[2 + 2 * number : 4 + 2 * number])
        contest.check()
    return _findings(contest.costs, size, rounds)


@dataclass
class _Contest:
    ground: Ground
    size: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    _taken: int = 0

    def __post_init__(self) -> None:
        environment = self.ground.environment
        self._account = Account(
            environment["TWILIO_ACCOUNT_SID"],
            environment["TWILIO_AUTH_TOKEN"],
            environment["TWILIO_API_BASE_URL"],
        )
        client = Celery("bench")
        client.conf.update(configuration(environment["REDIS_URL"], self.ground.folder))
        self._workers = Workers(self.ground, "worker", product_command(), client)
        tutorial.app.conf.broker_url = environment["REDIS_URL"]
        self._tutors = Workers(self.ground, "tutorial", tutorial_command(), tutorial.app)
        self._make_tutorial_table()

    def warm_up(self, first: datetime, second: datetime) -> None:
        """Everybody's imports, connections, statements and code paths."""
        self._loop(first, _WARM_UP)
        self._texts = self._as_sent()
        self._celery(second, _WARM_UP)
        self._bare(_WARM_UP)
        self._tutorial(_WARM_UP // 2)

    def round(self, number: int, moments: Sequence[datetime]) -> None:
        """Everybody once; every other round in the opposite order, so that drift favours nobody."""
        due = iter(
            moments
        )  # in the order of the turns: whoever comes later must not find the other's work due
        turns: list[tuple[str, Callable[[], Cost]]] = [
            ("loop", lambda: self._loop(next(due), self.size)),
            ("bare", lambda: self._bare(self.size)),
            ("celery", lambda: self._celery(next(due), self.size)),
            ("tutorial", lambda: self._tutorial(self.size // _TUTORIAL_SHARE)),
        ]
        for name, turn in turns if number % 2 == 0 else reversed(turns):
            self.costs.setdefault(name, []).append(turn())

    def check(self) -> None:
        """The carrier's own books say that every message counted above was taken, once."""
        accepted = self.ground.carrier.summary()["messages"]["accepted"]
        if accepted != self._taken:
            raise Incomplete(f"the carrier took {accepted} messages, and {self._taken} were counted")

    def _loop(self, now: datetime, size: int) -> Cost:
        outreach = self.ground.wired.sms_outreach
        with spent() as cost:
            while outreach.send_due(now):
                pass
        self._demand_sent(now, size)
        return cost

    def _celery(self, now: datetime, size: int) -> Cost:
        """The same by two worker processes, each told to look; the clock lets the next tranche be due."""
        before = self._due_by(now)
        if before != size:
            raise Incomplete(f"{before} attempts are due for the workers instead of {size}")
        with spent(self._workers.cpu) as cost:
            self.ground.clock.move_to(now)
            self._until(lambda: self._sent_by(now) == size, knock=True)
        self._taken += size
        return cost

    def _bare(self, size: int) -> Cost:
        texts = list(islice(cycle(self._texts), size))
        with spent() as cost:
            taken = bare_loop.post_all(self._account, texts)
        if taken != size:
            raise Incomplete(f"{taken} of {size} messages of the bare loop were taken")
        self._taken += taken
        return cost

    def _tutorial(self, size: int) -> Cost:
        first = self._add_tutorial_rows(size)
        with spent(self._tutors.cpu) as cost:
            for number, one in zip(range(first, first + size), cycle(self._texts), strict=False):
                tutorial.send.delay(number, one.to, one.sender, one.body, one.status_callback)
            self._until(lambda: self._scalar("SELECT count(*) FROM tutorial_messages WHERE sid IS NULL") == 0)
        self._taken += size
        return cost

    def _until(self, done: Callable[[], bool], knock: bool = False) -> None:
        deadline = time.monotonic() + _GIVE_UP_AFTER_S
        while not done():
            if time.monotonic() > deadline:
                raise Incomplete(f"not done within {_GIVE_UP_AFTER_S} s")
            if knock:
                self.ground.bell.ring([Queue.SMS])
            time.sleep(0.05)

    def _demand_sent(self, now: datetime, size: int) -> None:
        sent = self._sent_by(now)
        if sent != size:
            raise Incomplete(f"{sent} of {size} messages were sent")
        self._taken += sent

    def _due_by(self, now: datetime) -> int:
        return self._scalar("SELECT count(*) FROM attempts WHERE status = 'due' AND due_at <= :now", now)

    def _sent_by(self, now: datetime) -> int:
        """Accepted and recorded, of the tranche that was due at `now`."""
        return self._scalar("SELECT count(*) FROM attempts WHERE status = 'accepted' AND due_at = :now", now)

    def _as_sent(self) -> list[Text]:
        """What the product has sent, for the baselines to send the like of it."""
        statement = text("SELECT to_number, sender, body FROM attempts WHERE status = 'accepted'")
        public = self.ground.environment["PUBLIC_BASE_URL"]
        with self.ground.wired.engine.connect() as connection:
            return [
                Text(
                    row.to_number, row.sender, row.body, f"{public}/twilio/sms/status?a={uuid4()}#rc=5&rp=all"
                )
                for row in connection.execute(statement)
            ]

    def _make_tutorial_table(self) -> None:
        with self.ground.wired.engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE TABLE tutorial_messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                    "status text NOT NULL DEFAULT 'created', sid text)"
                )
            )

    def _add_tutorial_rows(self, size: int) -> int:
        statement = text(
            "WITH added AS (INSERT INTO tutorial_messages (status) SELECT 'created' "
            "FROM generate_series(1, :size) RETURNING id) SELECT min(id) FROM added"
        )
        with self.ground.wired.engine.begin() as connection:
            return int(connection.execute(statement, {"size": size}).scalar_one())

    def _scalar(self, statement: str, now: datetime | None = None) -> int:
        with self.ground.wired.engine.connect() as connection:
            return int(connection.execute(text(statement), {"now": now}).scalar_one())


def _findings(costs: dict[str, list[Cost]], size: int, rounds: int) -> Findings:
    sizes = {"loop": size, "celery": size, "bare": size, "tutorial": size // _TUTORIAL_SHARE}
    titles = {
        "loop": "Keepline, one process",
        "celery": f"Keepline, Celery with {PROCESSES} processes",
        "bare": "bare loop: the library's async client, 64 at once",
        "tutorial": f"tutorial: a task a message, {PROCESSES} processes",
    }
    rates, cpus = {}, {}
    for name, title in titles.items():
        rates[name] = Figure(title, "messages/s", [sizes[name] / cost.wall_s for cost in costs[name]])
        cpus[name] = Figure(
            title, "CPU s per 1,000", [cost.cpu_s / sizes[name] * 1000 for cost in costs[name]]
        )
    notify = Figure("GOV.UK Notify's delivery task (quoted)", "messages/s", [NOTIFY_RATE], quoted=True)
    notify_cpu = Figure(notify.name, "CPU s per 1,000", [NOTIFY_CPU], quoted=True)
    return Findings(
        "dispatch",
        f"{size} due SMS a round ({size // _TUTORIAL_SHARE} for the tutorial's way), {rounds} rounds",
        [*rates.values(), notify, *cpus.values(), notify_cpu],
        _targets(rates, cpus["loop"]),
    )


def _targets(rates: dict[str, Figure], cpu: Figure) -> list[Target]:
    loop, celery, bare, slow = (rates[name] for name in ("loop", "celery", "bare", "tutorial"))
    return [
        Target("rate of one process against the bare loop", of_rounds(loop, bare), Want.AT_LEAST, 0.6),
        Target("rate through Celery against the bare loop", of_rounds(celery, bare), Want.AT_LEAST, 0.6),
        Target("product CPU", cpu.median, Want.AT_MOST, 0.6, "s per 1,000"),
        Target("rate of one process against the tutorial's way", of_rounds(loop, slow), Want.AT_LEAST, 4),
        Target("the same, both through Celery", of_rounds(celery, slow), Want.AT_LEAST, 4),
        Target("rate of one process against Notify's (quoted)", loop.median / NOTIFY_RATE, Want.AT_LEAST, 5),
    ]
