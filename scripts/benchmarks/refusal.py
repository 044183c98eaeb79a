"""A refusal: from the customer's STOP to the last row of theirs cancelled, and to the carrier asked for what it holds.

All the while a bulk campaign sends. The processes are those of the Procfile; the baseline is an empty Flask route that
is sent the same form.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.bell import Queue
from bot.cli.run import worker_command
from bot.domain.refusals import EVERYTHING
from bot.domain.seals import make_seal
from bot.register.importing import ListFile, import_list
from scripts.benchmarks import load
from scripts.benchmarks.callbacks import Signed
from scripts.benchmarks.figures import Figure, Findings, Target, Want, percentile
from scripts.benchmarks.ground import BARE_WEB, PRODUCT_WEB, Ground, Web
from scripts.benchmarks.refusing import Crowd, Refusing, Stage, Watch

SIZE = 60  # customers who refuse, a round
_LISTED = 100_000  # numbers of the do-not-call list, of which so many are customers with something under way:
_AFFECTED = 20
_APART_S = 0.15  # between two refusals
_WARM_UP = 6  # refuse before anything is measured: the first things that a worker does take seconds
_WITHIN_S = 1.0
_PATIENCE_S = 180.0  # the workers start meanwhile, and on a busy machine take their time
#: As the Procfile divides them.
_WORKERS = {
    "worker": (f"{Queue.SMS},{Queue.CALLS},{Queue.FULFILMENT},{Queue.SWEEPS}", 2),
    "replies": (Queue.INBOUND.value, 2),
    "recalls": (Queue.RECALLS.value, 1),
}


class BulkOver(Exception):
    """The bulk campaign was over before the measurement: nothing stood between a refusal and its end."""


@dataclass(slots=True)
class _Timings:
    """Seconds, round by round: of each customer until each stage; of a list, until its last customer was there."""

    by_sms: dict[Stage, list[list[float]]] = field(default_factory=lambda: {stage: [] for stage in Stage})
    by_list: dict[Stage, list[float]] = field(default_factory=lambda: {stage: [] for stage in Stage})
    answers: list[list[float]] = field(default_factory=list)
    empty: list[list[float]] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)


def run(size: int, rounds: int) -> Findings:
    took = _Timings()
    with Ground() as ground:
        each = size + _AFFECTED
        crowd = Crowd(ground, customers=each * rounds + _WARM_UP)
        everybody = crowd.everybody()
        warm, groups = everybody[:_WARM_UP], [everybody[n * each + _WARM_UP :][:each] for n in range(rounds)]
        web, bare = _start(ground)
        _by_sms(ground, warm, web, bare, _Timings())
        for customers in groups:
            crowd.bulk()
            crowd.wait_until_sending()
            _by_sms(ground, customers[:size], web, bare, took)
            _by_list(ground, customers[size:], took)
            if not crowd.sending():
                raise BulkOver("the bulk campaign was over before the refusals were")
        crowd.check_carrier(len(everybody))
    return _findings(took, size, rounds)


def _start(ground: Ground) -> tuple[Web, Web]:
    web, bare = ground.serve("web", PRODUCT_WEB), ground.serve("bare", BARE_WEB)
    for name, (queues, concurrency) in _WORKERS.items():
        ground.start_process(name, worker_command(queues, concurrency))
    ground.start_process("beat", [sys.executable, "-m", "bot", "run", "beat"])
    return web, bare


def _by_sms(ground: Ground, customers: Sequence[Refusing], web: Web, bare: Web, took: _Timings) -> None:
    signed = Signed(ground.environment)
    began: dict[int, float] = {}
    answers: list[float] = []
    empty: list[float] = []
    with Watch(ground, customers) as watch:
        start = time.perf_counter()
        for number, one in enumerate(customers):
            time.sleep(max(0.0, start + number * _APART_S - time.perf_counter()))
            request = signed.inbound(one.msisdn, "STOP", f"SM{one.customer_id:032}")
            began[one.customer_id] = time.perf_counter()
            answers += load.in_turn(web.port, [request], 1).latencies_s
            plain = signed.inbound(one.msisdn, "STOP", f"SM{one.customer_id:032}", "/empty")
            empty += load.in_turn(bare.port, [plain], 1).latencies_s
        seen = watch.seen(_PATIENCE_S)
    for stage, ended in seen.items():
        took.by_sms[stage].append([ended[customer] - moment for customer, moment in began.items()])
    took.answers.append(answers)
    took.empty.append(empty)


def _by_list(ground: Ground, customers: Sequence[Refusing], took: _Timings) -> None:
    """Counted from when the import returns: only then is the list in force."""
    path = ground.folder / "do-not-call.csv"
    strangers = (f"+8615{number:09}" for number in range(_LISTED - len(customers)))
    path.write_text(
        "\n".join(["number", *(one.msisdn for one in customers), *strangers, ""]), encoding="utf-8"
    )
    settings, wired = ground.wired.settings, ground.wired
    with Watch(ground, customers) as watch:
        began = time.perf_counter()
        import_list(
            wired.transaction,
            ListFile(path, f"list of {customers[0].customer_id}", scope=EVERYTHING),
            now=ground.clock.now(),
            region=settings.default_region,
            rejects_folder=ground.folder / "rejects",
            seal=make_seal(settings.secret_key),
        )
        in_force = time.perf_counter()
        seen = watch.seen(_PATIENCE_S)
    took.imports.append(in_force - began)
    for stage, ended in seen.items():
        took.by_list[stage].append(max(0.0, max(ended.values()) - in_force))


_REACHED = {
    Stage.ROWS: "the rows are cancelled",
    Stage.ASKED: "the carrier is being asked",
    Stage.ANSWERED: "the carrier has answered",
}


def _findings(took: _Timings, size: int, rounds: int) -> Findings:
    empty = _spread("the same form to an empty route", took.empty)
    figures = [*_spread("STOP until the webhook is answered", took.answers), *empty]
    targets = []
    for stage, words in _REACHED.items():
        ours = _spread(f"STOP until {words}", took.by_sms[stage])
        listed = Figure(f"a list in force until {words}", "s", took.by_list[stage])
        ratio = [one / other for one, other in zip(ours[0].runs, empty[0].runs, strict=True)]
        figures += [
            *ours,
            Figure(f"STOP until {words}, against the empty route", "times, p50", ratio),
            listed,
        ]
        targets += [
            Target(f"STOP until {words}, p99", ours[1].median / 1000, Want.AT_MOST, _WITHIN_S, "s"),
            Target(f"a list of {_LISTED:,} until {words}", listed.median, Want.AT_MOST, _WITHIN_S, "s"),
        ]
    figures.append(Figure(f"import of {_LISTED:,} numbers, {_AFFECTED} of customers", "s", took.imports))
    words = (
        f"{size} customers a round, each with a text and a call at the carrier and one more due, {_APART_S:g} s apart; "
        f"a bulk campaign sends; {rounds} rounds"
    )
    return Findings("refusal", words, figures, targets)


def _spread(title: str, seconds: Sequence[Sequence[float]]) -> list[Figure]:
    return [
        Figure(title, "p50 ms", [percentile(one, 0.5) * 1000 for one in seconds]),
        Figure(title, "p99 ms", [percentile(one, 0.99) * 1000 for one in seconds]),
        Figure(title, "max ms", [max(one) * 1000 for one in seconds]),
    ]
